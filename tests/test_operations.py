"""Machine rooms, teams, procedures and levels in whole drills: the shipped ones and variations of them."""

import re

import pytest
from chinese import refused

from sim.errors import InputError
from sim.loading import load
from sim.results import simulate
from sim.topology import load_topology
from sim.topology.write import write_topology

SHIPPED = ("hohhot_exchange_pdu", "hohhot_exchange_cooling", "hohhot_exchange_single_supply", "hohhot_exchange_drill",
           "taiyuan_exchange", "hub_room_cooling")  # fmt: skip
LAST = {
    "hohhot_exchange_pdu": 1,
    "hohhot_exchange_cooling": 1,
    "hohhot_exchange_single_supply": 1,
    "taiyuan_exchange": 2,
}


def played(name, seed=1, **overrides):
    return simulate(load(name, {key.replace("__", "."): value for key, value in overrides.items()}), seed)


def service_out_h(run, service=""):
    return (
        run.tables.services.outage_h()[run.tables.services.ids.tolist().index(service)]
        if service
        else max(run.tables.services.outage_h())
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", SHIPPED[:5])
def test_with_redundancy_intact_every_service_stays_up(name, seed):
    assert service_out_h(played(name, seed)) == 0


@pytest.mark.parametrize(("name", "index"), LAST.items())
def test_one_more_thing_broken_takes_a_service_down(name, index):
    assert service_out_h(played(name, **{f"injects__{index}__off": "false"})) > 0


@pytest.mark.parametrize("name", SHIPPED)
def test_nobody_is_on_two_steps_and_every_row_of_an_outage_has_its_cause(name):
    run = played(name)
    busy = {}
    for row in run.log:
        if row.kind == "person.busy":
            assert not busy.get(row.subject)
            busy[row.subject] = row.object
        elif row.kind == "person.free":
            busy[row.subject] = ""
        elif row.kind in ("service.down", "device.down", "power.off", "site.down"):
            assert row.cause_row >= 0, row
    assert busy, "nobody worked"


def test_a_hub_room_takes_stations_down_that_have_power():
    """No snow and no feeder: the cooler of hub_1 stops, its ring node trips, and the ring loses its way."""
    run = played("hub_room_cooling")
    out = run.outages[run.outages.unit == "station"]
    assert len(out) > 3
    assert set(out.cause) == {"cooling", "transport"}
    assert run.kpi_values["sites_without_mains_cumulative"] == 0
    (trip,) = [r.t_h for r in run.log if r.kind == "device.tripped" and r.subject == "ring_node"]
    assert out.start_h.min() == pytest.approx(trip)
    assert "cooler.failed" in [r.kind for r in run.why(next(n for n, r in enumerate(run.log) if r.kind == "site.down"))]


def test_the_mains_of_a_hub_are_those_of_its_room():
    """A dead feeder is felt in the room: its engine starts, and the room carries on."""
    cut = "[{at: +1 h, do: fail, what: 'feeder:f_town'}, {at: +5 h, do: mend, what: 'feeder:f_town'}]"
    run = played("hub_room_cooling", injects=cut)
    kinds = [(r.kind, r.subject) for r in run.log]
    assert ("power.off", "hub_mains") in kinds
    assert ("power.on", "hub_engine") in kinds
    assert service_out_h(run, "hub_1_transmission") == 0


def test_three_faults_wait_for_the_same_people():
    """With one pair on site the last repair ends later than with two, and each waits for the one before."""
    two = played("hohhot_exchange_drill")
    one = played("hohhot_exchange_drill", resources__teams__onsite__people="2")
    last = [max(r.t_h for r in run.log if r.kind == "procedure.done") for run in (two, one)]
    assert last[1] > last[0]
    assert [r.object for r in one.log if r.kind == "step.waits"].count("pair") >= 2


def test_a_level_is_late_too_low_or_missed_as_it_is_drawn():
    late = played("hohhot_exchange_pdu", plan__levels__II__decide_h="60 min")
    assert late.kpi_values["level_lag_h"] < 1, "a step of the procedure raises it before the desk does"
    low = played("hohhot_exchange_pdu", plan__levels__II__too_low="1", plan__levels__II__missed="0")
    assert low.kpi_values["levels_too_low"] == 1
    missed = played("taiyuan_exchange", plan__levels__IV__missed="1")
    assert missed.kpi_values["levels_missed"] == 1
    assert not [row for row in missed.log if row.kind in ("desk.level", "report.sent")]


def test_the_same_seed_gives_the_same_digest():
    assert played("hohhot_exchange_drill", 3).log_digest == played("hohhot_exchange_drill", 3).log_digest
    assert played("hohhot_exchange_drill", 3).log_digest != played("hohhot_exchange_drill", 4).log_digest


def test_recorded_figures_move_nothing():
    plain = played("hohhot_exchange_drill")
    other = played("hohhot_exchange_drill", record__rows__response_level__value="I", record__rows__teams__value="9")
    assert other.log_digest == plain.log_digest
    assert other.kpi_values == pytest.approx(plain.kpi_values, nan_ok=True)


@pytest.mark.parametrize("name", ["hohhot_exchange", "ten_sites_rooms", "taiyuan_exchange"])
def test_a_topology_with_rooms_is_written_and_read_again(name, tmp_path):
    from sim.loading import find_file

    ours = load_topology(find_file(name, "topologies"))
    again = load_topology(write_topology(ours, tmp_path / "net"))
    assert again.digest == ours.digest


BAD = {
    "{roles: {p: {team: nobody}}, on_alarm: [pdu], steps: {a: {who: p, takes_h: 1}}}": "roles.p.team must be a team",
    "{on_alarm: [pdu], steps: {a: {who: ghost, takes_h: 1}}}": "who must be a role of the procedure or a team",
    "{on_alarm: [pdu], steps: {a: {who: onsite, takes_h: 1, at: data_centre}}}": "must be where onsite is",
    "{on_alarm: [pdu], steps: {a: {who: onsite, takes_h: 1, after: [b]}, b: {who: onsite, takes_h: 1}}}": "must not go in a circle",
    "{on_alarm: [pdu], steps: {a: {who: onsite, takes_h: 1, does: [{do: mend, what: 'pdu:k99.A'}]}}}": "must be a pdu",
    "{on_alarm: [pdu], steps: {a: {who: onsite, takes_h: -1}}}": "takes_h",
    "{steps: {a: {who: onsite, takes_h: 1}}}": "must have on_alarm, on_level or at",
}  # fmt: skip


_NAMES = "monitor onsite network logistics support_centre k01 c01"


@pytest.mark.parametrize(("procedure", "message"), BAD.items())
def test_bad_procedures_are_told_in_one_line_each(procedure, message):
    found = refused(lambda: load("hohhot_exchange_pdu", {"plan.procedures.pdu_fault": procedure}), _NAMES)
    assert message in str(InputError(found))
    assert all("\n" not in str(problem) for problem in found)


ROOMS = """format: 1
kind: facility
name: bad
places: {here: {lon: 111, lat: 40}}
facility:
  rows: {row: {site: here}}
  power:
    mains: {kind: mains}
    board: {kind: board, feeds: [%s]}
  racks: {k: {row: row, feeds: {A: %s}}}
  devices: {d: {rack: k, load_w: %s, supplies: [%s]}}
  services: {s: {needs: %s}}
"""
RIGHT = ("mains", "board", "100", "A", "d")


@pytest.mark.parametrize(
    ("place", "wrong", "message"),
    [
        (0, "board", "must not feed itself: board → board"),
        (1, "k.A", r"must not feed itself: k\.A → k\.A"),
        (1, "bored", "did you mean 'board'"),
        (2, "-3", "load_w must be >= 0"),
        (3, "B", "must be a PDU of rack k by its letter"),
        (4, "e", "must be a device, a link or a service"),
        (4, "{at_least: 3, of: [d]}", "must have at_least from 1"),
        (4, "s", "must not need itself"),
    ],
)
def test_bad_rooms_are_told_with_their_line(place, wrong, message, tmp_path):
    given = list(RIGHT)
    given[place] = wrong
    path = tmp_path / "bad.yaml"
    path.write_text(ROOMS % tuple(given), encoding="utf-8")
    found = refused(lambda: load_topology(path, cache=None))
    assert re.search(message, str(InputError(found)))
    assert all(problem.line for problem in found)


@pytest.mark.parametrize(("order", "broken"), [(1, "site unicom_hub"), (2, "device unicom_r1 + device unicom_r2")])
def test_the_check_of_failures_names_what_breaks_the_exchange(order, broken, drill):
    """No single device, cable, feed or cooler of the exchange is enough; two routers of a hub are."""
    done = drill("check", "--contingency", order, "taiyuan_exchange", "--most", 200)
    assert done.code == 0
    found = " ".join(done.out.split())
    assert broken in found
    if order == 1:
        assert not [
            line for line in done.out.splitlines() if " device " in line or " cooler " in line or " link " in line
        ]
