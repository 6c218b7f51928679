"""Verdicts on expectations as people read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sim.language import _
from sim.script.judge import Judged, Verdict


def verdict_word(verdict: Verdict) -> str:
    """A verdict in the language in use."""
    words = {
        "met": _("met"), "late": _("too late"), "missed": _("missed"), "left": _("evaluator's"),
        "not_played": _("not played"), "not_due": _("not due"),
    }  # fmt: skip
    return words[verdict]


def counted(expectations: Sequence[Judged]) -> str:
    """How many of each verdict there are: `2 met, 1 late`; empty where nothing is expected."""
    count = Counter(one.verdict for one in expectations)
    order: tuple[Verdict, ...] = ("met", "late", "missed", "not_due", "not_played", "left")
    words = {verdict: verdict_word(verdict) for verdict in order} | {"left": _("left to the evaluator")}
    return _(", ").join(f"{count[verdict]} {words[verdict]}" for verdict in order if count[verdict])
