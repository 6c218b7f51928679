"""What a network's notes say of guesses, told in the language in use; the notes themselves stay English, as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sim.language import retold

_NOTES: Final = (
    "{count} of {total} sites: {reason}",
    "{count} of {total} feeders: {reason}",
    "{count} of {total} road edges: {reason}",
    "{count} of {total} links: {reason}",
    "{count} of {total} nodes: {reason}",
    "{count} of {total} depots: {reason}",
    "{count} of {total} counties: {reason}",
    "{count} of {total} townships: {reason}",
    "{count} of {total} stations: {reason}",
    "no table of counties: {count} named by the sites, seats amid their sites, no residents",
    "no table of townships: {count} named by the sites, no residents",
    "no table of feeders: {count} named by the sites, overhead, 15 km long",
    "no table of stations: {count} from the sites' operators, 340 users and 2 radios each",
    "no table of depots: one in each county seat",
    "no roads: travel times cannot come from a road graph",
    "no links: every site is taken to reach its hub, every hub the core",
    "the road graph has {count} parts that no road ties together",
    "positions converted from GCJ-02 by an unofficial formula, good to a few metres",
    "{count} links: 1.3 x the great circle taken as length",
    "{count} nodes: label not unique, numbered",
    "{count} links from a node to itself left out",
    "core: {names}, the node with the most links",
    "every node a station of {users} users; core, hub (two neighbours or more) or access by its place",
    "no feeders: electricity at the nodes is not known",
    "position empty, put amid their sites",
    "neither position nor sites, put at the first county's seat",
    "length empty, 1.25 x the distance taken",
    "hub empty, the nearest hub taken",
    "load_transmission_w empty, taken by role",
    "load_4g_w empty, 1,300 W an operator taken",
    "load_4g_w taken from the measured current",
    "battery_ah empty, taken by class",
    "operators empty, one station of mobile taken",
    "length_km empty, 1.3 x the distance taken",
    "{column} empty, the nearest taken",
    "same two sites as another, taken as a way of its own",
    "no way to a core room by links, such as {name}",
    "no position, put amid their neighbours",
    "no position and no neighbour with one, put on a circle",
    "an end without a position, {km} km taken",
    "battery voltage empty, 51.2 V (lead-acid 48 V) taken to turn kWh into Ah",
    "state of health from the battery's age on {day}: 2 % a year (lead-acid 3.5 %), 0.4 at least",
    "walk_km by how hard the site is to reach: 易 and 一般 0, 较难 0.5, 难 1, 极难 2 km",
    "number of battery strings empty, one taken",
    "kind of battery empty, lithium iron phosphate taken",
    "neither age nor state of health of the battery known, drawn in each run",
    "'{heading}' taken as measured hours; if it is what was designed, leave it out",
    "'{heading}' taken as the battery's first day; if it is the site's, leave it out",
    "taken where empty: {fills}",
    "key empty, sites of class A taken",
    "rectifier_kw empty, modules of 3 kW to fit and one spare",
    "county empty, taken by the depot's name: {names}",
    "fixed generator of unknown size, 20 kW taken",
    "role empty, hub taken: other sites name it as theirs",
    "{count} township names in several counties, told apart by county",
    "position empty, put at the county's seat or amid its sites",
    "the coordinates' system is not said, WGS-84 taken",
    "Imported from {file}.",
    "properties {names} are those of a Chinese web map: the positions are likely GCJ-02 (--convert-gcj02)",
    "{count} shapes that are no points left out",
    "ids made up in the order of the file",
    "no county is named, one taken for all",
    "no class is named, C taken for all",
    "columns {names} are not there",
    "{cells} cells made {stations} base stations by their codes, {sites} sites by squares of about 200 m",
    "{count} cells of other networks left out",
    "networks of another country stand under our names: {names}",
    "no feeder is known: {count} made by cutting each county in halves until at most {most} sites are on one",
    "coordinates: no heading names another system than WGS-84",
    "coordinates: fewer than {n} places to compare with (--known), so GCJ-02 cannot be ruled out",
    "'{heading}' says GCJ-02, but the positions are taken as WGS-84; --convert-gcj02 converts them",
    "'{heading}' says BD-09, but the positions are taken as WGS-84; convert them before",
    "coordinates: {n} known places are off by {away} m on average, too unevenly to tell ({shift} m)",
    (
        "{n} known places are off by {away} m on average, as GCJ-02 would be ({shift} m): the positions are taken "
        "as WGS-84; --convert-gcj02 converts them"
    ),
    "coordinates: {n} known places are off by {away} m on average, not as GCJ-02",
    "{column} empty, {value} taken",
)


def messages() -> Iterator[str]:
    """All forms of notes, for the catalogue."""
    yield from _NOTES


def note_told(note: str) -> str:
    """A line of a network's notes; as it is where it is somebody's own."""
    return retold(note, _NOTES)
