"""Folders that appear whole or not at all."""

import pytest

from sim.errors import InputError
from sim.folders import Sort, check_free, strangers, whole

THING = Sort("a thing", "mark", lambda folder: ", ".join(strangers(folder, {"mark", "a/known"}.__contains__)))


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def write(folder, text="new"):
    with whole(folder) as place:
        assert not folder.is_dir() or not any(path.read_text() == text for path in folder.glob("*"))
        (place / "mark").write_text(text)


def test_a_folder_appears_with_what_was_written(tmp_path):
    write(tmp_path / "a" / "b")
    assert names(tmp_path) == ["a", "a/b", "a/b/mark"]


def test_an_older_one_is_exchanged_with_all_it_held(tmp_path):
    write(tmp_path / "a", "old")
    (tmp_path / "a" / "more").write_text("old")
    write(tmp_path / "a")
    assert names(tmp_path) == ["a", "a/mark"]
    assert (tmp_path / "a/mark").read_text() == "new"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_whatever_goes_wrong_nothing_is_left(tmp_path, error):
    def fail():
        with whole(tmp_path / "a" / "b") as place:
            (place / "mark").write_text("new")
            raise error

    with pytest.raises(error):
        fail()
    assert names(tmp_path) == []


def test_whatever_goes_wrong_the_older_one_stays(tmp_path):
    write(tmp_path / "a", "old")

    def fail():
        with whole(tmp_path / "a") as place:
            (place / "mark").write_text("new")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 (our own)
        fail()
    assert (tmp_path / "a/mark").read_text() == "old"
    assert names(tmp_path) == ["a", "a/mark"]


def test_a_refusing_disk_is_an_input_error(tmp_path):
    def fail():
        with whole(tmp_path / "a"):
            raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match="a: cannot be written: no space left on device"):
        fail()
    assert names(tmp_path) == []


def refusal(folder):
    with pytest.raises(InputError) as caught:
        check_free(folder, THING)
    return str(caught.value).removeprefix(f"{folder}: ")


def test_what_may_be_written(tmp_path):
    check_free(tmp_path / "new" / "newer", THING)
    check_free(tmp_path, THING)
    (tmp_path / "mark").write_text("")
    check_free(tmp_path, THING)


def test_what_may_not_be_written(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_text("")
    assert refusal(tmp_path) == "exists and is not a thing (it has no mark); choose another --out"
    assert refusal(file) == "exists and is no directory; choose another --out"
    assert refusal(file / "below").startswith("cannot be ")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert refusal(tmp_path / "here").startswith("is where you are now")


def test_what_is_known_may_be_replaced_and_what_is_foreign_not(tmp_path):
    write(tmp_path / "it")
    (tmp_path / "it" / "a").mkdir()
    (tmp_path / "it" / "a" / "known").write_text("")
    (tmp_path / "it" / ".DS_Store").write_text("")
    check_free(tmp_path / "it", THING)
    (tmp_path / "it" / "empty").mkdir()
    (tmp_path / "it" / "a" / "link").symlink_to(tmp_path)
    assert refusal(tmp_path / "it") == "a/link, empty; choose another --out, or --force to replace it all"
    check_free(tmp_path / "it", THING, force=True)


def test_a_link_is_followed_and_stays(tmp_path):
    for target in ("there", "nowhere"):
        (tmp_path / f"to_{target}").symlink_to(target)
    write(tmp_path / "there", "old")
    for target in ("there", "nowhere"):
        check_free(tmp_path / f"to_{target}", THING)
        write(tmp_path / f"to_{target}")
    assert names(tmp_path) == ["nowhere", "nowhere/mark", "there", "there/mark", "to_nowhere", "to_there"]
    (tmp_path / "round").symlink_to("round")
    assert refusal(tmp_path / "round") == "exists and is no directory; choose another --out"
