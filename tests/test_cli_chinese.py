"""Commands in Chinese: which language is spoken, that nothing stays English, and that data do not follow it."""

import re
from pathlib import Path

import pytest

from sim.language import of_environment
from sim.results import open_run

ALERT = Path(__file__).parent / "data" / "alerts" / "tongliao_red.xml"
RUN = ("run", "ten_sites", "--seed", "1")
DATA = ("kpis.json", "scorecard.json", "scenario.json", "outages.parquet", "log.parquet")
# What stays as it was written: names of the topology, and texts that are part of a scenario's hash.
GIVEN = (
    "Ten Sites County",
    "A made-up town of ten sites.",
    "crew sent within",
)
_CODES = re.compile(r"\S*[_/.:=\d*]\S*")
_ENGLISH = re.compile(r"(?:\b[A-Za-z][A-Za-z']*\b[,;]? ){2}\b[A-Za-z][a-z']+")


def english(text):
    """Lines with three words of English in a row that are no ids, paths or keys."""
    found = []
    for line in text.splitlines():
        said = line
        for given in GIVEN:
            said = said.replace(given, "。")
        if _ENGLISH.search(_CODES.sub("。", said)):
            found.append(line)
    return found


def test_english_is_found():
    assert english("plan NOT met, sorry\n通过 ten_sites：场景 b.yaml，48 小时\nwarning of the day") == [
        "plan NOT met, sorry", "warning of the day",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "C", "LC_ALL": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, "zh"),
        ({"LANG": "zh_CN.GBK", "LC_ALL": ""}, "zh"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "tlh"}, "en"),
    ],
)
def test_the_system_says_which_language(environment, language):
    assert of_environment(environment) == language


def test_the_option_is_stronger_than_the_system(drill, monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "十站镇暴雪演练" in drill("list").out
    assert "Blizzard over ten sites" in drill("--lang", "en", "list").out


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """One run twice, in each language, with what was printed in Chinese."""
    from contextlib import redirect_stdout
    from io import StringIO

    from sim.cli import main

    folder, out = tmp_path_factory.mktemp("played"), StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DRILLSIM_CACHE", str(folder / "cache"))
        patch.setattr("sim.cli._draw", lambda run, place: None)
        with redirect_stdout(out):
            codes = [main([*RUN, "--bound", "--lang", "zh", "--out", str(folder / "zh")])]
        with redirect_stdout(StringIO()):
            codes += [main([*RUN, "--lang", "en", "--out", str(folder / "en")])]
    assert codes == [0, 0]
    return folder, out.getvalue()


def test_a_run_is_told_in_chinese(played):
    _folder, told = played
    assert english(told) == []
    for part in ("预案未达标", "目标内容", "随机种子 1", "推演结束时的指标", "站·小时", "已写入"):
        assert part in told
    assert "generation_timeliness_share" in told, "ids stay"


def test_data_do_not_follow_the_language(played):
    folder, _told = played
    for name in DATA:
        assert (folder / "zh" / name).read_bytes() == (folder / "en" / name).read_bytes(), name
    assert open_run(folder / "zh").log_digest == open_run(folder / "en").log_digest
    assert "plan NOT met" in (folder / "zh" / "scorecard.json").read_text(encoding="utf-8")


def test_the_list_of_forms_is_told_in_chinese(played, drill, tmp_path):
    told = drill("--lang", "zh", "report", played[0] / "zh", "--forms", tmp_path / "forms")
    assert (told.code, english(told.out + told.err)) == (0, [])
    assert re.search("[一-鿿]", told.out)


@pytest.mark.parametrize("more", [(), ("--kind", "crew", "--kind", "generator"), ("--from", "+20 h", "--to", "+30 h")])
def test_a_replay_in_the_terminal_is_told_in_chinese(played, drill, more):
    told = drill("--lang", "zh", "replay", played[0] / "zh", *more)
    assert (told.code, english(told.out + told.err)) == (0, [])
    assert re.search("[一-鿿]", told.out)


@pytest.mark.parametrize(
    "command",
    [
        ("list",),
        ("alert", ALERT, "--topology", "tongliao"),
        ("check", "ten_sites"),
        ("check", "--contingency", "2", "--most", "40", "ten_sites"),
        ("check", "--contingency", "1", "hohhot_exchange_drill"),
        ("injects", "ten_sites"),
        ("topology", "show", "ten_sites"),
    ],
    ids=lambda words: " ".join(str(word) for word in words if not isinstance(word, Path)),
)
def test_nothing_stays_english(drill, command):
    told = drill("--lang", "zh", *command)
    assert (told.code, english(told.out + told.err)) == (0, [])
    assert re.search("[一-鿿]", told.out)


def test_answers_from_many_runs_are_told_in_chinese_and_kept_in_english(drill, tmp_path, monkeypatch):
    for name in ("draw_ensemble", "save_answers"):
        monkeypatch.setattr(f"sim.report.answer_figures.{name}", lambda *_given: None)
    many, place = tmp_path / "many", "resources.depots.ten.crews"
    zh = ("--lang", "zh")
    commands = (
        ("ensemble", "ten_sites", "-n", "2", "--policy", "nearest,roving", "--workers", "1", "--out", many),
        ("compare", many, "--out", tmp_path / "answer"),
        ("size", "ten_sites", "--resource", place, "--from", "1", "--to", "2", "-n", "2", "--workers", "1",
         "--out", tmp_path / "sizes"),
        ("sensitivity", "ten_sites", "-n", "1", "--trajectories", "2", "--sobol", "0", "--workers", "1",
         "--out", tmp_path / "moved"),
        ("levers", "ten_sites", "-n", "2", "--workers", "1", "--out", tmp_path / "levers"),
    )  # fmt: skip
    for command in commands:
        told = drill(*command, *zh)
        assert (told.code, english(told.out + told.err)) == (0, []), command
    assert "against" in (tmp_path / "answer" / "compare.json").read_text(encoding="utf-8")
    for file in (tmp_path / "answer" / "compare.json", tmp_path / "sizes" / "sizing.json"):
        assert not re.search("[一-鿿]", file.read_text(encoding="utf-8")), file
