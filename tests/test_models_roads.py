"""Roads under snow: the speed table, ploughs, loaders, closures, tracks, and what they mean for who arrives when."""

from math import inf

import networkx as nx
import numpy as np
import pytest
from validation.worlds import drill, network, story

from sim.hazards.weather import NAMES, Cells, Weather
from sim.models.roads import Load, Roads
from sim.models.snowroads import FREE_KMH, SnowRoads, foot_kmh, wheel_kmh
from sim.settings import RoadSettings
from sim.streams import Streams
from sim.topology.tables import ROAD_CLASSES

EXPRESSWAY, NATIONAL, COUNTY, VILLAGE = range(4)
assert ROAD_CLASSES == ("expressway", "national", "county", "village")
NEVER = (inf, inf, inf, inf)


def weather(topology, depth_cm=lambda _t: 0.0, hours=100, **constant):
    """The same weather everywhere: depth (and gusts, if wanted) a function of the hour, other fields constant."""
    cells = Cells.over(topology)
    shape = (cells.columns * cells.rows, hours + 1)
    gust_mps = constant.pop("gust_mps", 3.0)
    usual = {"visibility_m": 10_000.0, "temperature_c": -3.0, **constant}
    fields = {name: np.full(shape, usual.get(name, 0.0)) for name in NAMES}
    gusts = [gust_mps(t) if callable(gust_mps) else gust_mps for t in range(hours + 1)]
    fields["gust_mps"] = np.tile(np.array(gusts, dtype=np.float64), (shape[0], 1))
    fields["depth_cm"] = np.tile([depth_cm(t) for t in range(hours + 1)], (shape[0], 1))
    return Weather(cells, fields)


class Town:
    """The roads of the town of ten sites under some weather, without drifts unless asked for."""

    def __init__(self, depth_cm=lambda _t: 0.0, plough_h=NEVER, drift_share=0.0, **constant):
        self.topology = network("ten_sites")
        sky = weather(self.topology, depth_cm, **constant)
        spec = RoadSettings(drift_share=drift_share, drift_factor=(2.0, 2.0))
        self.snow = SnowRoads(self.topology, sky, spec, plough_h, Streams(1))
        sites = self.topology.sites
        self.roads = Roads(self.topology, self.snow, sky.cells.of(sites.lon, sites.lat).tolist())
        self.edge = {name: row for row, name in enumerate(self.roads.edge_ids)}
        self.node = {name: row for row, name in enumerate(self.roads.node_ids)}

    def way(self, start, end, vehicle="snow", now=0.0):
        """Ids of the edges of the way."""
        legs = self.roads.edges_to(self.node[start], self.node[end], vehicle, now)
        return [self.roads.edge_ids[edge] for edge, _ in legs]

    def hours(self, start, end, vehicle="snow", now=0.0):
        return self.roads.hours(self.node[start], self.node[end], vehicle, now)


# The table of speeds


def speed(road_class, depth_cm, view_m=10_000.0, tyres="snow"):
    return float(wheel_kmh(np.array([road_class]), np.array([depth_cm]), np.array([view_m]), tyres)[0])


@pytest.mark.parametrize(
    ("road_class", "free_kmh", "factors"),
    [
        (EXPRESSWAY, 100, (0.85, 0.65, 0.45, 0.25, 0)),
        (NATIONAL, 75, (0.85, 0.65, 0.45, 0.25, 0)),
        (COUNTY, 50, (0.80, 0.55, 0.35, 0.12, 0)),
        (VILLAGE, 20, (0.70, 0.40, 0.20, 0.05, 0)),
    ],
)
def test_speed_by_class_and_depth(road_class, free_kmh, factors):
    """Every cell of the field's table, with its bounds: 0–5, 5–10, 10–20, 20–30 and more than 30 cm."""
    for depth_cm, factor in zip((2, 7, 15, 25, 31), factors, strict=True):
        assert speed(road_class, depth_cm) == pytest.approx(free_kmh * factor)
    for bound_cm, factor in zip((5, 10, 20, 30), factors, strict=False):
        assert speed(road_class, bound_cm) == pytest.approx(free_kmh * factor)


@pytest.mark.parametrize(("view_m", "factor"), [(1001, 1), (999, 0.7), (201, 0.7), (199, 0.4), (51, 0.4), (49, 0)])
def test_speed_by_visibility(view_m, factor):
    """More than 1 km, 0.2–1 km, less than 200 m, less than 50 m."""
    assert speed(NATIONAL, 2, view_m) == pytest.approx(75 * 0.85 * factor)


def test_speed_by_tyres():
    """Summer tyres 0.6, all-season 0.8; chains no faster than 40 km/h but one column of depth better."""
    assert speed(NATIONAL, 15, tyres="summer") == pytest.approx(75 * 0.45 * 0.6)
    assert speed(NATIONAL, 15, tyres="all_season") == pytest.approx(75 * 0.45 * 0.8)
    assert speed(NATIONAL, 2, tyres="chains") == 40
    assert speed(COUNTY, 25, tyres="chains") == pytest.approx(50 * 0.35)
    assert speed(COUNTY, 40, tyres="chains") == pytest.approx(50 * 0.12)


def test_walking_speed():
    """3 km/h up to 10 cm, 1.5 at 25, 0.8 beyond 40."""
    assert [foot_kmh(depth) for depth in (0, 10, 25, 41)] == [3.0, 3.0, 1.5, 0.8]


def test_deeper_snow_is_never_faster():
    """Fails when a row of the table rises."""
    for road_class in range(len(FREE_KMH)):
        for tyres in ("summer", "all_season", "snow", "chains"):
            speeds = [speed(road_class, depth, tyres=tyres) for depth in range(60)]
            assert speeds == sorted(speeds, reverse=True)


# Ways


def test_ways_are_the_quickest():
    """Times between all places equal networkx's shortest paths on the same speeds, in several depths of snow."""
    for depth in (0, 8, 15, 25):
        town = Town(lambda _t, depth=depth: depth)
        topology = town.topology
        speeds = town.snow.kmhs("snow", 0.0)
        graph = nx.Graph()
        for edge in range(len(speeds)):
            ends = int(topology.roads.edge_u[edge]), int(topology.roads.edge_v[edge])
            graph.add_edge(*ends, h=float(topology.roads.edge_km[edge] / speeds[edge]))
        for start in graph:
            lengths = nx.single_source_dijkstra_path_length(graph, start, weight="h")
            for end, hours in lengths.items():
                assert town.roads.hours(start, end, "snow", 0.0) == pytest.approx(hours, abs=1e-6)
                legs = town.roads.edges_to(start, end, "snow", 0.0)
                driven = sum(town.roads.edge_km[edge] / speeds[edge] for edge, _ in legs)
                assert driven == pytest.approx(hours, abs=1e-6)


def test_a_closed_road_is_gone_round():
    """From town to farm: by north (r4, r5); with r4 shut by east and hill; fails when a closure is ignored."""
    town = Town()
    assert town.way("town", "farm") == ["r4", "r5"]
    town.snow.block(town.edge["r4"], blocked=True)
    assert town.way("town", "farm") == ["r3", "r6", "r7"]
    town.snow.block(town.edge["r3"], blocked=True)
    assert town.way("town", "farm") == []
    assert town.hours("town", "farm") == inf
    town.snow.block(town.edge["r4"], blocked=False)
    assert town.way("town", "farm") == ["r4", "r5"]


def test_the_plough_comes_by_its_timetable():
    """National roads ploughed at 6 h: fast from then on, other classes not; new snow lies again."""
    town = Town(lambda t: min(25.0, 25.0 + max(0.0, t - 10)), plough_h=(inf, 6.0, inf, inf))
    national, county = town.edge["r3"], town.edge["r4"]
    before, after = town.snow.kmhs("snow", 5.9), town.snow.kmhs("snow", 6.1)
    assert before[national] == pytest.approx(75 * 0.25)
    assert after[national] == pytest.approx(75 * 0.85)
    assert after[county] == before[county] == pytest.approx(50 * 0.12)
    fresh = Town(lambda t: 2.5 * t, plough_h=(inf, 6.0, inf, inf))
    assert fresh.snow.depths_cm(9.0)[national] == pytest.approx(7.5)


def test_a_loader_opens_what_it_has_cleared():
    """Fails when clearing one edge leaves it shut, or opens others."""
    town = Town(lambda _t: 45.0)
    assert not town.snow.kmhs("snow", 1.0).any()
    town.snow.clear(town.edge["r4"], 1.0)
    moving = town.snow.kmhs("snow", 1.5) > 0
    assert [town.roads.edge_ids[edge] for edge in np.flatnonzero(moving)] == ["r4"]


def test_wind_fills_a_drifting_road_again():
    """Half of the drift is back after the half-life while it blows, none of it in calm air."""
    windy, calm = (Town(lambda _t: 20.0, drift_share=1.0, gust_mps=gust) for gust in (15.0, 3.0))
    for town in (windy, calm):
        town.snow.clear(town.edge["r4"], 1.0)
    assert windy.snow.depths_cm(7.0)[windy.edge["r4"]] == pytest.approx(40 / 2)
    assert calm.snow.depths_cm(7.0)[calm.edge["r4"]] == 0


def falling_gust(t):
    """15 m/s until 6 h, down to 5 at 8 h: below 10 from 7 h on."""
    return float(np.interp(t, [6, 8], [15, 5]))


def test_what_the_wind_has_blown_in_stays_when_the_gust_falls():
    """Swept at 1 h, windy until 7 h: half of the drift, then and for ever.

    Fails when the depth looks at the gust of the moment: it then vanishes at 7 h.
    """
    town = Town(lambda _t: 20.0, drift_share=1.0, gust_mps=falling_gust)
    edge, s7 = town.edge["r4"], town.topology.site_index["s7"]
    town.snow.clear(edge, 1.0)
    town.roads.clear_track(s7, 1.0)
    for now, depth_cm in (
        (1.0, 0),
        (4.0, 40 * (1 - 0.5**0.5)),
        (6.9, 40 * (1 - 0.5 ** (5.9 / 6))),
        (7.1, 20),
        (40, 20),
    ):
        assert town.snow.depths_cm(now)[edge] == pytest.approx(depth_cm, abs=1e-6)
        assert town.snow.track(s7, 0, "snow", now)[0] == pytest.approx(depth_cm, abs=1e-6)


def test_the_plough_is_followed_by_a_drift_that_stays():
    """The same for the public plough's roads and tracks."""
    town = Town(lambda _t: 20.0, plough_h=(1.0, 1.0, 1.0, 1.0), drift_share=1.0, gust_mps=falling_gust)
    s7 = town.topology.site_index["s7"]
    assert town.snow.depths_cm(30.0) == pytest.approx(20)
    assert town.snow.track(s7, 0, "snow", 30.0)[0] == pytest.approx(20)


def test_without_wind_there_is_no_drift():
    """Depth is the open snow's on every road, drifting or not, swept or not, while gusts stay below 10 m/s."""
    town = Town(lambda t: 2.0 * t, drift_share=1.0, gust_mps=9.9)
    town.snow.clear(town.edge["r3"], 5.0)
    depth = town.snow.depths_cm(10.0)
    assert depth[town.edge["r4"]] == pytest.approx(20)
    assert depth[town.edge["r3"]] == pytest.approx(10)


def test_snow_that_fell_before_or_after_the_wind_drifts_by_what_the_wind_found():
    """Wind over bare ground builds nothing, and snow that falls in the calm after the wind lies as it fell."""
    before = Town(lambda t: max(0.0, t - 20), drift_share=1.0, gust_mps=falling_gust)
    assert before.snow.depths_cm(30.0) == pytest.approx(10)
    after = Town(lambda t: 20.0 + max(0.0, t - 20), drift_share=1.0, gust_mps=falling_gust)
    assert after.snow.depths_cm(30.0) == pytest.approx(30 + 20 * (1 - 0.5 ** (7 / 6)))


def test_drifts_in_closed_form_are_those_of_small_steps():
    """Snow and gusts that rise and fall: the same as an integration by the second; fails for a wrong bend."""
    gust = [8.0, 12.0, 12.0, 7.0, 11.0, 9.0, 9.0, 14.0, 14.0]
    snow = [0.0, 2.0, 9.0, 9.0, 15.0, 18.0, 18.0, 17.0, 16.0]
    town = Town(lambda t: snow[min(t, 8)], drift_share=1.0, gust_mps=lambda t: gust[min(t, 8)])
    edge = town.edge["r4"]
    town.snow.clear(edge, 3.4)
    hours = np.arange(0, 8.0, 1 / 3600) + 1 / 7200
    depth, blows = np.interp(hours, range(9), snow), np.interp(hours, range(9), gust) >= 10
    swept_cm, drift = float(np.interp(3.4, range(9), snow)), 0.0
    for open_cm, blow in zip(depth[hours > 3.4], blows[hours > 3.4], strict=True):
        if blow:
            drift += (2 * open_cm - (open_cm - swept_cm) - drift) * np.log(2) / 6 / 3600
    assert drift > 2
    assert town.snow.depths_cm(8.0)[edge] == pytest.approx(16 - swept_cm + drift, abs=0.01)


def test_all_terrain_vehicles_pass_where_wheels_do_not():
    """15 km/h up to 60 cm, nothing beyond; on a clear road no faster than 50."""
    deep, deeper, clear = Town(lambda _t: 45.0), Town(lambda _t: 61.0), Town()
    assert not deep.snow.kmhs("snow", 0.0).any()
    assert set(deep.snow.kmhs("all_terrain", 0.0)) == {15.0}
    assert not deeper.snow.kmhs("all_terrain", 0.0).any()
    assert clear.snow.kmhs("all_terrain", 0.0).max() == 50


def test_a_closed_expressway_is_open_to_permits_alone():
    """Shut to the public from the closure on, open to who holds a permit; other roads stay open to all."""
    made = network("two_banners_network")
    snow = SnowRoads(made, weather(made), RoadSettings(), NEVER, Streams(1))
    express = made.roads.edge_class == EXPRESSWAY
    assert express.any()
    for shut, permit, open_ in ((False, False, True), (True, False, False), (True, True, True), (False, True, True)):
        snow.shut_expressways(shut)
        speeds = snow.kmhs("snow", 1.0, permit=permit)
        assert (speeds[express] > 0).all() == open_
        assert (speeds[~express] > 0).all()


def express_edges(told):
    roads = told.scenario.topology.roads
    return sorted(str(e) for e, c in zip(roads.edge_id, roads.edge_class, strict=True) if c == EXPRESSWAY)


def banners(**expressways):
    """A party and a crew in each of the banners' counties; the expressway is closed from 5 h on."""
    made = network("two_banners_network")
    parties = {f"of_{county}": {"counties": [county]} for county in made.counties.id.tolist()}
    depots = {str(depot): {"crews": 1, "petrol_5kw": 1} for depot in made.depots.id}
    return story(
        drill(
            "two_banners_network",
            roads={"expressways": {"closed": "+5 h", **expressways}},
            parties=parties,
            resources={"depots": depots},
            horizon_h=24,
        )
    )


def test_closure_and_reopening_are_told_in_the_log():
    """Each expressway edge is closed at the closure and opened when it is reopened to all, once."""
    told = banners(reopened="+9 h", permit_h="40 min")
    for kind, at_h in (("road.closed", 5.0), ("road.opened", 9.0)):
        assert sorted(row.subject for row in told.of(kind)) == express_edges(told)
        assert set(told.times(kind)) == {at_h}
    assert not banners(permit_h="40 min").of("road.opened")


def test_each_party_asks_for_its_permit_and_gets_it_in_its_own_time():
    """Asked at the closing, granted after the median where it is fixed, else spread; no more of it once reopened."""
    told = banners(permit_h="40 min")
    asked = [row.subject for row in told.of("permit.asked")]
    assert len(asked) == len(set(asked)) > 1
    assert set(told.times("permit.asked")) == {5.0}
    assert told.times("permit.granted") == pytest.approx([5 + 40 / 60] * len(asked), abs=1e-6)
    spread = banners(permit_h="40/60 min")
    assert len(set(spread.times("permit.granted"))) == len(asked)
    assert not banners(permit_h="40 min", reopened="+5.5 h").of("permit.granted")


def test_without_a_closure_nobody_asks():
    """Fails when permits are asked for though nothing is closed."""
    assert not errand().of("permit.asked", "permit.granted", "road.closed")


@pytest.mark.parametrize(
    ("depth_cm", "per_10km"), [(5, 0), (10, 0), (15, 0.02), (20, 0.02), (25, 0.10), (30, 0.10), (40, 0)]
)
def test_chance_to_get_stuck(depth_cm, per_10km):
    """By depth, for 10 km; twice as far is twice a try; nobody gets stuck where nobody can drive."""
    town = Town()
    assert town.snow.stuck_chance(10, depth_cm) == pytest.approx(per_10km)
    assert town.snow.stuck_chance(20, depth_cm) == pytest.approx(1 - (1 - per_10km) ** 2)


def test_getting_into_a_site():
    """The track is driven, or walked where that is quicker and the load allows; a hill site is walked at the end."""
    clear, deep = Town(), Town(lambda _t: 45.0)
    s5 = clear.topology.site_index["s5"]  # 0.6 km of track, 0.8 km on foot
    assert clear.roads.access(s5, "snow", Load(), 0) == (pytest.approx(0.8 / 3 + 0.6 / 14), "spur")
    assert deep.roads.access(s5, "snow", Load(), 0) == (pytest.approx((0.8 + 0.6) / 0.8), "walk")
    assert deep.roads.access(s5, "snow", Load(80, 50), 0)[0] == inf
    assert deep.roads.access(s5, "all_terrain", Load(45, 50), 0) == (pytest.approx(0.8 / 0.8 + 0.6 / 15), "spur")


def test_what_is_carried_slows_the_walk_and_can_be_too_heavy():
    """0.8 km/h with a set on a clear day, too; on the hill's last part as on a closed track the mass counts."""
    clear = Town()
    s5, s7 = (clear.topology.site_index[name] for name in ("s5", "s7"))
    assert clear.roads.access(s5, "snow", Load(45, 50), 0)[0] == pytest.approx(0.8 / 0.8 + 0.6 / 14)
    assert clear.roads.access(s5, "snow", Load(80, 50), 0)[0] == inf
    assert clear.roads.to_the_door(s7, "snow", 0)
    assert not clear.roads.to_the_door(s5, "snow", 0)
    assert not Town(lambda _t: 45.0).roads.to_the_door(s7, "snow", 0)


# In a drill: one crew, one site to be reached at the far end of town


def errand(depth_cm=0.0, injects=(), **more):
    """The feeder of the north fails at 20 h, ten hours after the end of a storm: who is where, when?"""
    storm = {
        "kind": "snowstorm", "onset": "+1 h", "duration_h": 6, "centre": "ten", "water_mm": 1, "depth_cm": depth_cm,
        "gust_mps": 3, "visibility_m": 5000, "extent_km": [1000, 1000], "freezing_rain_first_h": 0, "shrink": 0,
        "aerial_breaks_per_100km_day": 0,
    }  # fmt: skip
    fail = [{"at": "+20 h", "do": "fail", "what": "site:s4.mains"}, *injects]
    crew = {
        "call_out_h": 0,
        "call_out_night_h": 0,
        "unlimited_generators": True,
        "shift_h": None,
        **more.pop("crew", {}),
    }
    depot = {"crews": 1, **more.pop("depot", {})}
    roads = {"drift_share": 0, "stuck_per_10km": [0, 0], **more.pop("roads", {})}
    chapters = {"resources": {"crew": crew, "depots": {"ten": depot}}, "desk": {"alarm_h": 0}, "horizon_h": 60, **more}
    return story(drill("ten_sites", hazards=[storm] if depth_cm else [], injects=fail, roads=roads, **chapters))


def arrival_h(told):
    """When the crew is at s4, with the way it took."""
    (at_h,) = told.times("job.onsite", "generate-0001")
    legs = [row.object for row in told.of("crew.leg") if row.t_h <= at_h]
    return at_h, legs


def test_a_journey_takes_what_its_legs_take():
    """8.3 km and 9.2 km of county road at 40 km/h, and 0.4 km of track at 14."""
    assert arrival_h(errand()) == (pytest.approx(20 + 8.3 / 40 + 9.2 / 40 + 0.4 / 14, abs=1e-5), ["r4", "r5", "spur"])


@pytest.mark.parametrize("depth_cm", [8, 15, 25])
def test_snow_makes_it_later(depth_cm):
    """The same errand in deeper snow arrives later."""
    assert arrival_h(errand(depth_cm))[0] > arrival_h(errand(depth_cm - 7 if depth_cm > 8 else 0))[0]


def test_a_blocked_road_makes_it_later_and_another_way():
    """Fails when a road shut by an inject is driven, or nobody looks for another."""
    at_h, legs = arrival_h(errand(injects=[{"at": "+10 h", "do": "close", "what": "road:r4"}]))
    assert legs == ["r3", "r6", "r7", "spur"]
    assert at_h > arrival_h(errand())[0]


def test_a_road_shut_on_the_way_turns_the_crew_round():
    """r5 is shut while the crew is on r4: it drives back and round by the hill."""
    at_h, legs = arrival_h(errand(injects=[{"at": "+20.1 h", "do": "close", "what": "road:r5"}]))
    assert legs == ["r4", "r4", "r3", "r6", "r7", "spur"]
    assert at_h > arrival_h(errand())[0]


def test_no_way_at_all_brings_the_job_back_and_a_road_opened_brings_the_crew():
    """Both ways shut at 10 h, r5 open again at 30 h: nobody is there before, somebody soon after."""
    shut = [{"at": "+10 h", "do": "close", "what": f"road:{road}"} for road in ("r5", "r7")]
    assert not errand(injects=shut).of("job.onsite")
    told = errand(injects=[*shut, {"at": "+30 h", "do": "open", "what": "road:r5"}])
    assert 30 < arrival_h(told)[0] < 31


def test_deep_snow_keeps_wheels_at_home_until_the_plough_has_come():
    """45 cm close every road; the ploughs of the county and the village at 40 h let the crew through."""
    assert not errand(45).of("job.onsite")
    told = errand(45, roads={"drift_share": 0, "public_ploughs": {"county": "+40 h", "village": "+40 h"}})
    assert 40 <= told.times("crew.sent")[0] < 41


def test_an_all_terrain_crew_needs_no_plough():
    """The same 45 cm, on tracks: there at 15 km/h."""
    at_h, legs = arrival_h(errand(45, depot={"all_terrain": 1}))
    assert legs == ["r4", "r5", "spur"]
    assert at_h == pytest.approx(20 + (8.3 + 9.2 + 0.4) / 15, abs=1e-4)


def test_a_loader_opens_the_way_for_the_crew():
    """45 cm, a loader at the depot: it clears r4, r5 and the track at 3 km/h, and the crew follows."""
    told = errand(45, depot={"loaders": 1})
    assert [row.subject for row in told.of("road.cleared")] == ["r4", "r5", "s4"]
    assert [row.object for row in told.of("loader.clears")] == ["r4", "r5", "s4"]
    cleared_h = told.times("road.cleared")
    assert cleared_h[:2] == pytest.approx([20 + 8.3 / 3, 20 + 17.5 / 3], abs=0.6)
    at_h, _ = arrival_h(told)
    assert at_h > cleared_h[1]


def test_stuck_vehicles_lose_the_time_the_log_says():
    """Every edge at 15 cm a trap: each leg is followed by a delay, and the arrival is later by their sum."""
    sure = errand(15, roads={"drift_share": 0, "stuck_per_10km": [1, 1], "stuck_h": 0.5})
    free_h, _ = arrival_h(errand(15))
    at_h, _ = arrival_h(sure)
    stuck = [row for row in sure.of("crew.stuck") if row.t_h < at_h]
    assert [row.object for row in stuck] == ["r4", "r5", "spur"]
    assert [row.value for row in stuck] == [0.5, 0.5, 0.5]
    assert at_h - free_h >= 1.5 - 1e-6
