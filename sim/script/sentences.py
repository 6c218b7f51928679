"""Sentences about what is expected, in English and Chinese: which of them the log can judge, and what it is asked.

A sentence has something that happens and a time, `crew sent within 20 min` or `20 分钟内派队`. What is not understood
is no error: it is left to the evaluator.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from sim.exercise import Expect, parts_of, plain, spoken_hours
from sim.plan import Plan
from sim.spec import Said

_LEVEL: Final = r"(iv|i{1,3}|[1-4]|[一二三四])"
_LEVEL_OF: Final = {
    word: level
    for level, words in {
        "I": ("i", "1", "一"),
        "II": ("ii", "2", "二"),
        "III": ("iii", "3", "三"),
        "IV": ("iv", "4", "四"),
    }.items()
    for word in words
}
_SAID: Final[dict[str, tuple[str, ...]]] = {
    "crew_sent": (
        r"(?:repair )?crews? (?:is |are )?(?:sent|dispatched|despatched)(?: out)?",
        r"(?:派出?|出动|调派)(?:抢修)?(?:队伍?|人员|车辆?|员)",
    ),
    "crew_called": (r"crews? (?:is |are )?called(?: out)?", r"(?:召集|召回|集结)(?:抢修)?(?:队伍?|人员)"),
    "job_given": (r"work order (?:is )?(?:given|issued)", r"派单|下发工单|派发工单"),
    "on_site": (
        r"(?:crew (?:is )?)?on site|crew (?:arrives|arrived)(?: on site)?",
        r"(?:抢修)?(?:队伍?|人员)?(?:到场|到站|到位|(?:到达|抵达)(?:现场|站址))",
    ),
    "work_begun": (r"work (?:has )?(?:begun|begins|started)", r"开始(?:抢修|作业|处置)"),
    "generator_placed": (r"generator (?:is )?(?:placed|set down|on site)", r"油机(?:到位|到站|到场)"),
    "generator_running": (
        r"generator (?:is )?(?:running|started|on)|powered by (?:a )?generator",
        r"油机(?:启动|发电|供电|运行|带载)|(?:应急)?发电|发电(?:启动|供电)",
    ),
    "level": (
        rf"(?:response )?level {_LEVEL}(?: response)?(?: (?:is )?(?:raised|started|up))?",
        rf"(?:启动)?{_LEVEL}级(?:应急)?(?:响应)?(?:启动)?",
    ),
    "report": (
        r"(?:first )?report (?:is )?sent|reported to the level above",
        r"上报|信息上报|(?:首次)?(?:报送|上报)(?:信息|上级)?|首报",
    ),
    "noticed": (
        r"(?:fault )?(?:reported|noticed|detected)|alarm (?:is )?(?:seen|known)",
        r"(?:发现|报告|发现并报告)(?:故障|告警)?|接警|受理",
    ),
    "restored": (r"(?:is )?(?:restored|live again)", r"恢复|抢通|复通|恢复供电|复电"),
    "mended": (
        r"(?:is )?(?:repaired|mended|replaced|spliced)",
        r"(?:修复|更换|换板|熔接|抢修)(?:完成|完毕)?|修好",
    ),
    "serves": (
        r"serves again|service (?:is )?(?:restored|back)|back in service",
        r"恢复(?:服务|业务|通信)|(?:业务|服务|通信|基站|站点|站址)恢复",
    ),
    "aid": (r"(?:mutual )?(?:aid|help) (?:is )?asked(?: for)?", r"(?:请求|申请)(?:跨市|外部)?(?:支援|增援)"),
    "loader_sent": (r"loaders? (?:is |are )?sent(?: out)?", r"(?:派出?|出动)铲车|铲车出动"),
    "road_open": (r"road (?:is )?(?:open|opened|cleared)", r"道路(?:抢通|开通|恢复|清通)"),
    "cooled": (
        r"portable cool(?:er|ing)(?: (?:is )?(?:running|on|in place))?",
        r"移动(?:空调|制冷)(?:到位|降温|启动)?",
    ),
    "procedure_begun": (r"procedure (?:is |has )?(?:started|begun)", r"启动(?:处置)?流程|启动处置"),
    "procedure_done": (r"procedure (?:is )?done", r"(?:处置|流程)(?:完成|结束|闭环)|闭环"),
}  # fmt: skip
"""What a sentence may say; English first, then Chinese. Groups of `level` hold the level."""
_PATTERNS: Final = {key: re.compile("|".join(texts)) for key, texts in _SAID.items()}
_STEP: Final = re.compile(r"(?:step )?(.+?)(?: (?:is )?done|完成)?")
_LOCATED: Final = re.compile(r"(?:fault )?located|(?:故障)?定位(?:完成)?")
_ENGLISH: Final = re.compile(r"(?P<what>.+?),? within (?P<time>.+)|within (?P<time2>[^,]+), (?P<what2>.+)")
_CHINESE: Final = re.compile(
    r"(?:请|应|须|需|要)?在?(?P<time>[^内]+?)(?:以|之)?内(?:完成)?,?(?P<what>.+)|(?P<what2>.+?)不超过(?P<time2>.+)"
)
_ENDS: Final = " 。.!！"


class Want(NamedTuple):
    """What the log must show within so many hours: a key of the sentences with its detail, or a table's row."""

    key: str
    within_h: float
    detail: str = ""
    table: Expect | None = None


class Expectation(NamedTuple):
    """A part of what is expected: its words, and what the log is asked; None where only people can judge it."""

    say: str
    want: Want | None


def expectations(expect: str | Expect, plan: Plan) -> list[Expectation]:
    """The parts of what an inject expects; steps of procedures are known by their names and titles.

    Of a part in both languages the English is judged, or the Chinese where the English is not understood.
    """
    if isinstance(expect, Expect):
        return [Expectation(expect.say, Want("table", expect.within_h, table=expect))]
    return [
        Expectation(part, _want(part, plan) or (_want(part.zh, plan) if isinstance(part, Said) else None))
        for part in parts_of(expect)
    ]


def _want(part: str, plan: Plan) -> Want | None:
    said = plain(part).strip(_ENDS)
    found = _ENGLISH.fullmatch(said) or _CHINESE.fullmatch(said.replace(" ", ""))
    if found is None:
        return None
    groups = found.groupdict()
    what, time = (groups["what"] or groups["what2"]).strip(" ,:"), groups["time"] or groups["time2"]
    try:
        within_h = spoken_hours(time)
    except ValueError:
        return None
    return _of(what, within_h, plan) if within_h > 0 else None


def _of(what: str, within_h: float, plan: Plan) -> Want | None:
    for key, pattern in _PATTERNS.items():
        if found := pattern.fullmatch(what):
            level = next((group for group in found.groups() if group), "")
            return Want(key, within_h, _LEVEL_OF.get(level, ""))
    named = _step("locate" if _LOCATED.fullmatch(what) else what, plan)
    return Want("step", within_h, named) if named else None


def _step(what: str, plan: Plan) -> str:
    """The step of a procedure that is meant, by its name or title; empty where there is none."""
    found = _STEP.fullmatch(what)
    names = {what, found[1]} if found else {what}
    for procedure in plan.procedures.values():
        for key, step in procedure.steps.items():
            titles = {plain(text) for text in (key, step.title.en, step.title.zh) if text}
            if names & (titles | {title.replace(" ", "") for title in titles}):
                return key
    return ""


def judgeable(expect: str | Expect, plan: Plan) -> tuple[int, int]:
    """How many parts the log can judge, and how many there are."""
    found = expectations(expect, plan)
    return sum(one.want is not None for one in found), len(found)
