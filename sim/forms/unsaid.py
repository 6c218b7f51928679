"""What a text without names must not say either: telephone numbers and coordinates; and words that name no person."""

from __future__ import annotations

import re
from typing import Final

from sim.wordlist import WORDS

_BLANK: Final = "***"
_DEGREES: Final = r"\d{1,3}\s*[°度º]\s*\d{1,2}(?:\.\d+)?\s*(?:['′’分]\s*(?:\d{1,2}(?:\.\d+)?\s*[\"″”秒])?)?"
_DECIMAL: Final = r"[+-]?\d{1,3}\.\d{3,}"
_SIDE: Final = r"\s*[°度º]?\s*(?:[NSEW]\b|[东西南北][经纬]?)?"
_NUMBERS: Final = re.compile(
    "|".join(
        (
            rf"(?<![\d.]){_DECIMAL}{_SIDE}[\s,，、;；/]+(?:[东西南北]?[经纬]?)\s*{_DECIMAL}{_SIDE}",
            r"(?<![\d.])[+-]?\d{1,3}\.\d{4,}",
            rf"(?<![\d.]){_DEGREES}",
            r"(?<![\d.])(?:\+?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)",
            r"(?<![\d.])(?:\+?86[\s-]?)?[(（]?0\d{2,3}[)）]?[\s-]?\d{3,4}[\s-]?\d{4}(?!\d)",
            r"(?<![\d.])[48]00[\s-]?\d{3,4}[\s-]?\d{3,4}(?!\d)",
            r"(?<![\d.])\d{7,}(?![\d.])",
        )
    )
)
"""Degrees with decimals or minutes; mobile, fixed and service numbers; long runs of digits."""
_ROLES: Final = frozenset(
    {
        "导调组", "监测组", "新闻组", "应急领导小组", "领导小组", "监控值班", "值班员", "值班室", "调度",
        "调度室", "指挥部", "指挥中心", "现场组", "抢修组", "保障组", "评估组", "气象台", "政府热线", "12379",
        "duty", "noc", "NOC", "evaluator", "trainer", "alarm", "order", "phone", "radio", "email", "fax", "sms",
        "app",
        "电话", "短信", "微信", "对讲机", "邮件", "传真", "告警", "工单", "口头", "视频会议", "卫星电话",
        "广播",
    }
)  # fmt: skip
"""Posts and ways of telling that every drill has."""


def blanked(text: str) -> str:
    """A text without telephone numbers and coordinates."""
    return _NUMBERS.sub(_BLANK, text)


def is_role(name: str) -> bool:
    """Whether a sender, a recipient or a way of telling names nobody in particular."""
    return name in _ROLES or name in WORDS
