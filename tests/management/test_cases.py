"""`cryptopay cases`: what waits for a decision, by hand."""

from saleor_cryptopay.models import Case
from tests.operations.refunds.conftest import Till, till

from .conftest import Run

__all__ = ["till"]


def test_a_case_is_listed_until_it_is_closed_with_a_note(till: Till, run: Run) -> None:
    payment = till.paid("25", coin="usdc")
    case = Case.objects.get()
    status, out = run("cases")
    assert (status, str(payment.pk) in out, case.why in out) == (0, True, True)
    status, out = run("cases", "close", str(case.pk))
    assert (status, "Say what was decided" in out) == (1, True)
    closed = run("cases", "close", str(case.pk), "--reason", "kept as a tip")[1]
    assert "kept as a tip" in closed
    assert run("cases", "list")[1] == ""
    assert "kept as a tip" in run("cases", "list", "--closed")[1]
    again = run("cases", "close", str(case.pk), "--reason", "again")
    assert (again[0], "closed already" in again[1]) == (1, True)


def test_a_case_that_is_none_is_said(till: Till, run: Run) -> None:
    del till
    status, out = run("cases", "close", "7", "--reason", "x")
    assert (status, "There is no case 7." in out) == (1, True)
