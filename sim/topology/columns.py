"""The CSV columns of an inventory: one list for reading, writing and the reference page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from sim.topology.tables import (
    CABINETS,
    CHEMISTRIES,
    LINK_KINDS,
    MONITORS,
    OPERATORS,
    ROAD_CLASSES,
    ROLES,
    SITE_CLASSES,
)

Kind = Literal["text", "real", "whole", "flag", "word", "ref"]


class Missing(Enum):
    """What happens where a cell is empty and there is no fixed default."""

    REFUSED = "required"
    GUESSED = "guessed"


REFUSED: Final = Missing.REFUSED
GUESSED: Final = Missing.GUESSED


@dataclass(frozen=True)
class Column:
    """One column: `name` in the file, `field` in the table ('' for columns that only help to fill others)."""

    name: str
    field: str
    kind: Kind
    default: str | float | bool | Missing
    says: str
    low: float = -math.inf
    high: float = math.inf
    words: tuple[str, ...] = ()
    table: str = ""


def _text(name: str, says: str, default: str | Missing = GUESSED, field: str | None = None) -> Column:
    return Column(name, name if field is None else field, "text", default, says)


def _real(
    name: str,
    says: str,
    default: float | Missing,
    low: float = 0.0,
    high: float = math.inf,
    *,
    field: str | None = None,
) -> Column:
    return Column(name, name if field is None else field, "real", default, says, low, high)


def _whole(name: str, says: str, default: float | Missing) -> Column:
    return Column(name, name, "whole", default, says, 0.0, 1e12)


def _flag(name: str, says: str, default: bool | Missing) -> Column:  # noqa: FBT001
    return Column(name, name, "flag", default, says)


def _word(name: str, words: tuple[str, ...], says: str, default: str | Missing, field: str = "") -> Column:
    return Column(name, field or name, "word", default, says, words=words)


def _ref(name: str, table: str, says: str, default: Missing, field: str = "") -> Column:
    return Column(name, field or name, "ref", default, says, table=table)


_ID: Final = _text("id", "Unique in its table.", REFUSED)
_NAME: Final = _text("name", "Shown to people; empty: the id.")
_NAME_EN: Final = _text("name_en", "The same in English; empty: the name.")
_PEOPLE: Final = _whole("population", "Residents.", 0)
_UNKNOWN: Final = math.nan


def _lon(default: Missing = REFUSED) -> Column:
    return _real("lon", "Longitude, degrees east.", default, low=-math.inf)


def _lat(default: Missing = REFUSED) -> Column:
    return _real("lat", "Latitude, degrees north.", default, low=-math.inf)


SITE_COLUMNS: Final = (
    _ID,
    _NAME,
    _ref("county", "counties", "Id of its county.", REFUSED),
    _ref("township", "townships", "Id of its township; empty: the nearest of the county.", GUESSED),
    _lon(),
    _lat(),
    _flag("urban", "In a city or town centre.", default=False),
    _word("class", SITE_CLASSES, "Grade of protection (保障等级).", REFUSED, "site_class"),
    _word("role", ROLES, "Layer of the transport network.", "access"),
    _flag("key", "Marked as key site (重保站); empty: class A is.", GUESSED),
    _flag("command", "Serves a command post.", default=False),
    _ref("feeder", "feeders", "10 kV feeder; empty: the nearest, of the same county if it has any.", GUESSED),
    _ref(
        "hub",
        "sites",
        "Ring hub its traffic passes; empty: the nearest hub, of the same county if any.",
        GUESSED,
    ),
    _ref("road_node", "nodes", "Where one leaves the road; empty: the nearest node.", GUESSED),
    _real("spur_km", "Village track from there; empty: 1.3 x the distance to the node.", GUESSED),
    _real("walk_km", "Last stretch on foot.", 0.0),
    _word("cabinet", CABINETS, "Where the equipment stands.", "outdoor"),
    _real("load_4g_w", "Busy-hour load of 4G and older radio; empty: 1,300 W an operator.", GUESSED),
    _real("load_5g_w", "Busy-hour load of 5G radio.", 0.0),
    _real(
        "load_transmission_w",
        "Transmission and monitoring; empty: 250 W, hub 1,500 W, aggregation 6 kW, core 40 kW.",
        GUESSED,
    ),
    _real("battery_ah", "All strings together; empty: A 1,000, B 800, C 500, D 300 Ah.", GUESSED),
    _word("chemistry", CHEMISTRIES, "Kind of battery.", "lfp"),
    _real("soh", "Measured state of health, share; empty: unknown, drawn in each run.", _UNKNOWN, 0.0, 1.2),
    _real("autonomy_h", "Measured hours from mains failure to first disconnect; beats a computed one.", _UNKNOWN),
    _flag("two_stage", "Two-stage disconnect works.", default=True),
    _real("rectifier_kw", "Empty: modules of 3 kW for load and charging at 0.1 C, one spare.", GUESSED),
    _real("fixed_generator_kw", "0: none.", 0.0),
    _word("monitor", MONITORS, "How its alarms travel.", "wireless"),
    _text("operators", "Without a table of stations: operators such as `mobile+unicom`.", "mobile", ""),
    _real(
        "load_a",
        "Measured DC current at 53.5 V, A; used for load_4g_w where the loads are empty.",
        _UNKNOWN,
        field="",
    ),
)

COLUMNS: Final[dict[str, tuple[Column, ...]]] = {
    "counties": (_ID, _NAME, _NAME_EN, _lon(), _lat(), _PEOPLE),
    "townships": (
        _ID,
        _NAME,
        _NAME_EN,
        _ref("county", "counties", "Id of its county.", REFUSED),
        _lon(),
        _lat(),
        _PEOPLE,
    ),
    "feeders": (
        _ID,
        _ref("county", "counties", "Empty: the county of the nearest seat.", GUESSED),
        _lon(GUESSED),
        _lat(GUESSED),
        _real("length_km", "Length of the line with its branches.", 15.0),
        _flag("underground", "Cable rather than overhead line.", default=False),
    ),
    "nodes": (
        _text("id", "Unique in its table.", REFUSED, "node_id"),
        _real("lon", "Longitude, degrees east.", REFUSED, -math.inf, field="node_lon"),
        _real("lat", "Latitude, degrees north.", REFUSED, -math.inf, field="node_lat"),
    ),
    "edges": (
        _text("id", "Unique in its table; empty: r0001, r0002, ….", GUESSED, "edge_id"),
        _ref("u", "nodes", "Road node at one end.", REFUSED, "edge_u"),
        _ref("v", "nodes", "Road node at the other.", REFUSED, "edge_v"),
        _real("length_km", "Empty: 1.25 x the distance between the nodes.", GUESSED, field="edge_km"),
        _word("class", ROAD_CLASSES, "Class of the road.", "county", "edge_class"),
    ),
    "sites": SITE_COLUMNS,
    "stations": (
        _text("id", "Empty: the site's id and the operator."),
        _ref("site", "sites", "Id of its site.", REFUSED),
        _word("operator", OPERATORS, "Whose station it is.", REFUSED),
        _real("users", "Users who lose service with it, those a neighbour takes left out.", 340.0),
        _whole("radios_4g", "4G radios.", 1),
        _whole("radios_5g", "5G radios.", 0),
        _whole("radios_other", "Older and narrow-band radios.", 1),
    ),
    "links": (
        _text("id", "Empty: l00001, l00002, …."),
        _ref("a", "sites", "Site at one end.", REFUSED),
        _ref("b", "sites", "Site at the other.", REFUSED),
        _word("kind", LINK_KINDS, "Empty: ring in a ring, else by the roles of the ends.", GUESSED),
        _text("ring", "Name of its ring; empty: none.", ""),
        _real("length_km", "Empty: 1.3 x the distance between the sites.", GUESSED),
        _flag("aerial", "On poles.", default=False),
    ),
    "depots": (
        _ID,
        _NAME,
        _NAME_EN,
        _ref("county", "counties", "Empty: the county of the nearest seat.", GUESSED),
        _lon(),
        _lat(),
        _ref("road_node", "nodes", "Empty: the nearest node.", GUESSED),
    ),
}
"""Columns by table; `nodes` and `edges` are the two tables of the road graph."""
