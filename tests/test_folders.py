"""Folders that appear whole or not at all."""

import pytest

from sim.errors import InputError
from sim.folders import check_free, whole


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
        check_free(folder, "mark", "a thing")
    return str(caught.value).removeprefix(f"{folder}: ")


def test_what_may_be_written(tmp_path):
    check_free(tmp_path / "new" / "newer", "mark", "a thing")
    check_free(tmp_path, "mark", "a thing")
    (tmp_path / "mark").write_text("")
    check_free(tmp_path, "mark", "a thing")


def test_what_may_not_be_written(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    assert refusal(tmp_path) == "exists and is not a thing (it has no mark); choose another --out"
    assert refusal(file) == "exists and is no directory; choose another --out"
    assert refusal(tmp_path / "link") == "exists and is no directory; choose another --out"
    assert refusal(file / "below").startswith("cannot be ")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert refusal(tmp_path / "here").startswith("is where you are now")
