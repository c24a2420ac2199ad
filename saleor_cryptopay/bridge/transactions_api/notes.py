"""Notes for staff, in a form that Saleor's Dashboard shows whole.

It gives a note two short lines in a transaction's history, and cuts off the rest. The
whole text appears behind a sign *i*, but only where it differs from the line; and the
line is the text with its first letter made a capital.
"""

from typing import Final

# For what has no first letter that could be small: a number, a coin's symbol.
BEGINNING: Final = "note: "


def phrase_note(words: str) -> str:
    """Return a note that begins with a small letter, whatever `words` begin with."""
    if words[:1].islower():
        return words
    is_word = words[:1].isupper() and words[1:2].islower()
    return words[0].lower() + words[1:] if is_word else BEGINNING + words
