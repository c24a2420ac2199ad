"""The table of flaws is whole: each has a test, or a sentence why it needs none.

F19, F20 and F46 have their proofs with many processes in `tests/chaos`; here stands
what holds in one. F65: settings exist in the Dashboard alone, behind MANAGE_PLUGINS.
"""

from .table import DOCUMENT, FLAWS, NOT_APPLICABLE, document, find_tests


def test_every_flaw_has_a_test_or_a_reason() -> None:
    tests = find_tests()
    missing = [n for n in FLAWS if not tests[n] and n not in NOT_APPLICABLE]
    assert missing == []


def test_no_test_carries_a_number_that_is_no_flaw() -> None:
    assert find_tests().keys() == FLAWS.keys()
    assert list(FLAWS) == list(range(1, 66))


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), (
        "run: python -m tests.flaws.table"
    )
