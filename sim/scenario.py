"""One drill on paper: what a planner's YAML file says, checked, with its topology beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from sim.errors import Problem, Refusal, shown
from sim.exercise import ClockField, DrillClock, Expect, parts_of
from sim.hazards.specs import Hazard
from sim.language import _
from sim.plan import Assumption, Bound, Plan, Record, StateKey, _bounds
from sim.resources import Party, Resources
from sim.settings import DeskSettings, GeneratorSettings, Grid, RepairTimes, RoadSettings, SiteSettings
from sim.spec import Spec, Text, Title
from sim.topology.tables import Topology
from sim.units import Moment, MomentField, parse_moment

_EACH: Final = "__all__"
FOR_PEOPLE: Final[dict[str, Any]] = {
    **dict.fromkeys(("record", "assumptions", "questions", "levers", "names", "title", "description", "drill"), True),
    "injects": {_EACH: {"message", "expect", "via", "for_"}},
    "plan": {"targets": {_EACH: {"say"}}, "procedures": {_EACH: {"title": True, "steps": {_EACH: {"title"}}}}},
    "resources": {"teams": {_EACH: {"title"}}},
}
"""What is written for people and changes no figure of the log."""
_LONGEST_H: Final = 24 * 366
_DATE: Final = re.compile(r"(?:19|20|21)\d\d-\d\d-\d\d")
Action = Literal["fail", "mend", "close", "open", "warn", "ask", "note"]


class InjectSpec(Spec):
    """A hand-written inject: at a time or on a condition, to the network, to people, or both."""

    at: MomentField | None = None
    when: dict[StateKey, Bound] = {}
    do: Action
    what: str = ""
    """`feeder:ID`, `link:ID`, `road:ID`, `site:ID` or one of its parts, such as `site:ID.rectifier`.

    In machine rooms `device:ID`, `supply:DEVICE.A`, `cooler:ID`, `link:ID`, and nodes by kind, such as `pdu:RACK.A`.
    """
    colour: Literal["blue", "yellow", "orange", "red"] | None = None
    message: Text = ""
    from_: Annotated[str, Field(alias="from")] = ""
    to: str = ""
    via: str = ""
    expect: Text | Expect = ""
    """What is to come of it: sentences set apart by `;`, or a table; judged from the log where it can be."""
    for_: Annotated[str, Field(alias="for")] = ""
    optional: bool = False
    off: bool = False
    """Written but not played: something to try with `--set injects.N.off=false`."""

    @field_validator("expect")
    @classmethod
    def _same_sentences(cls, expect: str | Expect) -> str | Expect:
        if isinstance(expect, str):
            parts_of(expect)
        return expect

    @model_validator(mode="before")
    @classmethod
    def _counts(cls, data: Any) -> Any:
        return {**data, "when": _bounds(data["when"])} if isinstance(data, dict) and "when" in data else data

    @model_validator(mode="after")
    def _complete(self) -> InjectSpec:
        if self.at is None and not self.when and "when" in self.model_fields_set:
            raise ValueError(_("must have something in when, such as when: {sites_out: 3}"))
        if (self.at is None) == (not self.when):
            raise ValueError(_("must have either at or when"))
        if self.do in ("fail", "mend", "close", "open") and not self.what:
            raise ValueError(_("must have what: '{do}' needs something to {do}").format(do=self.do))
        if self.do == "warn" and self.colour is None:
            raise ValueError(_("must have colour: 'warn' raises a warning signal"))
        return self

    @property
    def expected(self) -> str:
        """What is expected, in words."""
        return self.expect if isinstance(self.expect, str) else self.expect.say


def _plain_title(value: object) -> object:
    return {"en": value} if isinstance(value, str) else value


class Question(Spec):
    """A question a trainer has marked: the replay stops there. It changes nothing in a run."""

    at: MomentField
    ask: Title
    """What the trainees are asked; a plain text is taken for both languages."""
    note: Title = Title()
    """What the trainer discusses with them afterwards."""

    _texts = field_validator("ask", "note", mode="before")(_plain_title)


class Lever(Spec):
    """A decision to ask for: values to put in, or numbers to add. `drill levers` tries it; no other run does."""

    id: Annotated[str, Field(pattern=r"^[\w-]*$", max_length=40)] = ""
    say: Title
    """What it is called on tables and charts; a plain text is taken for both languages."""
    set: dict[str, Any] = {}
    """Path → value, as with `--set`."""
    add: dict[str, Annotated[float, Field(strict=True)]] = {}
    """Path → number, added to what stands there in the scenario as resolved, `set` first."""
    cost: Annotated[float | None, Field(ge=0, strict=True)] = None
    """In a currency of your own, for all of the drill; none: not known."""

    _said = field_validator("say", mode="before")(_plain_title)

    @property
    def name(self) -> str:
        """What it is known by: its id, else what it says."""
        return self.id or self.say.en or self.say.zh

    @model_validator(mode="after")
    def _complete(self) -> Lever:
        if not self.name.strip():
            raise ValueError(_("must say what it is, in at least one language"))
        if not self.set and not self.add:
            raise ValueError(_("must have set or add with something in it"))
        return self


class DrillSpec(Spec):
    """What kind of drill it is, for people and forms."""

    kind: Literal["replay", "tabletop", "field", "study"] = "replay"
    host: Text = ""
    basis: Text = ""
    clock: ClockField = Field(default_factory=DrillClock)
    """How fast it is played, such as `1 h = 3 min`."""


def _clock(value: object) -> object:
    """Pydantic would take numbers for seconds since 1970."""
    if isinstance(value, datetime) or (isinstance(value, str) and _DATE.match(value)):
        return value
    raise ValueError(_("must be a date and time such as 2023-11-05T22:00"))


def _horizon_h(value: object, info: ValidationInfo) -> float:
    start = info.data.get("start")
    try:
        hours = parse_moment(value).to_h(start if isinstance(start, datetime) else datetime(2000, 1, 1))
    except OverflowError:  # the first or last day of the calendar, in another zone
        hours = 0.0
    if not 0 < hours <= _LONGEST_H:
        raise Refusal(_("must be after the start and within a year"), repr(value))
    return hours


class ScenarioSpec(Spec):
    """A scenario file. Chapters in the order of a plan: situation, resources, what we do, what we promise."""

    format: Literal[1]
    name: Annotated[str, Field(pattern=r"^[\w-]+$", max_length=80)]
    title: Title = Title()
    description: Text = ""
    drill: DrillSpec = DrillSpec()
    start: Annotated[datetime, BeforeValidator(_clock, json_schema_input_type=str)]
    """Wall clock of the place, such as 2023-11-05T22:00; `t_h` counts from here."""
    horizon_h: Annotated[float, BeforeValidator(_horizon_h, json_schema_input_type=float | str)]
    """End of the drill: hours after the start, or a wall-clock moment."""
    topology: str
    names: dict[str, Title] = {}
    """What people read for an id or a word of this file, such as a party; the id where a language is left out."""
    lists: dict[str, str | list[str]] = {}
    """Named lists of site ids: the ids, or a CSV file or workbook (`a.xlsx!sheet`) with a column `site` (站址编码)."""
    hazards: list[Hazard] = []
    grid: Grid = Grid()
    roads: RoadSettings = RoadSettings()
    sites: SiteSettings = SiteSettings()
    generators: GeneratorSettings = GeneratorSettings()
    repair: RepairTimes = RepairTimes()
    desk: DeskSettings = DeskSettings()
    parties: dict[str, Party] = {}
    resources: Resources = Resources()
    plan: Plan = Plan()
    injects: list[InjectSpec] = []
    questions: list[Question] = []
    record: Record = Record()
    levers: list[Lever] = []
    """Decisions to ask for, tried one by one by `drill levers`; none is in a run of the scenario itself."""
    assumptions: list[Assumption] = []
    policy: str = "class_then_deadline"

    @field_validator("hazards")
    @classmethod
    def _one_storm(cls, hazards: list[Hazard]) -> list[Hazard]:
        if sum(hazard.kind == "snowstorm" for hazard in hazards) > 1:
            raise ValueError(_("must hold at most one snowstorm: a scenario has one weather"))
        return hazards

    @field_validator("levers")
    @classmethod
    def _names_once(cls, levers: list[Lever]) -> list[Lever]:
        names = [lever.name for lever in levers]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(_("must differ in id, or in what they say (got {found} twice)").format(found=shown(twice)))
        return levers


@dataclass(frozen=True, repr=False)
class Scenario:
    """A scenario ready to run: the checked file, its topology and its lists (rows of the site table)."""

    spec: ScenarioSpec
    topology: Topology
    path: Path | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, frozenset[int]] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()
    """What is written and can have no effect."""

    def __repr__(self) -> str:
        return f"<Scenario {self.name}, {self.horizon_h:g} h, {len(self.topology.sites.id)} sites>"

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.spec.name

    @property
    def horizon_h(self) -> float:
        """Length of the drill, hours."""
        return self.spec.horizon_h

    def at_h(self, moment: Moment) -> float:
        """A moment as hours after the start."""
        return moment.to_h(self.spec.start)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the resolved file and the lists: what the run depends on, besides topology and seed.

        Of the words for people only who says something to whom counts, as the log has it.
        """
        text = self.spec.model_dump_json(by_alias=True, exclude=FOR_PEOPLE)
        lists = sorted((name, sorted(rows)) for name, rows in self.lists.items())
        spoken = [bool(inject.message) for inject in self.spec.injects]
        return sha256(f"{text}\n{lists}\n{spoken}".encode()).hexdigest()

    def resolved(self) -> dict[str, Any]:
        """The file as resolved (defaults filled in, overrides applied), as JSON values."""
        return self.spec.model_dump(mode="json", by_alias=True)
