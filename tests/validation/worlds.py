"""Small worlds for tests: a single site's power plant, drills made in memory, logs as plain rows."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from simpy import Environment

from sim.loading import load
from sim.log import EventLog, Row
from sim.models.site import Plant, SitePower
from sim.results import Run, simulate
from sim.run import play
from sim.scenario import Scenario, ScenarioSpec
from sim.topology import load_topology
from sim.topology.plain import plain
from sim.topology.spec import Plain
from sim.vocabulary import KINDS

DATA = Path(__file__).resolve().parent.parent / "data"
TOPOLOGIES = DATA.parent.parent / "topologies"
UNLIMITED_H = 1e6


# One site's power plant


def plant(**changed) -> Plant:
    """A 4G site of one operator on a new lead-acid battery at 25 °C, with two disconnects."""
    usual = {
        "id": "s", "load_4g_w": 1300.0, "load_5g_w": 0.0, "load_transmission_w": 300.0, "battery_ah": 500.0,
        "lead_acid": True, "soh": 1.0, "s1": 0.25, "two_stage": True, "rectifier_w": 1e6,
        "endurance_h": float("nan"), "endurance_feels_cold": True, "reconnect_h": 0.0, "battery_c": lambda _: 25.0,
    }  # fmt: skip
    return Plant(**{**usual, **changed})


class OneSite:
    """A `SitePower` with a clock and a log of its own."""

    def __init__(self, **changed) -> None:
        self.env = Environment()
        self.log = EventLog(tuple(KINDS))
        self.power = SitePower(plant(**changed), self.env, self.log, lambda _power, _row: None)

    def mains(self, on: bool, at_h: float) -> None:
        """Lose or regain the mains at a time."""
        self.run(at_h)
        self.power.set_mains(on, -1)

    def generator(self, prime_w: float, at_h: float) -> None:
        """A generator takes the site over at a time (0: it stops)."""
        self.run(at_h)
        self.power.set_generator(prime_w, -1)

    def run(self, until_h: float) -> None:
        """Let the time pass."""
        if until_h > self.env.now:
            self.env.run(until=until_h)

    def when(self, *kinds: str) -> list[float]:
        """Times of the rows of these kinds."""
        return [row.t_h for row in self.log if row.kind in kinds]


# Whole drills


def drill(topology, **chapters) -> Scenario:
    """A scenario in memory on a topology (an object, or the name of a file)."""
    if not hasattr(topology, "sites"):
        topology = network(topology)
    given = {"format": 1, "name": "study", "start": "2024-01-10T00:00", "horizon_h": 48, "topology": "memory"}
    spec = ScenarioSpec.model_validate({**given, **chapters})
    return Scenario(spec, topology, lists={})


@cache
def network(name: str):
    """A topology by its name: of the tests' own, else a shipped one."""
    own = DATA / f"{name}.yaml"
    return load_topology(own if own.exists() else TOPOLOGIES / f"{name}.yaml")


@cache
def bare_sites(count: int, **shares: float):
    """Sites without roads or links; shares of classes A to D."""
    more = {"class_shares": shares} if shares else {}
    return plain(Plain.model_validate({"format": 1, "kind": "plain", "name": "bare", "sites": count, **more}))


@cache
def scenario(name: str, **overrides: str) -> Scenario:
    """A scenario of the tests' own or a shipped one; overrides with `__` for the dots."""
    own = DATA / f"{name}.yaml"
    return load(own if own.exists() else name, {key.replace("__", "."): text for key, text in overrides.items()})


class Story(NamedTuple):
    """A run as plain rows."""

    scenario: Scenario
    rows: list[Row]

    def of(self, *kinds: str) -> list[Row]:
        """Rows of these kinds."""
        return [row for row in self.rows if row.kind in kinds]

    def times(self, kind: str, subject: str = "", object: str = "") -> list[float]:
        """Times of the rows of a kind, of a subject and an object where they are given."""
        return [row.t_h for row in self.of(kind) if subject in ("", row.subject) and object in ("", row.object)]

    def why(self, row: Row) -> list[Row]:
        """The row and its chain of causes."""
        chain = [row]
        while chain[-1].cause_row >= 0:
            chain.append(self.rows[chain[-1].cause_row])
        return chain


def story(of: Scenario, seed: int = 1, policy=None) -> Story:
    """Play a scenario and keep its rows."""
    return Story(of, list(play(of, seed, policy).log))


@cache
def run_of(name: str, seed: int = 1, policy: str | None = None) -> Run:
    """The run of a scenario by name, once for all tests of a session."""
    return simulate(scenario(name), seed, policy)


@cache
def told(name: str, seed: int = 1, policy: str | None = None) -> Story:
    """The same as plain rows."""
    return Story(scenario(name), list(run_of(name, seed, policy).log))


# Curves of the log


class Piece(NamedTuple):
    """A stretch of time with what held in it."""

    begin_h: float
    end_h: float
    first: float
    last: float
    """Value of the curve at the beginning and at the end."""


def lines(rows: Iterable[Row], kind: str, subject: str) -> list[Piece]:
    """The straight pieces of a curve between its rows."""
    knots = [(row.t_h, row.value) for row in rows if row.kind == kind and row.subject == subject]
    return [Piece(t, u, v, w) for (t, v), (u, w) in zip(knots, knots[1:], strict=False)]


def steps(rows: Iterable[Row], kind: str, subject: str) -> list[tuple[float, str, float]]:
    """The steps of a value: from when, its word, its value."""
    return [(row.t_h, row.object, row.value) for row in rows if row.kind == kind and row.subject == subject]


def step_at(of: list[tuple[float, str, float]], t_h: float) -> tuple[float, str, float] | None:
    """The step that holds at a time (the last one of an instant)."""
    found = [step for step in of if step[0] <= t_h]
    return found[-1] if found else None
