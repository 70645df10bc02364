"""Notebooks times regions become reports."""
