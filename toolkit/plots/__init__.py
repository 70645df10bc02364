"""Measure tables become matplotlib axes: one function for each measure, of the same noun."""
