"""Sentences become tokens, lexicon hits and counts."""
