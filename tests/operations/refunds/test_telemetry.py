"""A refund's way through the log: told whole, and nothing that is private."""

from collections.abc import Iterator

import pytest

from tests.log_lines import Log, written_log

from .conftest import WALLET, Till

pytestmark = pytest.mark.usefixtures("transactional_db")  # lines follow the commit


@pytest.fixture
def log() -> Iterator[Log]:
    """Give the log of the test."""
    with written_log() as log:
        yield log


def test_every_step_of_a_refund_is_a_line_with_its_ids(till: Till, log: Log) -> None:
    refund = till.approved()
    till.send()
    till.scene.sandbox.mine()
    till.follow()
    lines = [line for line in log.lines if line.get("refund") == str(refund.pk)]
    assert [line["event"] for line in lines] == [
        "refund.needs_address",
        "refund.needs_approval",
        "refund.approved",
        "refund.sending",
        "refund.sent",
        "refund.confirmed",
    ]
    assert {line["payment"] for line in lines} == {str(refund.payment_id)}
    assert {line["network"] for line in lines} == {"ethereum"}


@pytest.mark.parametrize("fault", ["down", "lost_reply", "truncated"])
def test_no_line_tells_where_the_coins_go(till: Till, log: Log, fault: str) -> None:
    refund = till.approved()
    till.scene.sandbox.control("faults", kind=fault, count=1, method="POST")
    till.send()
    till.send()
    refund.refresh_from_db()
    assert str(refund.pk) in log.text
    for private in (WALLET, refund.token, refund.payment.token, refund.mac):
        assert private.lower() not in log.text.lower()
