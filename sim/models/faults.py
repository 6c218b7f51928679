"""What a fault asks for: a trade, how many people of it, and a second crew where one is too few."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from sim.models.crews import Crew


class Fault(NamedTuple):
    """One kind of repair. Two crews work together where one has too few people or lacks the second trade."""

    skill: str
    people: int = 1
    """Fewest people of a crew that may take it."""
    together: int = 1
    """People on the spot in all before work begins."""
    second_skill: str = ""
    """Trade of the second crew; '' any."""

    @property
    def may_take_two(self) -> bool:
        """Whether some crew could need another at its side."""
        return self.together > 1 or bool(self.second_skill)

    def is_enough(self, crew: Crew) -> bool:
        """Whether this crew needs no other."""
        return crew.people >= self.together and (not self.second_skill or self.second_skill in crew.skills)


ANYBODY: Final = Fault("power")
"""What a job asks for that is no repair."""
FAULTS: Final = {
    "rectifier": Fault("power"),
    "battery": Fault("power", people=2, together=2),
    "radio": Fault("wireless", people=2, together=2, second_skill="climb"),
    "transmission": Fault("transmission"),
    "mains": Fault("lineman", people=2, together=2),
    "link": Fault("transmission", people=2, together=4),
}
"""Assumed, as all figures of crews are judgement: rectifier swap 1,
battery string 2, radio unit two who climb with one who knows wireless among them or beside them, drop or transformer
2 linemen, splicing 2, a fibre break 4 in all."""


def who_can(crews: Iterable[Crew], may_serve: Callable[[Crew], bool], fault: Fault) -> bool:
    """Whether the drill has the crews for a fault, busy or not."""
    found = [crew for crew in crews if may_serve(crew)]
    leads = [crew for crew in found if fault.skill in crew.skills and crew.people >= fault.people]
    if any(fault.is_enough(crew) for crew in leads):
        return True
    return any(helps(other, lead, fault) for lead in leads for other in found)


def helps(other: Crew, lead: Crew, fault: Fault) -> bool:
    """Whether a crew makes up what the first one lacks."""
    skilled = not fault.second_skill or fault.second_skill in other.skills
    return other is not lead and skilled and other.people >= fault.together - lead.people
