"""A small town in a folder of its own, to be broken on purpose: a scenario, its topology, a list."""

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCENARIO = """\
format: 1
name: little
title: {zh: 小镇演练, en: Little town}
start: 2024-01-10T12:00
horizon_h: 48 h
topology: town/ten_sites.yaml
lists:
  lifelines: [core, hub_1, s1]
  schools: lists/schools.csv
hazards:
  - {kind: snowstorm, onset: 2024-01-10T20:00, duration_h: 10 h, centre: ten, water_mm: 40, depth_cm: 25}
  - {kind: feeder_failures, at: +30 h, feeders: [f_north]}
parties:
  contractor_a: {counties: [ten]}
  contractor_b: {helps: [contractor_a]}
resources:
  crew: {people: 2, tyres: chains}
  depots:
    ten: {crews: 2, petrol_5kw: 2, diesel_8kw: 1, party: contractor_a}
  hired: {crews: 1, depot: ten}
plan:
  before:
    - {do: place_generators, where: {class: C, county: ten}, at_most: 1, by: 2024-01-10T18:00}
  levels:
    - {level: III, when: {sites_out: 3}, do: [hire]}
  dispatch:
    - {class: B, power_before: first_disconnect}
    - {class: C, power_within_h: 12 h}
  targets:
    - {id: O1, kpi: site_outage_h, of: {list: lifelines}, at_most: 0}
    - {id: O2, kpi: restored_share, at: +24 h, since: first_outage, at_least: 80 %}
injects:
  - {at: 2024-01-11T09:00, do: fail, what: site:s3.rectifier, for: O2}
  - {at: +20 h, do: close, what: road:r3}
  - {when: {crews_free: 0}, do: ask, message: 是否请求支援}
record:
  source: made up
  rows:
    - {kpi: stations_out, value: 9, at: 2024-01-11T06:00}
assumptions:
  - {set: hazards.snowstorm.water_mm, range: [20, 60], why: the town is made up}
policy: class_then_deadline
"""


class Town:
    """A folder with `little.yaml`; every change is written at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "little.yaml"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(ROOT / "topologies" / "ten_sites", folder / "town" / "ten_sites")
        shutil.copy(ROOT / "topologies" / "ten_sites.yaml", folder / "town")
        (folder / "lists").mkdir()
        (folder / "lists" / "schools.csv").write_text("name,site\n河西学校,s6\n", encoding="utf-8")
        self.file.write_text(SCENARIO, encoding="utf-8")

    def change(self, old: str, new: str, file: str = "little.yaml") -> "Town":
        """Replace text that stands exactly once in a file."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, (old, text.count(old))
        path.write_text(text.replace(old, new), encoding="utf-8")
        return self

    def line(self, text: str, file: str = "little.yaml") -> int:
        """The line, counted from 1, in which text stands."""
        lines = (self.folder / file).read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(lines, start=1) if text in line)

    def everything(self) -> dict[str, bytes | None]:
        """All files and folders, to see that nothing was written."""
        found = sorted(self.folder.rglob("*"))
        return {str(path): path.read_bytes() if path.is_file() else None for path in found}


def is_refused(result, message: str) -> None:
    """A command ended with one line on stderr, which the pattern matches wholly, and said nothing else."""
    assert result.code == 2, result
    assert result.out == ""
    assert len(result.err.splitlines()) == 1, result.err
    assert re.fullmatch(message, result.err.rstrip("\n")), result.err
