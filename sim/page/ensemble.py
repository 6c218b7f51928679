"""The report page of an ensemble: how surely the plan holds, over many seeds and several variants."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from sim.ensemble import open_ensemble
from sim.ensemble.answers import compare
from sim.ensemble.asked import SCENARIO
from sim.language import Language, _, chosen, speaking
from sim.page.assumptions import of_lines
from sim.page.drawings import drawn
from sim.page.ensemble_differences import differences
from sim.page.ensemble_levers import levers
from sim.page.ensemble_parts import figures, record
from sim.page.ensemble_runs import reproduce, runs
from sim.page.ensemble_verdict import state, targets, verdict
from sim.page.many import Many
from sim.page.parts import Page, Part, Section
from sim.page.shell import html_of
from sim.report import answer_figures, ensemble_figures
from sim.results.opening import read_spec
from sim.scorecard.assumptions import assumed
from sim.spec import text_told


def ensemble_page(folder: Path, language: Language = "en") -> str:
    """The report of an ensemble directory as one HTML file; the same directory gives the same text.

    Raises `InputError` where the directory holds no ensemble.
    """
    ensemble = open_ensemble(folder)
    try:
        spec = read_spec(folder / SCENARIO) if (folder / SCENARIO).is_file() else None
        with speaking(language):
            return html_of(page_of(Many(ensemble, spec)))
    finally:
        ensemble.close()


def page_of(many: Many) -> Page:
    """The page as data, in the language in use."""
    spec, asked = many.spec, many.ensemble.asked
    said, tone = verdict(many)
    told = (
        targets(many), record(many), _drawings(many), differences(many), levers(many.ensemble.folder), figures(many),
        runs(many), of_lines(assumed(spec)) if spec is not None else None, reproduce(many),
    )  # fmt: skip
    host = (
        " · ".join(text_told(part) for part in (spec.drill.host, spec.drill.basis) if part) if spec is not None else ""
    )
    drawn_ = (
        _("scenario {name}, {seeds} seeds, 1 variant")
        if len(many.variants) == 1
        else _("scenario {name}, {seeds} seeds, {variants} variants")
    ).format(name=asked.scenario, seeds=len(asked.seeds), variants=len(many.variants))
    return Page(
        title=chosen(spec.title.en, spec.title.zh) or asked.scenario if spec is not None else asked.scenario,
        lines=[
            line
            for line in (text_told(spec.description) if spec is not None else "", host, drawn_, state(many))
            if line
        ],
        verdict=said,
        tone=tone,
        sections=[section for section in told if section is not None],
        foot=_("Simulations, not measurements. All times are of the place of the drill."),
    )


def _drawings(many: Many) -> Section | None:
    """Fan, targets and differences."""
    found: list[Part] = []
    if many.spec is not None:
        spec = many.spec

        def fan() -> Figure | None:
            return ensemble_figures.fan(many.ensemble, spec)

        def spread() -> Figure | None:
            return ensemble_figures.targets(many.ensemble, spec)

        words = _("Stations out over time: median, and the span that holds four fifths of the seeds.")
        found += drawn("fan", fan, words)
        found += drawn("targets", spread, _("How the figures of the targets spread over the seeds."))
    compared = compare([many.ensemble], against=many.variants[0], broken=True) if many.comparable else None
    if compared is not None and any(one.pairs for one in compared.differences):
        words = _("Differences of the variants, paired by seed, with 95 % intervals.")
        found += drawn("differences", lambda: answer_figures.differences(compared), words)
    return Section("pictures", _("Over time and side by side"), found) if found else None
