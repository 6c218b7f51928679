"""Failures without weather, and the power company's restoration: switching and slots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from sim.exact import ln_array
from sim.hazards.specs import FeederFailures, MainsFailures
from sim.settings import Grid
from sim.streams import Streams
from sim.topology.tables import Topology
from sim.units import quantise_array_h, quantise_h
from sim.vocabulary import Inject

_HOURS_PER_YEAR: Final = 8766.0


def mains_failures(hazard: MainsFailures, begins_h: float, topology: Topology, streams: Streams) -> list[Inject]:
    """Sites hit one by one; each feeder brings all of its own back at once."""
    keys = topology.site_keys
    hit = np.flatnonzero(streams.uniforms("mains_hit", keys) < hazard.share)
    times_h = quantise_array_h(begins_h + hazard.window_h * streams.uniforms("mains_fail_h", keys[hit]))
    ids = topology.sites.id
    injects = [
        Inject(t_h, "fail", f"site:{ids[site]}.mains", source=hazard.kind)
        for t_h, site in zip(times_h.tolist(), hit.tolist(), strict=True)
    ]
    feeders = np.unique(topology.sites.feeder[hit])
    feeders = feeders[feeders >= 0]
    after_h = hazard.restored_h.quantiles(streams.uniforms("restored_h", topology.feeder_keys[feeders]))
    back_h = begins_h + hazard.window_h + after_h
    if hazard.restored_at_most_h is not None:
        back_h = np.minimum(back_h, begins_h + hazard.restored_at_most_h)
    injects += [
        Inject(t_h, "mend", f"drops:{topology.feeders.id[feeder]}", source=hazard.kind)
        for t_h, feeder in zip(quantise_array_h(back_h).tolist(), feeders.tolist(), strict=True)
    ]
    return injects


def listed_failures(hazard: FeederFailures, at_h: float, topology: Topology, streams: Streams) -> list[Inject]:
    """Feeders that fail by list or by share, within a window."""
    feeders = topology.feeders
    chosen = np.isin(feeders.id, hazard.feeders)
    if hazard.share is not None:
        chosen = streams.uniforms("feeder_failures", topology.feeder_keys) < hazard.share
        if hazard.county is not None:
            chosen &= feeders.county == topology.counties.id.tolist().index(hazard.county)
    rows = np.flatnonzero(chosen)
    times_h = quantise_array_h(at_h + hazard.window_h * streams.uniforms("feeder_fail_h", topology.feeder_keys[rows]))
    return [
        Inject(t_h, "fail", f"feeder:{feeders.id[row]}", source=hazard.kind)
        for t_h, row in zip(times_h.tolist(), rows.tolist(), strict=True)
    ]


def equipment_failures(
    part: str, per_year: float, horizon_h: float, topology: Topology, streams: Streams
) -> list[Inject]:
    """Spontaneous failures of a part of the sites' equipment: a Poisson process, the first of each site."""
    if per_year <= 0:
        return []
    keys = topology.site_keys
    after_h = -ln_array(1.0 - streams.uniforms(f"{part}_fails", keys)) * _HOURS_PER_YEAR / per_year
    rows = np.flatnonzero(after_h < horizon_h)
    times_h = quantise_array_h(after_h[rows])
    return [
        Inject(t_h, "fail", f"site:{topology.sites.id[row]}.{part}", source="equipment")
        for t_h, row in zip(times_h.tolist(), rows.tolist(), strict=True)
    ]


def restoration(failures: Sequence[Inject], grid: Grid, streams: Streams) -> list[Inject]:
    """Switching for some failed feeders, a slot of the event-level process for each of the others.

    Slots have times and no feeders: who is restored in a slot depends on the order that holds when it comes.
    """
    injects = []
    waiting = []
    for failure in failures:
        if streams.uniform("switching", failure.target) < grid.switching:
            takes_h = grid.switching_h.quantile(streams.uniform("switching_h", failure.target))
            injects.append(Inject(quantise_h(failure.t_h + takes_h), "mend", failure.target, source="switching"))
        else:
            waiting.append(failure)
    if not waiting:
        return injects
    peak_h = _peak_h([failure.t_h for failure in failures])
    first_h = -grid.first_scale_h * sum(
        float(np.log(streams.uniform("first_slot", part))) for part in range(grid.first_shape)
    )
    low_h, high_h = grid.total_between_h
    total_h = min(max(grid.total_h.quantile(streams.uniform("restoration_total_h")), low_h), high_h)
    first_h = min(first_h, total_h)
    progress = streams("restoration_progress").beta(grid.progress.a, grid.progress.b, len(waiting))
    slots_h = peak_h + first_h + np.sort(np.round(progress, 9)) * (total_h - first_h)
    injects += [Inject(quantise_h(t_h), "slot", "grid", source="restoration") for t_h in slots_h.tolist()]
    return injects


def single_restoration(failure: Inject, occurrence: str, grid: Grid, streams: Streams) -> Inject:
    """The return of a feeder that fails by itself: by switching, else once its conductor is mended.

    It is no part of the event-level process and takes none of its slots. `occurrence` names the failure among the
    hand-written ones of this feeder: each has its own luck.
    """
    name = ("single", failure.target, occurrence)
    switched = streams.uniform(*name, "switching") < grid.switching
    spread = grid.switching_h if switched else grid.single_repair_h
    takes_h = spread.quantile(streams.uniform(*name, "takes_h"))
    source = "single_switching" if switched else "single_repair"
    return Inject(quantise_h(failure.t_h + takes_h), "mend", failure.target, source=source)


def single_restorations(written: Sequence[Inject], grid: Grid, streams: Streams) -> list[Inject]:
    """One for each hand-written failure of a feeder at a time that the file itself does not mend afterwards."""
    injects = []
    count: dict[str, int] = {}
    for failure in written:
        if failure.action != "fail" or failure.when is not None or not failure.target.startswith("feeder:"):
            continue
        number = count[failure.target] = count.get(failure.target, 0) + 1
        if not _mended_by_hand(failure, written):
            injects.append(single_restoration(failure, str(number), grid, streams))
    return injects


def _mended_by_hand(failure: Inject, written: Sequence[Inject]) -> bool:
    """Whether the file mends what fails: at a later time, or on a condition."""
    return any(
        mend.action == "mend" and mend.target == failure.target and (mend.when is not None or mend.t_h > failure.t_h)
        for mend in written
    )


def _peak_h(times_h: list[float]) -> float:
    """Start of the hour in which most feeders failed."""
    hours = np.floor(np.asarray(times_h)).astype(np.int64)
    counts = np.bincount(hours)
    return float(np.argmax(counts))
