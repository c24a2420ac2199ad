"""Notes for staff, in a form that Saleor's Dashboard shows whole.

It gives a note two short lines in a transaction's history, and cuts off the rest. The
whole text appears behind a sign *i*, but only where it differs from the line; and the
line is the text with its first letter made a capital.
"""

from typing import Final

# What begins with a number has no first letter.
BEGINNING: Final = "note: "


def phrase_note(words: str) -> str:
    """Return a note that begins with a small letter, whatever `words` begin with."""
    begun = words[:1].lower() + words[1:]
    is_changed = begun[:1].upper() != begun[:1]
    return begun if is_changed else BEGINNING + words
