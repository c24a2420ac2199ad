"""Orders whose answer is missing: looked up, and never made twice."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import pytest

from saleor_cryptopay.core.assets import Asset
from saleor_cryptopay.gateways.payouts import Withdrawal
from saleor_cryptopay.models import Refund

from .conftest import Till
from .lagging import Lagging

NO_DOUBT = timedelta(minutes=10)

# Faults with which a gateway may have taken the order all the same.
NOT_TAKEN = ["down", "unavailable", "broken", "rate_limited", "html"]
LOST = ["lost_reply", "truncated", "huge", "wrong_types"]


def lose(till: Till, fault: str) -> Refund:
    """Send with an answer that is lost; return the refund."""
    refund = till.approved()
    till.scene.sandbox.control("faults", kind=fault, count=1)
    assert till.send() == 0
    till.scene.sandbox.control("faults", kind="none")
    refund.refresh_from_db()
    return refund


@pytest.mark.parametrize("fault", LOST)
def test_a_lost_answer_is_looked_up(till: Till, fault: str) -> None:
    refund = lose(till, fault)
    assert (refund.state, len(till.orders())) == ("sending", 1)
    assert till.send() == 1
    refund.refresh_from_db()
    assert (refund.state, refund.gateway_id) == ("sent", till.orders()[0]["id"])
    assert len(till.orders()) == 1


@pytest.mark.parametrize(
    "fault", ["down", "unavailable", "broken", "rate_limited", "html"]
)
def test_what_was_not_taken_is_ordered_again_once_the_doubt_is_over(
    till: Till, fault: str
) -> None:
    refund = lose(till, fault)
    assert (refund.state, till.orders()) == ("sending", [])
    assert (till.send(), till.orders()) == (0, [])
    till.scene.clock.shift += NO_DOUBT
    assert till.send() == 1
    assert len(till.orders()) == 1
    assert Refund.objects.get().state == "sent"


def test_while_the_gateway_cannot_tell_nothing_is_ordered(
    till: Till, caplog: pytest.LogCaptureFixture
) -> None:
    refund = lose(till, "down")
    for fault in ("down", "unavailable", "truncated", "html", "no_permission"):
        till.scene.sandbox.control("faults", kind=fault)
        till.scene.clock.shift += timedelta(hours=1)
        assert till.send() == 0
        refund.refresh_from_db()
        assert refund.state == "sending"
    assert till.orders() == []
    assert "cryptopay.E703" in caplog.text


def test_a_list_that_lags_makes_no_second_order(till: Till) -> None:
    lose(till, "lost_reply")
    till.payouts = Lagging(till.payouts, hidden=2)
    for _ in range(3):
        till.scene.clock.shift += timedelta(minutes=4)
        till.send()
    assert len(till.orders()) == 1
    assert Refund.objects.get().state == "sent"


def test_a_list_that_lags_beyond_the_doubt_makes_none_either(till: Till) -> None:
    lose(till, "lost_reply")
    till.payouts = Lagging(till.payouts, hidden=1)
    till.scene.clock.shift += NO_DOUBT
    till.send()
    assert len(till.orders()) == 1
    assert Refund.objects.get().state == "sent"


@pytest.mark.parametrize(
    "omitted",
    [
        {"metadata": {}},
        {"metadata": {}, "created_at": None, "coin": "", "network": ""},
        {"metadata": {}, "to_address": ""},
        {"metadata": {}, "amount": ""},
    ],
    ids=str,
)
def test_a_list_without_names_is_searched_by_what_was_ordered(
    till: Till, omitted: dict[str, object]
) -> None:
    lose(till, "lost_reply")
    till.payouts = Lagging(till.payouts, omitted=omitted)
    assert till.send() == 1
    assert len(till.orders()) == 1
    assert Refund.objects.get().state == "sent"


def test_a_list_that_says_nothing_leaves_the_doubt(till: Till) -> None:
    lose(till, "lost_reply")
    omitted: dict[str, object] = {"metadata": {}, "amount": "", "to_address": ""}
    till.payouts = Lagging(till.payouts, omitted=omitted)
    till.scene.clock.shift += NO_DOUBT
    assert (till.send(), len(till.orders())) == (0, 1)
    assert Refund.objects.get().state == "sending"


def test_an_order_of_another_refund_is_not_taken_for_this_one(till: Till) -> None:
    first, second = till.paid(), till.paid()
    till.approved(first)
    till.send()
    refund = till.approved(second)
    till.scene.sandbox.control("faults", kind="down", count=1)
    till.send()
    till.scene.sandbox.control("faults", kind="none")
    till.payouts = Lagging(till.payouts, omitted={"metadata": {}})
    assert till.send() == 0
    refund.refresh_from_db()
    assert refund.state == "sending"
    till.scene.clock.shift += NO_DOUBT
    assert till.send() == 1
    assert len(till.orders()) == 2
    assert len(set(Refund.objects.values_list("gateway_id", flat=True))) == 2


def test_a_process_that_slept_does_not_send_any_more(till: Till) -> None:
    """It wakes after its intent, when another may have taken the refund over."""

    class Drowsy(Lagging):
        def recent(self, since: datetime, asset: Asset) -> Iterator[Withdrawal]:
            till.scene.clock.shift += timedelta(minutes=2)
            return self.inner.recent(since, asset)

    lose(till, "down")
    till.scene.clock.shift += NO_DOUBT
    till.payouts = Drowsy(till.payouts)
    assert (till.send(), till.orders()) == (0, [])
    assert Refund.objects.get().state == "sending"


def test_an_answer_that_comes_too_late_is_still_taken_down(till: Till) -> None:
    """The doubt was given up, and the order was there all the same."""

    class Slow(Lagging):
        def send(
            self,
            asset: Asset,
            units: int,
            address: str,
            *,
            metadata: Mapping[str, str],
        ) -> Withdrawal:
            order = self.inner.send(asset, units, address, metadata=metadata)
            till.scene.clock.shift += NO_DOUBT
            Refund.objects.update(state="approved")
            return order

    till.approved()
    inner = till.payouts
    till.payouts = Slow(inner)
    assert till.send() == 1
    till.payouts = inner
    till.send()
    assert len(till.orders()) == 1
    assert Refund.objects.get().state == "sent"
