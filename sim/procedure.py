"""Procedures (处置流程) on paper: who does what, how long it takes, after what, by when, and what it changes."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.errors import Refusal, listed, shown
from sim.language import _
from sim.spec import Spec, Title
from sim.units import Kw, MomentField, PositiveHours, Share, Spread, SpreadHours

Count = Annotated[int, Field(ge=1, le=1000)]
AlarmWord = Literal[
    "mains", "generator", "ats", "sts", "ups", "board", "pdu", "feed", "psu", "device", "cooler", "cooler_power",
    "warm", "hot", "link", "service",
]  # fmt: skip


class Team(Spec):
    """A team (保障小组): people of one party with a home place; who they are is nobody's business, what they can is."""

    title: Title = Title()
    party: str = ""
    people: Count = 2
    place: str
    """Site at which they are when the drill begins."""
    skills: list[str] = []


class Role(Spec):
    """People that a procedure needs together: taken before their first step, let go after their last."""

    team: str
    people: Count = 1
    skill: str | None = None


class Act(Spec):
    """What a step changes in the world when it is done. `{target}` stands for what set the procedure off."""

    do: Literal["mend", "fail", "close", "open", "cool", "level", "report", "note"]
    what: str = ""
    capacity_kw: Kw = 0.0
    """`cool`: portable cooling set up in a row."""

    @model_validator(mode="after")
    def _complete(self) -> Act:
        if self.do in ("mend", "fail", "close", "open", "cool", "level") and not self.what:
            raise ValueError(_("must have what: '{do}' needs something").format(do=self.do))
        return self


class Step(Spec):
    """One step."""

    title: Title = Title()
    who: str
    """A role of the procedure, or a team, of which one free person is taken for this step alone."""
    takes_h: SpreadHours
    after: list[str] | None = None
    """Steps that must be done; left out: the one above."""
    by_h: PositiveHours | None = None
    """Deadline, hours since the procedure began."""
    at: str = ""
    """Site at which everybody must be; a step before must have brought them."""
    to: str = ""
    """Site to which they travel; nothing to do for those who are there."""
    uses: dict[str, Count] = {}
    """Spares from the store of the place where the step is done."""
    does: list[Act] = []
    refused: Share = 0.0
    """Chance that it comes to nothing (not signed, the wrong spare) and is done again."""
    back_to: str = ""
    """The step from which it is done again; left out: itself."""


class Procedure(Spec):
    """Steps in an order, set off by an alarm, a level or a moment."""

    title: Title = Title()
    on_alarm: list[AlarmWord] = []
    """One run for each thing that gives such an alarm, once it is heard.

    `cooler`: it is broken; `cooler_power`: it stands still for want of power.
    """
    of: list[str] = []
    """Only alarms of these things; left out: of any."""
    on_level: Literal["I", "II", "III", "IV"] | None = None
    at: MomentField | None = None
    roles: dict[str, Role] = {}
    steps: Annotated[dict[str, Step], Field(min_length=1)]

    @model_validator(mode="after")
    def _ordered(self) -> Procedure:
        for name, step in self.steps.items():
            for other in (*self.after(name), *([step.back_to] if step.back_to else [])):
                if other not in self.steps:
                    raise Refusal(
                        _("must name steps of the procedure: {names}").format(names=listed(self.steps)), shown(other)
                    )
        try:
            tuple(TopologicalSorter({name: self.after(name) for name in self.steps}).static_order())
        except CycleError as error:
            raise ValueError(
                _("must not go in a circle: {names}").format(names=" → ".join(reversed(error.args[1])))
            ) from None
        for name, step in self.steps.items():
            if step.back_to and step.back_to != name and step.back_to not in self.before(name):
                raise Refusal(_("must go back to a step before {name}").format(name=name), shown(step.back_to))
        if not (self.on_alarm or self.on_level or self.at):
            raise ValueError(_("must have on_alarm, on_level or at: nothing would set it off"))
        return self

    def after(self, name: str) -> list[str]:
        """Steps that must be done before a step."""
        given = self.steps[name].after
        if given is not None:
            return list(given)
        names = list(self.steps)
        place = names.index(name)
        return names[place - 1 : place] if place else []

    def before(self, name: str) -> list[str]:
        """All steps that must be done before a step, near and far, in the order of the file."""
        found: dict[str, None] = {}
        todo = self.after(name)
        while todo:
            one = todo.pop()
            if one not in found:
                found[one] = None
                todo += self.after(one)
        return [one for one in self.steps if one in found]


class Spares(Spec):
    """Stores of spares by place, and how long it takes to fetch one from another place."""

    stores: dict[str, dict[str, Annotated[int, Field(ge=0)]]] = {}
    fetch_h: SpreadHours = Spread(40 / 60, 90 / 60)
