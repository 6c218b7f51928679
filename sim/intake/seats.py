"""Depots without a position: which county each is in, by what the ledger says, and where that county's seat is."""

from __future__ import annotations

from typing import NamedTuple

from sim.errors import listed
from sim.intake.draft import Draft
from sim.language import _
from sim.topology.csvfile import NONE as NOTHING

_MOST_NAMED = 6


class _Seats(NamedTuple):
    """`names`: id or name of a county → its ids, several where a name is shared; `places`: id → its seat as texts."""

    names: dict[str, set[str]]
    places: dict[str, tuple[str, str]]


def place_depots(draft: Draft, counties: Draft | None, sites: Draft) -> list[str]:
    """Depots without a position stand at the seat of their county, or amid its sites; gives back the guesses.

    The county is the one named in its column, else the one whose id or name is the depot's or stands in it.
    A depot that could be in several is a problem on the desk.
    """
    seats = _seats(counties, sites)
    home, lon, lat = (list(draft.column(name)) for name in ("county", "lon", "lat"))
    placed, by_name = 0, list[str]()
    for row, (one, name) in enumerate(zip(draft.column("id"), draft.column("name"), strict=True)):
        there = bool(lon[row] or lat[row])
        named = home[row] if home[row] not in ("", NOTHING) else ""
        fitting = seats.names.get(named, set()) if named else _fitting(seats, one, name)
        if len(fitting) > 1 and not there:
            column = "county" if "county" in draft.place else "id"
            told = _("may be in any of the counties {counties}: fill in the county or the position")
            draft.report(row, column, told.format(counties=listed(sorted(fitting))))
        if len(fitting) != 1:
            continue
        (county,) = fitting
        if not named:
            by_name.append(f"{name or one} → {county}")
            home[row] = county
        if not there and county in seats.places:
            lon[row], lat[row] = seats.places[county]
            placed += 1
    draft.cells |= {"county": home, "lon": lon, "lat": lat}
    notes = []
    if placed:
        notes.append(f"{placed} of {len(draft)} depots: position empty, put at the county's seat or amid its sites")
    if by_name:
        more = ", …" if len(by_name) > _MOST_NAMED else ""
        names = ", ".join(by_name[:_MOST_NAMED]) + more
        notes.append(f"{len(by_name)} of {len(draft)} depots: county empty, taken by the depot's name: {names}")
    return notes


def _fitting(seats: _Seats, one: str, name: str) -> set[str]:
    """Counties that a depot's id or name means: the same word, else the longest that stands in it."""
    for text in (one, name):
        if text in seats.names:
            return seats.names[text]
    inside = {key for key in seats.names for text in (one, name) if _stands_in(key, text)}
    longest = {key for key in inside if not any(key != other and key in other for other in inside)}
    return set[str]().union(*(seats.names[key] for key in longest))


def _stands_in(word: str, text: str) -> bool:
    """Whether a word stands in a text; one of Latin letters and digits as a whole word."""
    at = text.find(word)
    while at >= 0:
        around = text[at - 1 : at] + word[0], word[-1] + text[at + len(word) :][:1]
        if not any(len(pair) == 2 and pair.isascii() and pair.isalnum() for pair in around):
            return True
        at = text.find(word, at + 1)
    return False


def _seats(counties: Draft | None, sites: Draft) -> _Seats:
    names: dict[str, set[str]] = {}
    places: dict[str, tuple[str, str]] = {}
    amid: dict[str, list[tuple[float, float]]] = {}
    for county, *place in zip(sites.column("county"), sites.column("lon"), sites.column("lat"), strict=True):
        try:
            lon, lat = map(float, place)
        except ValueError:
            continue
        if county:
            amid.setdefault(county, []).append((lon, lat))
    for county, spots in amid.items():
        middle = [round(sum(axis) / len(spots), 5) for axis in zip(*spots, strict=True)]
        places[county] = repr(middle[0]), repr(middle[1])
        names[county] = {county}
    if counties is not None:
        columns = (counties.column(name) for name in ("id", "name", "lon", "lat"))
        for one, name, lon_text, lat_text in zip(*columns, strict=True):
            if one and lon_text and lat_text:
                places[one] = lon_text, lat_text
            for key in filter(None, (one, name)):
                names.setdefault(key, set()).add(one)
    return _Seats(names, places)
