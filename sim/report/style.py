"""How pictures look: fonts with Chinese, colours that survive colour blindness and grey print, saving.

Nothing here touches pyplot. `drawing()` sets what matplotlib keeps globally for as long as a picture is made,
and puts it back; pictures are made one at a time.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from textwrap import fill
from typing import Any, Final

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.ticker import MaxNLocator

from sim.language import _, spoken
from sim.phrases import policy_name
from sim.report.series import Story

FONT: Final = Path(__file__).parent / "fonts" / "drillsim-hei.ttf"
FONT_FAMILY: Final = "Drillsim Hei"
INSTALLED: Final = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "PingFang SC", "Microsoft YaHei",
)  # fmt: skip
"""Families tried for characters beyond GB 2312, where a machine has them."""

DPI: Final = 150
INK: Final = "#1f2328"
FAINT: Final = "#8a9099"
PAPER: Final = "#ffffff"
GRID: Final = "#d9dce1"
# Source: Okabe & Ito 2008, Color Universal Design.
ORANGE: Final = "#e69f00"
SKY: Final = "#56b4e9"
GREEN: Final = "#009e73"
YELLOW: Final = "#f0e442"
BLUE: Final = "#0072b2"
VERMILLION: Final = "#d55e00"
PURPLE: Final = "#cc79a7"

CAUSE_LOOK: Final = {
    "power": (VERMILLION, "", "X", "power", "停电退服"),
    "upstream_power": (ORANGE, "////", "D", "upstream power", "上游停电"),
    "transport": (BLUE, "....", "s", "transport", "传输中断"),
    "equipment": (PURPLE, "xxxx", "P", "equipment", "设备故障"),
    "cooling": (SKY, "oooo", "h", "cooling", "制冷中断"),
    "other": (FAINT, "----", "v", "other", "其他"),
}
"""Cause of an outage → colour, hatch, marker, name, name in Chinese."""

_NOT_LOOKS = ("backend", "interactive", "toolbar", "webagg", "tk.", "docstring", "date.epoch", "figure.hooks")
_LOCK = threading.RLock()
_LONGEST = 40
_WHOLE = 120


@contextmanager
def drawing() -> Iterator[None]:
    """House settings for the pictures made inside; the user's other settings come back afterwards."""
    with _LOCK:
        families = list(font_families())
        house: Any = {k: v for k, v in mpl.rcParamsDefault.items() if not k.startswith(_NOT_LOOKS)}
        house |= {
            "font.family": families,
            "font.size": 9.0,
            "text.parse_math": False,
            "text.color": INK,
            "axes.labelcolor": INK,
            "axes.edgecolor": FAINT,
            "axes.linewidth": 0.7,
            "axes.unicode_minus": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "xtick.color": INK,
            "ytick.color": INK,
            "hatch.linewidth": 0.6,
            "legend.frameon": False,
            "figure.dpi": DPI,
        }
        with mpl.rc_context(house):
            yield


def font_families() -> tuple[str, ...]:
    """Families in the order in which a glyph is looked for: the user's, DejaVu Sans, ours, installed ones."""
    _register()
    known = set(font_manager.get_font_names())
    default = list(mpl.rcParamsDefault["font.family"])
    chosen = [str(name) for name in mpl.rcParams["font.family"]]
    users = [] if chosen == default else [name for name in chosen if name in known]
    more = [name for name in (FONT_FAMILY, *INSTALLED) if name in known]
    return tuple(dict.fromkeys([*users, "DejaVu Sans", *more]))


@cache
def _register() -> None:
    if FONT.exists():
        font_manager.fontManager.addfont(str(FONT))


@cache
def characters(families: tuple[str, ...]) -> frozenset[int]:
    """Code points that some family can draw."""
    _register()
    found: set[int] = set()
    for family in families:
        path = font_manager.findfont(font_manager.FontProperties(family=[family]), fallback_to_default=False)
        found.update(FT2Font(path).get_charmap())
    return frozenset(found)


def drawable(text: str) -> bool:
    """Whether every character of a text has a glyph."""
    have = characters(font_families())
    return all(ord(character) in have for character in text)


def plain(text: object, longest: int = _LONGEST) -> str:
    """Any text as one line that can be drawn: no control characters or missing glyphs, cut when long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
    if len(line) > longest:
        line = line[: longest - 1].rstrip() + "…"
    have = characters(font_families())
    missing = sorted({character for character in line if ord(character) not in have})
    if missing:
        _warn("".join(missing))
    return "".join(character if ord(character) in have else "\N{REPLACEMENT CHARACTER}" for character in line)


def both(en: str, zh: str, between: str = " ", longest: int = _LONGEST) -> str:
    """A name in English with the Chinese beside it; one alone where both agree or one cannot be drawn.

    In Chinese the Chinese alone, where there is one.
    """
    if spoken() == "zh" and zh and drawable(zh):
        return plain(zh, longest)
    if zh and not drawable(zh):
        _warn("".join(sorted({c for c in zh if not drawable(c)})))
        return plain(en or zh, longest)
    if not en or en == zh:
        return plain(zh, longest)
    return f"{plain(en, longest)}{between}{plain(zh, longest)}" if zh else plain(en, longest)


def lines_of(en: str, zh: str, wide: int) -> str:
    """A name in both languages on lines of its own, the English broken between words where it is long."""
    parts = both(en, zh, "\n", _WHOLE).split("\n")
    return "\n".join(fill(part, wide) if part.isascii() else part for part in parts)


@cache
def _warn(characters: str) -> None:
    """One warning for a set of missing characters."""
    warnings.warn(
        f"no font here can draw {characters!r}; pictures show the English name where there is one. "
        f"Install for example fonts-noto-cjk, or set font.family in matplotlibrc.",
        stacklevel=3,
    )


def new_figure(width_in: float, height_in: float) -> Figure:
    """An empty picture on white, with its own canvas."""
    figure = Figure(figsize=(width_in, height_in), dpi=DPI, facecolor=PAPER)
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, path: Path) -> Path:
    """Writes a PNG whose bytes depend on the picture alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="png", dpi=DPI, metadata={"Software": None})
    return path


def title(figure: Figure, story: Story, en: str, zh: str, words: str) -> None:
    """Heading of a picture: what it shows, of which drill, and the one sentence to take away."""
    spec = story.spec
    tall = figure.get_figheight()
    figure.text(0.015, 1 - 0.2 / tall, both(en, zh), fontsize=16, va="top", weight="normal")
    drill = both(spec.title.en or spec.name, spec.title.zh, "  ", 70)
    line = f"{drill}   ·   {plain(words, 160)}"
    size = min(9.5, 9.5 * 0.97 * figure.get_figwidth() / _wide_in(line, 9.5))
    figure.text(0.015, 1 - 0.52 / tall, line, fontsize=size, va="top", color=INK)
    seed = _("seed {seed}").format(seed=story.seed)
    chooses = story.policy and len(story.texts("crew", "id"))  # in a machine room nobody is sent anywhere
    run = f"{seed} · {plain(policy_name(story.policy), 30)}" if chooses else seed
    figure.text(0.985, 1 - 0.2 / tall, run, fontsize=8, va="top", ha="right", color=FAINT)


def _wide_in(line: str, size: float) -> float:
    """About how wide a line is, inches: Chinese characters an em, others six tenths of one."""
    ems = sum(1.0 if ord(one) > 0x2E7F else 0.6 for one in line)
    return max(ems, 1.0) * size / 72


def whole_numbers(axes: Axes, most: int = 6) -> None:
    """Counts get no decimals on the vertical axis."""
    axes.yaxis.set_major_locator(MaxNLocator(most, integer=True, min_n_ticks=1))
