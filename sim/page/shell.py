"""From parts to HTML: one file, styles inside, nothing fetched from anywhere."""

from __future__ import annotations

from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from sim.language import _, spoken
from sim.page.parts import Page, Tone

MARK: Final = "drillsim report"
"""What a page calls its maker; by it a page is known as one that may be replaced."""
SYMBOLS: Final[dict[Tone, str]] = {"": "", "good": "✓", "bad": "✗", "unknown": "?", "quiet": ""}


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("sim.page", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals.update(_=_, symbols=SYMBOLS)
    return made


def html_of(page: Page, template: str = "base.html.j2") -> str:
    """The page in the language in use; the same page gives the same text."""
    language = "zh-CN" if spoken() == "zh" else "en"
    return _environment().get_template(template).render(page=page, language=language, mark=MARK)
