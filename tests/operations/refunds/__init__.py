"""Refunds, on a real PostgreSQL and against the running sandbox."""
