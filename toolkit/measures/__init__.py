"""Tables become measure tables: pure functions, and the plain formulas over cells."""
