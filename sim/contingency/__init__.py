"""Which failures break it: every single element, or every pair, whose loss breaks a service or isolates a site."""

from sim.contingency.check import Breach, Report, contingency
from sim.contingency.elements import Element

__all__ = ["Breach", "Element", "Report", "contingency"]
