"""The controllers' script (演练脚本): what is played to whom, what is expected, and whether the log shows it."""

from __future__ import annotations

from sim.script.judge import JUDGED, Judged, Verdict, judged
from sim.script.lines import ScriptLine, script_lines, written_lines

__all__ = ["JUDGED", "Judged", "ScriptLine", "Verdict", "judged", "script_lines", "written_lines"]
