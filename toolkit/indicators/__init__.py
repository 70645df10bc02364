"""Sentences become facts, facts become a panel and an audit."""
