"""An ensemble in the hand: what was asked, what came of it; nothing is played again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from sim.ensemble.asked import MARK, Asked, read_asked, write_text
from sim.ensemble.paired import together
from sim.ensemble.store import CATALOGUE, Store
from sim.ensemble.summary import summary
from sim.ensemble.worker import CURVE_POINTS
from sim.errors import input_error, listed, shown
from sim.language import _
from sim.reasons import of_system
from sim.results.parquet import Parquet
from sim.vocabulary import KPIS

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
SUMMARY: Final = "summary.json"
_ROWS: Final = 50_000


class Ensemble:
    """Seeds × cells of a directory. Columns are in order of `seeds`, NaN where undefined or where the run failed.

    A cell is called *variant* everywhere, be it a patch, a policy or both.
    """

    def __init__(self, folder: Path) -> None:
        """Raises `InputError` where the directory holds none."""
        asked = read_asked(folder)
        if asked is None or not (folder / CATALOGUE).is_file():
            raise input_error(
                _("is no ensemble directory (it has no {mark} with a catalogue)").format(mark=MARK), file=folder
            )
        self.folder = folder
        self.asked: Asked = asked
        self.variants: tuple[str, ...] = tuple(cell.variant for cell in asked.cells)
        self.seeds: tuple[int, ...] = asked.seeds
        self._store = Store(folder)
        finalize(self, self._store.close)

    def __repr__(self) -> str:
        variants = ", ".join(self.variants)
        return f"<Ensemble of {self.asked.scenario}, {len(self.seeds)} seeds, {variants}>"

    def close(self) -> None:
        """Let go of the directory."""
        self._store.close()

    def _known(self, variant: str) -> str:
        if variant not in self.variants:
            message = _("must be one of {names} (got {value})").format(
                names=listed(self.variants), value=shown(variant)
            )
            raise input_error(message, file=self.folder, path="variant")
        return variant

    def values(self, variant: str, kpi: str) -> Floats:
        """A KPI of the catalogue, of an instant at the horizon. Raises `InputError` for an unknown name."""
        if kpi not in KPIS:
            raise input_error(_("must be a KPI of the catalogue (got {value})").format(value=shown(kpi)), path="kpi")
        return self._store.kpi(self._known(variant), kpi, self.seeds)

    def lines(self, variant: str) -> list[dict[str, Any]]:
        """What the scorecard's lines of target and record are: `id, kpi, at_h, target, comparison, recorded, …`.

        `at_h` is None where the instant is not the same in all runs, or the figure is none of an instant.
        """
        return [
            {**line, "at_h": _common(self.line("at_h", variant, number))}
            for number, line in enumerate(self._store.lines(self._known(variant)))
        ]

    def line(self, column: str, variant: str, number: int) -> Floats:
        """`simulated`, `met` or `at_h` of a line by its number in `lines`."""
        return self._store.line(column, self._known(variant), number, self.seeds)

    def targets(self, variant: str | None = None) -> list[str]:
        """Names of the plan's targets, such as O3; its KPI where a target has no name."""
        return [name for name, _ in self._targets(variant or self.variants[0])]

    def _targets(self, variant: str) -> list[tuple[str, int]]:
        rows = [(line, number) for number, line in enumerate(self.lines(variant)) if line["section"] == "target"]
        return [(line["id"] or line["kpi"], number) for line, number in rows]

    def held(self, variant: str, target: str | None = None) -> Floats:
        """1 where a target was met, 0 where it was missed, NaN where it is undefined or the run failed.

        Of all targets together where `target` is None, as `together` has it.
        """
        known = self._targets(variant)
        wanted = [number for name, number in known if target is None or name == target]
        if target is not None and not wanted:
            message = _("must be one of {names} (got {value})").format(
                names=listed(name for name, _line in known) or _("none"), value=shown(target)
            )
            raise input_error(message, path="target")
        if not wanted:
            return np.full(len(self.seeds), np.nan)
        met = np.array([self.line("met", variant, number) for number in wanted])
        return together(list(met))

    def curve(self, variant: str) -> tuple[Floats, Floats]:
        """Instants in hours, and stations out, shape (finished runs, instants)."""
        counts = self._store.curves(self._known(variant), self.seeds)
        return np.linspace(0.0, self.asked.horizon_h, CURVE_POINTS), counts.astype(np.float64)

    def failures(self, variant: str) -> list[tuple[int, str]]:
        """Seed and error of the runs that failed."""
        return self._store.errors(self._known(variant))

    @cached_property
    def summary(self) -> dict[str, Any]:
        """As in `summary.json`."""
        return summary(self, self.asked.scenario)

    @property
    def runs(self) -> pd.DataFrame:
        """One row a run: `variant, seed, status, digest, error, wall_s`."""
        import pandas as pd

        heads = ["variant", "seed", "status", "digest", "error", "wall_s"]
        return pd.DataFrame(list(self._store.statuses()), columns=heads)

    @property
    def kpis(self) -> pd.DataFrame:
        """One row a run and KPI: `variant, seed, kpi, value`."""
        import pandas as pd

        parts = [pd.DataFrame(dict(columns)) for columns in self._kpi_columns()]
        return pd.concat(parts, ignore_index=True)

    def _kpi_columns(self) -> Iterator[dict[str, Any]]:
        """The rows of `kpis`, a variant and KPI at a time."""
        seeds = np.array(self.seeds, dtype=np.int64)
        for variant in self.variants:
            for kpi in KPIS:
                yield {
                    "variant": np.full(len(seeds), variant, dtype=object),
                    "seed": seeds,
                    "kpi": np.full(len(seeds), kpi, dtype=object),
                    "value": self.values(variant, kpi),
                }

    def _line_columns(self) -> Iterator[dict[str, Any]]:
        """The rows of `lines.parquet`, a variant and line of the scorecard at a time."""
        seeds = np.array(self.seeds, dtype=np.int64)
        for variant in self.variants:
            for number, line in enumerate(self.lines(variant)):
                yield {
                    "variant": np.full(len(seeds), variant, dtype=object),
                    "seed": seeds,
                    "line": np.full(len(seeds), line["id"] or "", dtype=object),
                    "kpi": np.full(len(seeds), line["kpi"], dtype=object),
                    "at_h": self.line("at_h", variant, number),
                    "simulated": self.line("simulated", variant, number),
                    "met": self.line("met", variant, number),
                }

    def write(self) -> None:
        """`summary.json`, `kpis.parquet` and `lines.parquet` from the catalogue. Raises `InputError`."""
        with Parquet() as parquet:
            for name, parts in (("kpis", self._kpi_columns()), ("lines", self._line_columns())):
                self._write_parts(parquet, self.folder / f"{name}.parquet", parts)
        text = json.dumps(self.summary, ensure_ascii=False, indent=1, allow_nan=False)
        write_text(self.folder / SUMMARY, text + "\n")

    def _write_parts(self, parquet: Parquet, path: Path, parts: Iterator[dict[str, Any]]) -> None:
        """Beside, then renamed; nothing where no run came to its end."""
        first = next(parts, None)
        if first is None:
            return
        beside = path.with_name(f".{path.name}.part")
        try:
            parquet.write_parts(beside, chain([first], parts))
            beside.replace(path)
        except (OSError, parquet.refused) as error:
            raise input_error(_("cannot be written: {reason}").format(reason=of_system(error)), file=path) from None
        finally:
            beside.unlink(missing_ok=True)


def _common(values: Floats) -> float | None:
    """The one number of a column, None where there are several."""
    known = values[np.isfinite(values)]
    return float(known[0]) if len(known) and (known == known[0]).all() else None


def open_ensemble(folder: str | Path) -> Ensemble:
    """The ensemble of a directory, never playing again; raises `InputError`."""
    return Ensemble(Path(folder))
