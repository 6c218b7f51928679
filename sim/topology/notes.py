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
)


def messages() -> Iterator[str]:
    """All forms of notes, for the catalogue."""
    yield from _NOTES


def note_told(note: str) -> str:
    """A line of a network's notes; as it is where it is somebody's own."""
    return retold(note, _NOTES)
