"""The replay page: one file with data, script and style inside, which opens from disk without a network."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

from jinja2 import Environment
from markupsafe import Markup

from sim.errors import input_error
from sim.language import Language, _, chosen, speaking
from sim.replay.pack import Progress, packed
from sim.results import Run

BUILT: Final = Path(__file__).parent / "built"
MARK: Final = "drillsim replay"
"""What tells such a page from other files."""
_PAGE: Final = """<!doctype html>
<html lang="{{ lang }}">
<head>
<meta charset="utf-8">
<meta name="generator" content="{{ mark }}">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '{{ script_hash }}'; \
style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>{{ style }}</style>
</head>
<body>
<noscript>{{ noscript }}</noscript>
<div id="app"></div>
<script id="drill-data" type="application/octet-stream">{{ data }}</script>
<script>{{ script }}</script>
</body>
</html>
"""


def page(runs: Sequence[Run], language: Language, progress: Progress | None = None) -> str:
    """The page of one run, or of two side by side. Raises `InputError` where two do not fit together."""
    _check_pair(runs)
    script, style = ((BUILT / name).read_text(encoding="utf-8") for name in ("replay.js", "replay.css"))
    script = script.replace("</script", "<\\/script").replace("<!--", "<\\!--")
    with speaking(language):
        title = " / ".join(dict.fromkeys(chosen(run.spec.title.en, run.spec.title.zh) or run.scenario for run in runs))
        noscript = _("This page plays a drill and needs JavaScript.")
    return (
        Environment(autoescape=True, keep_trailing_newline=True)
        .from_string(_PAGE)
        .render(
            lang="zh-CN" if language == "zh" else "en",
            mark=MARK,
            script_hash=f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}",
            title=title,
            style=Markup(style),  # noqa: S704 (built from our sources)
            noscript=noscript,
            data=b64encode(packed(runs, language, progress)).decode(),
            script=Markup(script),  # noqa: S704 (built from our sources)
        )
    )


def _check_pair(runs: Sequence[Run]) -> None:
    if len(runs) > 2:
        raise input_error(_("must be one run, or two to be seen side by side"), file="drill replay")
    if len(runs) == 2 and (runs[0].spec.start, runs[0].horizon_h) != (runs[1].spec.start, runs[1].horizon_h):
        raise input_error(_("must begin and end at the same time as the first run"), file=runs[1].scenario)
