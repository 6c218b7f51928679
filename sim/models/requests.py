"""请供电公司优先复电: a limited number of feeders the desk asks for first, every so often."""

from __future__ import annotations

from collections.abc import Callable

from simpy import Environment

from sim.log import EventLog
from sim.models.knowledge import Knowledge
from sim.models.timer import Timer
from sim.settings import Requests as RequestsSpec
from sim.topology.tables import ROLES, Topology

_HUB = ROLES.index("hub")
_CORE = ROLES.index("core")


class Requests:
    """Chooses among the lines reported out those that carry what the plan puts first."""

    def __init__(
        self,
        spec: RequestsSpec,
        knowledge: Knowledge,
        topology: Topology,
        ask: Callable[[str], None],
        env: Environment,
        log: EventLog,
    ) -> None:
        self._spec, self._knowledge, self._topology, self._ask = spec, knowledge, topology, ask
        self._env, self._log = env, log
        self._asked: set[int] = set()
        self._begun = False
        self._timer = Timer(env, self._choose)

    def begin(self) -> None:
        """The first line is reported out: the first list goes to the power company now."""
        if not self._begun and self._spec.feeders:
            self._begun = True
            self._timer.set(self._env.now)

    def _choose(self) -> None:
        wanted = []
        for feeder in self._knowledge.lines_reported():
            sites = self._knowledge.without_mains_on(feeder)
            if feeder not in self._asked and sites:
                reason, users = self._reason(sites)
                if reason:
                    wanted.append((self._spec.order.index(reason), -users, feeder, reason))  # type: ignore[arg-type]
        for _, _, feeder, reason in sorted(wanted)[: self._spec.feeders]:
            self._asked.add(feeder)
            name = str(self._topology.feeders.id[feeder])
            self._log.add(self._env.now, "desk.asked", name, reason)
            self._ask(name)
        self._timer.set(self._env.now + self._spec.every_h)

    def _reason(self, sites: list[int]) -> tuple[str, float]:
        """The first word of the order that one of the feeder's sites answers to, and the users behind it."""
        columns = self._topology.sites
        users = float(sum(self._topology.users_per_site[site] for site in sites))
        holds = {
            "core_room": any(columns.role[site] == _CORE for site in sites),
            "hub": any(_HUB <= columns.role[site] < _CORE for site in sites),
            "command": any(bool(columns.command[site]) for site in sites),
            "key_site": any(bool(columns.key[site]) for site in sites),
            "most_users": True,
        }
        return next((word for word in self._spec.order if holds[word]), ""), users
