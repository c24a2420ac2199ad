"""Refunds: asking for one, where it goes, agreeing to it, sending it, following it."""
