"""Fuel from depot to can to tank to engine: none is lost or made, and no set goes out without any."""

from collections import defaultdict
from math import fsum, isfinite
from pathlib import Path

import pytest
from simpy import Environment
from test_models_generators import SURE, town
from validation.worlds import scenario, story

import sim.run
from sim.log import EventLog
from sim.models.cans import Cans
from sim.models.crews import DepotStock
from sim.models.generators import Generator
from sim.models.timer import Timer
from sim.resources import GENERATOR_KINDS
from sim.run import play
from sim.settings import GeneratorSettings
from sim.streams import Streams
from sim.vocabulary import KINDS
from sim.world import World

SHIPPED = sorted(path.stem for path in (Path(__file__).parent.parent / "scenarios").glob("*.yaml"))
OUT = (5, "fail", "site:s7.mains")


class Ledger:
    """Every litre of a run: what tanks, cans and depots held first and last, what was drawn and burnt."""

    def __init__(self, monkeypatch):
        self.drawn, self.rates, self.burnt, self.first = defaultdict(float), {}, defaultdict(float), {}
        self.world = None
        self.endless_l = 0.0
        """Poured by crews of a study whose cans are never empty."""
        pour = Cans.pour
        made, feed, rest, draw = Generator.__init__, Generator.feed, Generator._rest, DepotStock.draw_fuel

        def make(generator, *given):
            made(generator, *given)
            self.first[generator] = generator.fuel_l

        def feeds(generator, drawn_w):
            self.count(generator)
            feed(generator, drawn_w)
            self.rates[generator] = (-generator.tank.rate, generator._env.now)

        def rests(generator):
            self.count(generator)
            self.rates.pop(generator, None)
            rest(generator)

        def draws(depot, litres):
            assert litres >= 0
            taken = draw(depot, litres)
            self.drawn[depot.id] += taken
            return taken

        def pours(cans, crew, generator, *given):
            before = generator.fuel_l
            pour(cans, crew, generator, *given)
            self.endless_l += 0.0 if isfinite(crew.fuel_l) else generator.fuel_l - before

        def build(*given):
            self.world = World(*given)
            self.cans = {crew.id: crew.fuel_l for crew in self.world.roster.crews}
            self.stock = {depot.id: depot.fuel_l for depot in self.world.roster.depots.values()}
            return self.world

        monkeypatch.setattr(Generator, "__init__", make)
        monkeypatch.setattr(Generator, "feed", feeds)
        monkeypatch.setattr(Generator, "_rest", rests)
        monkeypatch.setattr(DepotStock, "draw_fuel", draws)
        monkeypatch.setattr(Cans, "pour", pours)
        monkeypatch.setattr(sim.run, "World", build)

    def count(self, generator):
        rate, since_h = self.rates.get(generator, (0.0, 0.0))
        self.burnt[generator] += rate * (generator._env.now - since_h)

    def balance(self):
        """Litres there and drawn, less litres left and burnt."""
        for generator in list(self.rates):
            self.count(generator)
        tanks = [before - generator.fuel_l - self.burnt[generator] for generator, before in self.first.items()]
        crews = self.world.roster.crews
        cans = [self.cans[crew.id] - crew.fuel_l for crew in crews if isfinite(crew.fuel_l)]
        assert min((crew.fuel_l for crew in crews), default=0) >= 0
        return fsum([*tanks, *cans, *self.drawn.values(), self.endless_l])


@pytest.mark.parametrize("name", SHIPPED)
def test_no_litre_is_lost_or_made(name, monkeypatch):
    """Cans and tanks at first, and what depots gave, are what is left in cans and tanks, and burnt.

    Fails when a set is filled without a can that empties, or starts and burns what it has not.
    """
    ledger = Ledger(monkeypatch)
    log = play(scenario(name)).log
    assert ledger.balance() == pytest.approx(0, abs=0.01)
    delivered = defaultdict(float)
    for row in log:
        if row.kind == "depot.fuelled":
            delivered[row.subject] += row.value
    for depot in ledger.world.roster.depots.values():
        if isfinite(depot.fuel_l):
            left_l = ledger.stock[depot.id] + delivered[depot.id] - ledger.drawn[depot.id]
            assert depot.fuel_l == pytest.approx(left_l, abs=1e-6)


def dry_starts(told):
    """Sets put down with nothing in them, and attempts at an empty tank."""
    return [row for row in told.rows if row.kind in ("generator.placed", "generator.unstarted") and row.value < 0.5]


@pytest.mark.parametrize("policy", ["class_then_deadline", "nearest"])
@pytest.mark.parametrize("fuel_l", ["0", "4", "20", "120", "400"])
def test_however_much_is_in_the_cans_nobody_starts_a_dry_set(fuel_l, policy):
    """More fuel never gives more of them: there are none with any. Fails when crews do not look into the tank."""
    given = {"resources__crew__fuel_l": fuel_l, **{f"resources__depots__{d}__fuel_l": "60" for d in ("mid", "west")}}
    for seed in (1, 2, 3):
        told = story(scenario("two_banners", **given), seed, policy)
        assert told.of("generator.started")
        assert not dry_starts(told)


ROVE = {"class": "C", "rove": {"charge_h": 4}}
TWO = ((5, "fail", "site:s2.mains"), (5, "fail", "site:s4.mains"))


def roving(**more):
    """One set, one crew, two sites without mains for two days: four hours here, four hours there."""
    given = {"depot": {"petrol_5kw": 1, "diesel_8kw": 0}, **more}
    return town(*TWO, plan={"dispatch": [ROVE]}, **given)


def test_a_roving_crew_fills_its_set_from_the_cans_before_it_is_low():
    """Fails when the same set goes from site to site with a falling tank: set down empty at last, and "done"."""
    told = roving()
    placed = told.of("generator.placed")
    assert len(placed) > 5
    assert min(row.value for row in placed) >= 25 / 2
    fills = [row for row in told.of("generator.fuelled") if row.object != "ten"]
    assert fills
    assert {told.why(row)[1].kind for row in fills} <= {"job.onsite"}


def test_with_empty_cans_it_goes_by_the_depot_first():
    """Every set down stands for fuel that was fetched; fails when an empty set is taken to the next site."""
    told = roving(crew={"fuel_l": 0}, depot={"petrol_5kw": 1, "diesel_8kw": 0, "fuel_l": 100})
    assert [row for row in told.of("generator.fuelled", "generator.taken") if row.object in ("ten", "ten-crew-01")]
    assert len(told.of("generator.placed")) > 5
    assert not dry_starts(told)


def test_with_no_fuel_anywhere_the_rounds_end():
    """One tank of 25 l, and nothing else: a few stops, and the orders that are left wait. No visit is done on air."""
    told = roving(crew={"fuel_l": 0}, depot={"petrol_5kw": 1, "diesel_8kw": 0, "fuel_l": 0})
    ran = told.of("generator.started")
    assert 1 <= len(ran) <= 5
    assert not dry_starts(told)
    done = [row for row in told.of("job.done") if row.subject.startswith("generate")]
    assert len(done) <= len(ran)


def test_a_crew_beside_a_set_that_runs_dry_fills_and_starts_it():
    """Watched by its crew, nobody else comes to refuel: a tank lasts hours, the mains are out for two days.

    Fails when the crew waits out its shift beside a dead set.
    """
    told = town(OUT, rules={"watched_by": "crew"}, crew={"shift_h": 40, "hard_stop_h": 44}, generators=SURE)
    dry = told.of("generator.dry")
    assert dry
    again = [row for row in told.of("generator.started") if row.t_h > dry[0].t_h]
    assert again
    assert again[0].t_h - dry[0].t_h < 1


def test_a_crew_beside_a_set_that_breaks_leaves():
    """Fails when it stays out its four hours beside a set that does not run."""
    told = roving(generators={**SURE, "failures_per_h": 3.0})
    broke = told.of("generator.broke")[0]
    ends = next(row for row in told.of("job.done", "job.failed") if row.t_h >= broke.t_h)
    assert ends.t_h == pytest.approx(broke.t_h, abs=1e-6)


def spilt(monkeypatch, at_h, **more):
    """A crew on its way to a site: at an hour all that its cans and sets hold is spilt."""

    def build(*given):
        world = World(*given)

        def spill():
            for crew in world.roster.crews:
                crew.fuel_l = 0.0
                for generator in crew.carried:
                    generator.tank.put(-generator.fuel_l, world.env.now)

        Timer(world.env, spill).set(at_h)
        return world

    monkeypatch.setattr(sim.run, "World", build)
    return town((5, "fail", "site:s3.mains"), **more)


def test_a_crew_that_stands_there_without_fuel_gives_the_order_back(monkeypatch):
    """It arrives, there is nothing to pour: back in the queue for want of fuel, nothing set down, nothing done.

    Fails when the empty set is set down, or the visit counts as done or failed.
    """
    told = spilt(monkeypatch, 5.05, depot={"fuel_l": 0, "petrol_5kw": 1, "diesel_8kw": 0})
    assert [row.object for row in told.of("job.returned")] == ["fuel"]
    assert told.of("job.onsite")
    assert not told.of("generator.placed", "generator.started", "job.done", "job.failed")
    assert len(told.of("job.assigned")) == 1


def test_it_then_fetches_fuel_where_there_is_some(monkeypatch):
    """Back by its depot, the cans and the set filled, and the site is served. Fails when the order waits for ever."""
    told = spilt(monkeypatch, 5.05, depot={"fuel_l": 500, "petrol_5kw": 1, "diesel_8kw": 0})
    assert [row.object for row in told.of("job.returned")] == ["fuel"]
    assert [row.value for row in told.of("generator.fuelled") if row.object == "ten"] == [25]
    (placed, *_) = told.of("generator.placed")
    assert placed.value == 25
    assert told.of("generator.started")


def test_an_attempt_at_an_empty_tank_fails_and_is_told():
    """However sure its starts are, a dry set does not run. Its attempt is 0 in the log, and it is not broken by it."""
    env, log = Environment(), EventLog(tuple(KINDS))
    spec = GeneratorSettings(**SURE)
    kind = GENERATOR_KINDS["petrol_5kw"]
    one = Generator("g", "petrol_5kw", kind, "d", "", env, log, Streams(1), spec, lambda *_: None)
    one.tank.put(-24.0, 0.0)
    assert not one.attempt("s", 5.0, 1, -1)
    assert [(row.kind, row.value) for row in log] == [("generator.unstarted", 0)]
    assert not one.broken
    one.fill(0.25)
    assert one.attempt("s", 5.0, 1, -1)
