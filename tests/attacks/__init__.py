"""Attacks as a folder of cases: each says what is tried and what must come of it."""
