"""Notes differ from the line that the Dashboard makes of them."""

import pytest

from saleor_cryptopay.bridge.transactions_api.notes import phrase_note


@pytest.mark.parametrize(
    ("words", "note"),
    [
        ("Needs a person: why.", "needs a person: why."),
        ("seen", "seen"),
        ("12 USDC on Ethereum received.", "note: 12 USDC on Ethereum received."),
        ("USDC on Ethereum received.", "note: USDC on Ethereum received."),
        ("“Paid” it says", "note: “Paid” it says"),
        ("", "note: "),
    ],
)
def test_a_note_begins_with_a_small_letter(words: str, note: str) -> None:
    assert phrase_note(words) == note
    assert note[0].upper() != note[0]
