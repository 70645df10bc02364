"""The figures that reports state in prose: facts, the panel they make, and the checks they pass or fail."""

from toolkit.indicators.attribution import extract_facts, facts
from toolkit.indicators.audits import audit
from toolkit.indicators.catalogue import read_indicators
from toolkit.indicators.panels import panel
from toolkit.indicators.quantities import explain, find_quantities

__all__ = ["audit", "explain", "extract_facts", "facts", "find_quantities", "panel", "read_indicators"]
