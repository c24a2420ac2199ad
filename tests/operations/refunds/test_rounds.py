"""A round ends at the gateway's first silence, and each refund gets its turn."""

from datetime import timedelta

import pytest

from saleor_cryptopay.core.errors import (
    GatewayError,
    IndeterminateError,
    RetryableError,
    TerminalError,
)
from saleor_cryptopay.models import Payment, Refund
from saleor_cryptopay.operations.refunds.approval import approve
from saleor_cryptopay.operations.refunds.following import follow_refunds
from saleor_cryptopay.operations.refunds.sending import send_refunds

from .conftest import Till
from .silent import Silent

MINUTE = timedelta(minutes=1)
PAUSE = timedelta(minutes=10)
DOUBT = timedelta(minutes=30)

SILENCES = [
    RetryableError("Its answer did not come.", code="NO_ANSWER"),
    RetryableError("It cannot be reached.", code="UNREACHABLE"),
    RetryableError("It failed.", code="HTTP_503"),
    RetryableError("Its limit is used up.", code="RATE_LIMIT_EXCEEDED"),
]
LOSSES = [
    IndeterminateError("Its answer did not come.", code="NO_ANSWER"),
    IndeterminateError("It failed.", code="HTTP_500"),
]


def approved(till: Till, count: int) -> list[Refund]:
    """Return refunds of one payment, approved one after the other."""
    payment = till.paid()
    return [_approve(till, payment, number) for number in range(count)]


def _approve(till: Till, payment: Payment, number: int) -> Refund:
    refund = till.name(till.ask(payment, "5", key=f"request {number}"))
    return approve(refund.pk, "staff 2", till.scene.runtime)


def silent(till: Till, *calls: str, error: GatewayError = SILENCES[0]) -> Silent:
    """Let the gateway answer some calls no more."""
    gateway = Silent(till.payouts, deaf_to=frozenset(calls), error=error)
    till.payouts = gateway
    return gateway


def states(*refunds: Refund) -> list[str]:
    for refund in refunds:
        refund.refresh_from_db()
    return [refund.state for refund in refunds]


@pytest.mark.parametrize("error", SILENCES, ids=lambda error: error.code)
def test_following_ends_at_the_first_silence(till: Till, error: GatewayError) -> None:
    approved(till, 3)
    till.send()
    gateway = silent(till, "fetch", error=error)
    assert follow_refunds(till.scene.runtime, gateway).is_cut
    assert gateway.asked == ["fetch"]


@pytest.mark.parametrize("error", SILENCES, ids=lambda error: error.code)
def test_nothing_more_is_begun_after_a_silence(till: Till, error: GatewayError) -> None:
    first, *others = approved(till, 3)
    gateway = silent(till, "recent", error=error)
    assert send_refunds(till.scene.runtime, gateway).is_cut
    assert gateway.asked == ["recent"]
    assert (first.entries.count(), [row.entries.count() for row in others]) == (
        5,
        [3, 3],
    )
    assert states(first, *others) == ["approved"] * 3


@pytest.mark.parametrize("error", LOSSES, ids=lambda error: error.code)
def test_one_lost_order_puts_no_other_refund_in_doubt(
    till: Till, error: GatewayError
) -> None:
    refunds = approved(till, 3)
    gateway = silent(till, "send", error=error)
    assert send_refunds(till.scene.runtime, gateway).is_cut
    assert gateway.asked == ["recent", "send"]
    assert states(*refunds) == ["sending", "approved", "approved"]


def test_while_the_gateway_does_not_tell_of_one_order_no_other_is_made(
    till: Till,
) -> None:
    payment, answering = till.paid(), till.payouts
    lost = _approve(till, payment, 1)
    silent(till, "send", error=LOSSES[0])
    till.send()
    other, till.payouts = _approve(till, payment, 2), answering
    gateway = silent(till, "recent")
    assert send_refunds(till.scene.runtime, gateway).is_cut
    assert gateway.asked == ["recent"]
    assert states(lost, other) == ["sending", "approved"]


def test_a_refusal_of_one_refund_does_not_stop_the_others(till: Till) -> None:
    refunds = approved(till, 2)
    refusal = TerminalError("Not there.", code="INVALID_ADDRESS")
    gateway = silent(till, "send", error=refusal)
    assert not send_refunds(till.scene.runtime, gateway).is_cut
    assert states(*refunds) == ["failed", "failed"]


def test_an_order_that_is_unknown_does_not_stop_the_others(till: Till) -> None:
    approved(till, 2)
    till.send()
    unknown = TerminalError("No such order.", code="RESOURCE_NOT_FOUND")
    gateway = silent(till, "fetch", error=unknown)
    assert not follow_refunds(till.scene.runtime, gateway).is_cut
    assert gateway.asked == ["fetch", "fetch"]


def test_a_refund_that_is_always_put_off_lets_the_others_go(till: Till) -> None:
    stuck, *others = approved(till, 3)
    silent(till, "send", error=SILENCES[3]).about = str(stuck.pk)
    for _ in range(3):
        till.send()
        till.scene.clock.shift += PAUSE
    assert states(stuck, *others) == ["approved", "sent", "sent"]


def test_an_order_that_is_never_told_of_lets_the_others_be_followed(
    till: Till,
) -> None:
    stuck, other = approved(till, 2)
    till.send()
    stuck.refresh_from_db()
    silent(till, "fetch").about = stuck.gateway_id
    for _ in range(4):
        till.scene.sandbox.mine(40)
        till.follow()
        till.scene.clock.shift += MINUTE
    assert states(stuck, other) == ["sent", "confirmed"]


def test_a_doubt_that_cannot_be_looked_up_lets_the_others_go(till: Till) -> None:
    """Its list is the longest, and may be the one that never comes in time."""
    payment, answering = till.paid(), till.payouts
    doubtful = _approve(till, payment, 1)
    silent(till, "send", error=LOSSES[0])
    till.send()
    till.scene.clock.shift += DOUBT
    silent(till, "recent")
    till.send()
    other, till.payouts = _approve(till, payment, 2), answering
    till.scene.clock.shift += MINUTE
    assert till.send() == 1
    assert states(doubtful, other) == ["in_doubt", "sent"]
