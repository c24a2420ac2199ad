"""Anything at all, thrown at the door and at every parser."""
