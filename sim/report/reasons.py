"""Why figures are undefined, and what a planner should look into, in the language in use."""

from __future__ import annotations

import re
from typing import Final

from sim.language import _

_IDLE: Final = re.compile(r"(\d+) crews? of (\d+) never left the depot while up to (\d+) jobs? waited at once: (.*)")
_AT_DEPOT: Final = re.compile(r"(\d+) at a depot without generators \((.*?)\)")


def undefined_words(reason: str) -> str:
    """Why a figure is undefined; an unknown reason as it is."""
    return reasons().get(reason, reason)


def reasons() -> dict[str, str]:
    """Every reason of the catalogue of figures, in English → in the language in use."""
    return {
        "loaders are not sent to sites": _("loaders are not sent to sites"),
        "no alarm was answered": _("no alarm was answered"),
        "no cable in repaired duct": _("no cable in repaired duct"),
        "no cable of a length": _("no cable of a length"),
        "no level was due and raised": _("no level was due and raised"),
        "no outage that the desk knew of ended": _("no outage that the desk knew of ended"),
        "no outage that the desk knew of was ended by a crew": _("no outage that the desk knew of was ended by a crew"),
        "no outage, or the desk never learned of one": _("no outage, or the desk never learned of one"),
        "no order to power a site waited for a crew": _("no order to power a site waited for a crew"),
        "no placement of a generator was planned": _("no placement of a generator was planned"),
        "no planned placement was done": _("no planned placement was done"),
        "no point of the series lies within the drill": _("no point of the series lies within the drill"),
        "no repair was due": _("no repair was due"),
        "no report of a level was due": _("no report of a level was due"),
        "no response level was raised": _("no response level was raised"),
        "no router": _("no router"),
        "no site had lost mains by then": _("no site had lost mains by then"),
        "no site is selected": _("no site is selected"),
        "no site lost mains, or no vehicle was on duty": _("no site lost mains, or no vehicle was on duty"),
        "no site needed generation": _("no site needed generation"),
        "no site was out": _("no site was out"),
        "no site was powered under a dispatch rule with a known planned instant": _(
            "no site was powered under a dispatch rule with a known planned instant"
        ),
        "no site was without mains then": _("no site was without mains then"),
        "no site went out after losing mains": _("no site went out after losing mains"),
        "no station had gone out for want of power by then": _("no station had gone out for want of power by then"),
        "no step with a deadline was due": _("no step with a deadline was due"),
        "no such devices": _("no such devices"),
        "no such procedure was begun": _("no such procedure was begun"),
        "no such row of racks": _("no such row of racks"),
        "no such service": _("no such service"),
        "no such service with a path": _("no such service with a path"),
        "no such supply of a machine room": _("no such supply of a machine room"),
        "no township has a station": _("no township has a station"),
        "nothing broke in a machine room": _("nothing broke in a machine room"),
        "nothing broke in a machine room, or all was mended before anybody heard": _(
            "nothing broke in a machine room, or all was mended before anybody heard"
        ),
        "the instant lies beyond the horizon": _("the instant lies beyond the horizon"),
        "the inventory has no core room": _("the inventory has no core room"),
        "the inventory has no hub": _("the inventory has no hub"),
        "the inventory has no people of teams": _("the inventory has no people of teams"),
        "the log has no snow": _("the log has no snow"),
        "the plan has no dispatch rule, or none had fallen due": _(
            "the plan has no dispatch rule, or none had fallen due"
        ),
        "the plan has no preparation": _("the plan has no preparation"),
        "there was no onset": _("there was no onset"),
        "there was no first outage": _("there was no first outage"),
        "undefined": _("undefined"),
    }


def hint_words(hint: str) -> str:
    """A hint of the scorecard; an unknown one as it is."""
    found = _IDLE.fullmatch(hint)
    if found is None:
        return hint
    return _(
        "{idle} of {crews} crews never left their depot, while up to {jobs} jobs waited at once: {reasons}."
    ).format(idle=found[1], crews=found[2], jobs=found[3], reasons=_(", ").join(_idle_reasons(found[4])))


def _idle_reasons(text: str) -> list[str]:
    known = {
        "never called for (second line, hired or aid)": _("{count} never called for (second line, hired or aid)"),
        "of a party without a job at its sites": _("{count} of a party without a job at its sites"),
        "ready and not sent (the log does not say why)": _("{count} ready and not sent (the log does not say why)"),
    }
    found = [
        (match.start(), words.format(count=match[1]))
        for reason, words in known.items()
        for match in re.finditer(rf"(\d+) {re.escape(reason)}", text)
    ]
    found += [
        (match.start(), _("{count} at a depot without generators ({depot})").format(count=match[1], depot=match[2]))
        for match in _AT_DEPOT.finditer(text)
    ]
    return [words for _place, words in sorted(found)]
