"""The face of the package as a notebook sees it: what is wrong is told in one line that names the argument."""

import re

import numpy as np
import pytest

import sim
from sim.ensemble import compare
from sim.errors import InputError
from sim.policies import Policy
from sim.vocabulary import Order


@pytest.fixture
def scenario(town):
    return sim.load("little.yaml")


def refusal(call, *arguments, **options):
    with pytest.raises(InputError) as caught:
        call(*arguments, **options)
    assert len(caught.value.problems) == 1
    return str(caught.value)


def test_overrides_may_be_values_of_python(town):
    given = {
        "resources.depots.ten.crews": 3,
        "resources.crew.unlimited_generators": True,
        "resources.crew.shift_h": None,
        "roads.drift_factor": [1.0, 2.5],
        "policy": "nearest",
    }
    spec = sim.load("little.yaml", given).spec
    assert spec.resources.depots["ten"].crews == 3
    assert spec.resources.crew.unlimited_generators is True
    assert spec.resources.crew.shift_h is None
    assert spec.roads.drift_factor == (1.0, 2.5)
    assert spec.policy == "nearest"
    assert sim.load("little.yaml", given).overrides["resources.depots.ten.crews"] == "3"


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"policy": object()}, r"--set policy: must be text, a number, .* \(got a object\)"),
        ({3: 4}, r"overrides must have paths as keys \(got 3\)"),
        (["policy=nearest"], r"overrides must be a table of paths and values \(got a list of 1\)"),
        ({"horizon_h": float("nan")}, r"--set horizon_h: .*"),
    ],
)
def test_an_override_that_is_none(town, overrides, message):
    assert re.fullmatch(message, refusal(sim.load, "little.yaml", overrides))


@pytest.mark.parametrize("seed", [-1, 1.5, "1", None, True, 2**53 + 1])
def test_a_seed_that_is_none(scenario, seed):
    assert refusal(sim.simulate, scenario, seed).startswith("seed must be a whole number from 0 to 2**53 (got ")


def test_a_seed_of_numpy_is_one(scenario):
    assert sim.simulate(scenario, np.int64(2)).seed == 2


def nothing(view):
    return None


def words(view):
    return ["go"]


def pairs(view):
    return [(crew, job) for crew in view.crews for job in view.jobs] or [1]


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (5, r"policy must be a name or a function of a view \(got 5\)"),
        ("neerest", r"policy must be one of .*"),
        (nothing, r"policy nothing must give a list of orders \(got nothing\)"),
        (words, r"policy words must give a list of sim.vocabulary.Order \(got 'go' in it\)"),
        (pairs, r"policy pairs must give a list of sim.vocabulary.Order .*"),
    ],
)
def test_a_policy_that_is_none(scenario, policy, message):
    assert re.fullmatch(message, refusal(sim.simulate, scenario, policy=policy))


def test_a_policy_of_ones_own_may_send_nobody_or_somebody(scenario):
    def one(view):
        return tuple(Order(crew, job) for crew in view.crews[:1] for job in view.jobs[:1] if view.can_serve(crew, job))

    assert sim.simulate(scenario, policy=lambda view: []).visits.empty
    assert not sim.simulate(scenario, policy=one).visits.empty


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: sim.simulate("ten_sites"), "scenario must be a scenario, as sim.load gives it"),
        (lambda: sim.ensemble("ten_sites", seeds=1), "scenario must be a scenario, as sim.load gives it"),
        (lambda: sim.ensemble(sim.load("ten_sites"), 1, policies="nearest"), "policies must be a list"),
        (lambda: sim.ensemble(sim.load("ten_sites"), 1, variants={"x": {}}), "variants must be a list"),
        (lambda: sim.ensemble(sim.load("ten_sites"), [-1]), "seeds must be a number above 0, or a list"),
        (lambda: compare("many"), "ensembles must be a list"),
        (lambda: sim.open_run(None), "folder must be a path"),
        (lambda: sim.open_run(__file__), "is a file; name the run directory"),
        (lambda: sim.load(5), "must be a path or a name"),
        (
            lambda: sim.load("ten_sites", {"resources": {"depots": {}}}),
            "resources would lose all else that stands there",
        ),
        (lambda: sim.what_breaks(7), "scenario must be a scenario"),
    ],
    ids=range(11),
)
def test_what_is_of_another_kind_is_told_in_one_line(call, told):
    with pytest.raises(InputError) as caught:
        call()
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_seed_of_numpy_is_a_seed(tmp_path):
    run = sim.simulate(sim.load("ten_sites"), seed=np.int64(3))
    assert sim.open_run(run.write(tmp_path / "run")).seed == 3
    assert sim.ensemble(sim.load("ten_sites"), np.arange(1, 3), workers=1).seeds == (1, 2)


def test_what_is_shown_of_an_object_is_a_line():
    scenario = sim.load("ten_sites")
    for shown in (scenario, sim.simulate(scenario), sim.ensemble(scenario, 1, workers=1)):
        assert len(repr(shown)) < 120
        assert "ten_sites" in repr(shown)


def broken(job):
    return job.nonsense


def test_a_policy_that_always_breaks_is_no_tie():
    many = sim.ensemble(sim.load("ten_sites"), 2, policies=["nearest", Policy("mine", rank=broken)], workers=1)
    with pytest.raises(InputError, match="variant mine all 2 runs of it failed, with seed 1: AttributeError"):
        compare([many], ["station_outage_h"])


@pytest.mark.parametrize(
    "name", ["scenario.json", "inventory.parquet", "outages.parquet", "kpis.json", "scorecard.json"]
)
def test_a_run_directory_that_was_changed_is_refused(tmp_path, name):
    folder = sim.simulate(sim.load("ten_sites")).write(tmp_path / "run")
    file = folder / name
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(InputError, match=r"is not the file that run\.json tells of"):
        sim.open_run(folder)
    file.unlink()
    with pytest.raises(InputError, match="is not complete"):
        sim.open_run(folder)
