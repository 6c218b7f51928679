"""How to play the same run again, and the marks by which it is known to be the same."""

from __future__ import annotations

from shlex import quote

from sim.language import _
from sim.page.parts import Fact, Facts, Section
from sim.page.telling import Telling
from sim.results import Run


def command(run: Run) -> str:
    """The command that plays the run again; scenario and topology must be those of the hashes."""
    words = ["drill", "run", quote(run.scenario), "--seed", str(run.seed)]
    if "policy" not in run.overrides:
        words += ["--policy", quote(run.policy)]
    for key, value in run.overrides.items():
        words += ["--set", quote(f"{key}={value}")]
    return " ".join(words)


def facts(telling: Telling) -> list[Fact]:
    """Command, versions and digests, as far as they are known."""
    run = telling.run
    spec = run.spec
    known = [
        Fact(_("Command"), command(run), code=True),
        Fact(_("Program"), f"drillsim {run.version}" if run.version else "drillsim"),
        Fact(_("Start"), f"{spec.start.isoformat()}"),
        Fact(_("Length"), f"{spec.horizon_h:g} h"),
        Fact(_("Rows of the log"), f"{len(run.log):,}"),
        Fact(_("Digest of the log (SHA-256)"), run.log_digest, code=True),
        Fact(_("Hash of the scenario"), run.scenario_hash, code=True),
        Fact(_("Hash of the topology"), run.topology_hash, code=True),
    ]
    return [fact for fact in known if fact.text]


def section(telling: Telling) -> Section:
    """How to play the run again."""
    said = _("The same command on the same scenario and topology gives the same digest.")
    return Section("reproduce", _("How to reproduce"), [Facts(facts(telling))], said)
