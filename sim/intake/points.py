"""Points on a map, GeoJSON and KML, as a sheet: a row a point, a column a property, so that all else is one door.

Source: RFC 7946 (GeoJSON: WGS-84, longitude first); OGC 12-007r2 (KML 2.3, the same).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sim.errors import InputError, Problem, input_error, shown
from sim.language import _
from sim.reasons import of_reader
from sim.sheets.grid import Grid, Paper
from sim.sheets.headings import find_heads, guess
from sim.sheets.office import bytes_of
from sim.xmlfile import Element, read_xml

MOST_POINTS: Final = 200_000
MOST_PROPERTIES: Final = 200
_OF_WEB_MAPS: Final = {"adcode", "center", "centroid", "acroutes"}
"""Properties of Chinese web maps, which are in GCJ-02. Source: files of that kind as they are passed around."""
_WGS84: Final = ("CRS84", "4326", "WGS84", "WGS 84")
_DEEPEST: Final = 40


@dataclass
class Points:
    """Points as read: place, properties and line of each; what was no point is counted."""

    path: Path
    rows: list[tuple[float, float, dict[str, str], int]] = field(default_factory=list)
    others: int = 0
    problems: list[Problem] = field(default_factory=list)

    def add(self, place: object, properties: dict[str, str], line: int) -> None:
        """One point, or a problem."""
        lon, lat = _degrees(place)
        if math.isnan(lon) or math.isnan(lat) or abs(lon) > 180 or abs(lat) > 90:
            told = _("must be longitude and latitude in degrees (got {value})").format(value=_given(place))
            if abs(lon) <= 90 < abs(lat) <= 180:
                told += _("; they look swapped: longitude comes first")
            self.problems.append(Problem(str(self.path), line, "coordinates", told))
        else:
            self.rows.append((lon, lat, properties, line))
        if len(self.rows) > MOST_POINTS:
            raise input_error(_("must have at most {most} points").format(most=MOST_POINTS), file=self.path)


def _given(place: object) -> str:
    """What stands for a place, the numbers of a short list themselves."""
    if isinstance(place, list | tuple) and 0 < len(place) <= 4:
        return ", ".join(shown(part) for part in place)
    return shown(place)


def _degrees(place: object) -> tuple[float, float]:
    parts = place if isinstance(place, list | tuple) else []
    numbers = [_number(part) for part in parts[:2]]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (math.nan, math.nan)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


# GeoJSON


def read_geojson(path: Path) -> Points:
    """Points of a GeoJSON file, each with the line on which its feature begins. Raises `InputError`."""
    text = _text(path)
    found = Points(path)
    whole = _decoded(text, path)
    if not isinstance(whole, dict) or whole.get("type") not in ("FeatureCollection", "Feature"):
        raise input_error(_("must be GeoJSON: a FeatureCollection or a Feature"), file=path)
    _check_crs(whole, path)
    features = whole.get("features") if whole["type"] == "FeatureCollection" else [whole]
    if not isinstance(features, list):
        raise input_error(_("must have a list of features"), file=path)
    lines = _lines(text, len(features)) if whole["type"] == "FeatureCollection" else [1]
    for feature, line in zip(features, lines, strict=True):
        _feature(found, feature, line)
    return _checked(found)


def _text(path: Path) -> str:
    raw = bytes_of(path)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise input_error(_("must be written in UTF-8"), file=path, line=line) from None


def _decoded(text: str, path: Path) -> Any:
    told = _("must be JSON, at most {most} deep").format(most=_DEEPEST)
    try:
        if _too_deep(whole := json.loads(text)):
            raise input_error(told, file=path)
    except json.JSONDecodeError as error:
        wrong = _("must be JSON: {reason}").format(reason=of_reader(error.msg))
        raise input_error(wrong, file=path, line=error.lineno) from None
    except RecursionError:
        raise input_error(told, file=path) from None
    except ValueError:
        wrong = _("must be JSON: {reason}").format(reason=_("a number has thousands of digits"))
        raise input_error(wrong, file=path) from None
    return whole


def _too_deep(whole: object) -> bool:
    """Whether tables and lists lie in one another more than `_DEEPEST` times."""
    level = [whole]
    for _depth in range(_DEEPEST):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return any(isinstance(one, dict | list) for one in level)


def _lines(text: str, count: int) -> list[int]:
    """The line on which each feature of a collection begins."""
    decoder = json.JSONDecoder()
    at = text.find("[", text.find('"features"')) + 1
    found, line, before = [], 1, 0
    for _number_of in range(count):
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        line += text.count("\n", before, at)
        before = at
        found.append(line)
        try:
            _value, at = decoder.raw_decode(text, at)
        except ValueError:  # another list of that name stood before: the lines are not known
            return [1] * count
    return found


def _check_crs(whole: dict[str, Any], path: Path) -> None:
    """Old GeoJSON may name another system; only WGS-84 is taken."""
    if whole.get("crs") is None:
        return
    name = json.dumps(whole["crs"], ensure_ascii=False)
    if not any(known in name for known in _WGS84):
        raise input_error(_("must be in WGS-84 (got {value})").format(value=shown(name)), file=path, path="crs")


def _feature(found: Points, feature: object, line: int) -> None:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(feature, dict) or not isinstance(geometry, dict) or geometry.get("type") != "Point":
        found.others += 1
        return
    given = feature.get("properties")
    properties = {str(key): _word(value) for key, value in given.items()} if isinstance(given, dict) else {}
    if feature.get("id") is not None:
        properties.setdefault("id", _word(feature["id"]))
    found.add(geometry.get("coordinates"), {key: text for key, text in properties.items() if text}, line)


def _word(value: object) -> str:
    """A property as text; tables and lists are none."""
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


# KML


def read_kml(path: Path) -> Points:
    """Points of the placemarks of a KML file, with name and extended data. Raises `InputError`."""
    root = read_xml(path)
    if root.name != "kml":
        raise input_error(_("must be KML"), file=path, line=root.line)
    found = Points(path)
    for place in (one for one in root.walk() if one.name == "Placemark"):
        point = next((one for one in place.walk() if one.name == "Point"), None)
        if point is None:
            found.others += 1
            continue
        found.add(point.word("coordinates").strip().split(","), _data(place), place.line)
    return _checked(found)


def _data(place: Element) -> dict[str, str]:
    """Name and extended data of a placemark."""
    given = {"name": place.word("name")}
    if "id" in place.attributes:
        given["id"] = place.attributes["id"]
    for one in place.walk():
        if one.name == "Data":
            given[one.attributes.get("name", "")] = one.word("value")
        elif one.name == "SimpleData":
            given[one.attributes.get("name", "")] = one.text
    return {key: text for key, text in given.items() if key and text}


# As a sheet


def _checked(found: Points) -> Points:
    if found.problems:
        raise InputError(found.problems)
    if not found.rows:
        raise input_error(_("has no points"), file=found.path)
    return found


def warnings(found: Points) -> Iterator[str]:
    """What makes the coordinates suspicious."""
    names = {key.casefold() for _lon, _lat, properties, _line in found.rows for key in properties}
    if hints := sorted(names & _OF_WEB_MAPS):
        told = "properties {names} are those of a Chinese web map: the positions are likely GCJ-02 (--convert-gcj02)"
        yield told.format(names=", ".join(hints))


def paper_of(found: Points) -> tuple[Paper, list[str]]:
    """The points as a sheet with a row of headings, and what was put in where a table of sites needs it."""
    names = list(dict.fromkeys(key for _lon, _lat, properties, _line in found.rows for key in properties))
    if len(names) > MOST_PROPERTIES:
        told = _("must have at most {most} properties (got {n})").format(most=MOST_PROPERTIES, n=len(names))
        raise input_error(told, file=found.path)
    names = [name for name in names if name.casefold() not in ("lon", "lat")]
    heads = [*names, "lon", "lat"]
    rows: list[list[Any]] = [
        [*(properties.get(name, "") for name in names), repr(lon), repr(lat)]
        for lon, lat, properties, _line in found.rows
    ]
    lines = [line for *_rest, line in found.rows]
    return completed(found.path, heads, rows, lines, found.others)


def completed(
    path: Path, heads: list[str], rows: list[list[Any]], lines: list[int], others: int = 0
) -> tuple[Paper, list[str]]:
    """A sheet of sites with the three columns that a network needs: id, county and class."""
    notes: list[str] = []
    if others:
        notes.append(f"{others} shapes that are no points left out")
    known = _known(path, heads, rows, lines)
    for column, told in (
        ("id", "ids made up in the order of the file"),
        ("county", "no county is named, one taken for all"),
        ("class", "no class is named, C taken for all"),
    ):
        if column not in known:
            heads = [*heads, column]
            made = {"county": "all", "class": "C"}
            rows = [[*values, made.get(column, f"p{row:05d}")] for row, values in enumerate(rows, start=1)]
            notes.append(told)
    return Paper(path, ("",), made=_grid(path, heads, rows, lines)), notes


def _grid(path: Path, heads: list[str], rows: list[list[Any]], lines: list[int]) -> Grid:
    return Grid(path, "", [[*heads], *rows], [1, *lines])


def _known(path: Path, heads: list[str], rows: list[list[Any]], lines: list[int]) -> dict[str, int]:
    """Columns of sites that the headings mean."""
    grid = _grid(path, heads, rows[:1], lines[:1])
    found = find_heads(grid, table="sites")
    return {} if found is None else guess("sites", found)
