"""Orders whose answer is missing: looked up, settled by a person, never made twice."""

import socket
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from saleor_cryptopay.core.assets import Asset
from saleor_cryptopay.core.errors import RefundError, RetryableError
from saleor_cryptopay.gateways.payouts import Withdrawal
from saleor_cryptopay.gateways.registry import build_payouts
from saleor_cryptopay.models import Message, Refund
from saleor_cryptopay.operations.refunds.approval import decline, settle_not_sent
from saleor_cryptopay.operations.refunds.settling import settle_sent
from tests.playing import KEY

from .conftest import WALLET, Till
from .lagging import Lagging

DOUBT = timedelta(minutes=30)
PAUSE = timedelta(minutes=10)
HOURS = timedelta(hours=6)

# Faults with which a gateway may have taken the order all the same: here it has not …
NOT_TAKEN = ["down", "unavailable", "broken", "html"]
# … and here it has.
LOST = ["lost_reply", "truncated", "huge", "wrong_types"]


def lose(till: Till, fault: str) -> Refund:
    """Send with an answer that is lost; return the refund."""
    refund = till.approved()
    till.scene.sandbox.control("faults", kind=fault, count=1, method="POST")
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


def in_doubt(till: Till, fault: str = "down") -> Refund:
    """Return a refund of which staff have been told that nobody knows."""
    refund = lose(till, fault)
    till.scene.clock.shift += DOUBT
    assert till.send() == 0
    refund.refresh_from_db()
    assert refund.state == "in_doubt"
    return refund


@pytest.mark.parametrize("fault", NOT_TAKEN)
def test_what_may_have_been_taken_is_never_ordered_again_by_itself(
    till: Till, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    refund = lose(till, fault)
    assert (refund.state, till.orders()) == ("sending", [])
    for _ in range(4):
        till.scene.clock.shift += HOURS
        assert (till.send(), till.orders()) == (0, [])
    refund.refresh_from_db()
    assert refund.state == "in_doubt"
    # Said once, in the log and to staff.
    assert caplog.text.count("cryptopay.E703") == 1
    assert Message.objects.filter(name="refund_in_doubt").count() == 1
    with pytest.raises(RefundError):
        decline(refund.pk, "No more.", "staff 3", till.scene.runtime)


def test_what_surely_was_not_taken_is_ordered_again_after_a_pause(till: Till) -> None:
    refund = till.approved()
    till.scene.sandbox.control("faults", kind="rate_limited", count=1, method="POST")
    assert till.send() == 0
    refund.refresh_from_db()
    assert (refund.state, till.orders()) == ("approved", [])
    assert refund.entries.latest("number").event == "order_put_off"
    assert (till.send(), till.orders()) == (0, [])
    till.scene.clock.shift += PAUSE
    assert till.send() == 1
    assert len(till.orders()) == 1


def test_what_never_left_us_is_ordered_again_after_a_pause(till: Till) -> None:
    """The gateway's port is closed: no request can have reached it."""
    refund, reachable = till.approved(), till.payouts
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/api/v1"
        till.payouts = build_payouts("crypton", api_url=url, api_key=KEY)
        assert till.send() == 0
    refund.refresh_from_db()
    assert (refund.state, till.orders()) == ("approved", [])
    till.payouts = reachable
    till.scene.clock.shift += PAUSE
    assert till.send() == 1
    assert len(till.orders()) == 1


def test_while_the_gateway_cannot_tell_nothing_is_ordered(
    till: Till, caplog: pytest.LogCaptureFixture
) -> None:
    refund = lose(till, "down")
    for fault in ("down", "unavailable", "truncated", "html", "no_permission"):
        till.scene.sandbox.control("faults", kind=fault)
        till.scene.clock.shift += timedelta(hours=1)
        assert till.send() == 0
        refund.refresh_from_db()
        assert refund.state == "in_doubt"
    assert till.orders() == []
    assert "cryptopay.E703" in caplog.text


def test_staff_who_have_looked_have_it_ordered_once_more(till: Till) -> None:
    refund = in_doubt(till)
    settle_not_sent(refund.pk, "Not in the console.", "staff 3", till.scene.runtime)
    entry = refund.entries.latest("number")
    assert (entry.event, entry.actor, entry.note) == (
        "order_not_made",
        "staff 3",
        "Not in the console.",
    )
    assert till.send() == 1
    refund.refresh_from_db()
    assert (refund.state, len(till.orders())) == ("sent", 1)


def test_staff_who_looked_badly_are_saved_by_the_look_before_the_order(
    till: Till,
) -> None:
    refund, inner = lose(till, "lost_reply"), till.payouts
    till.payouts = Lagging(inner, hidden=1)
    till.scene.clock.shift += DOUBT
    till.send()
    settle_not_sent(refund.pk, "I saw none.", "staff 3", till.scene.runtime)
    assert till.send() == 1
    refund.refresh_from_db()
    assert (refund.state, len(till.orders())) == ("sent", 1)


@pytest.mark.parametrize("state", ["approved", "sending", "sent"])
def test_nobody_settles_what_is_not_in_doubt(till: Till, state: str) -> None:
    """While it is being sent, whoever sends it may not have asked yet."""
    refund = lose(till, "lost_reply") if state == "sending" else till.approved()
    if state == "sent":
        till.send()
    with pytest.raises(RefundError, match=state):
        settle_not_sent(refund.pk, "None.", "staff 3", till.scene.runtime)
    refund.refresh_from_db()
    assert refund.state == state


def test_nobody_settles_without_a_reason(till: Till) -> None:
    refund = in_doubt(till)
    with pytest.raises(RefundError, match="how you know"):
        settle_not_sent(refund.pk, " ", "staff 3", till.scene.runtime)


def test_an_order_that_staff_have_found_is_followed(till: Till) -> None:
    """The list never shows it: the gateway's console does."""
    refund, inner = lose(till, "lost_reply"), till.payouts
    (order,) = till.orders()
    till.payouts = Lagging(inner, hidden=10**6)
    till.scene.clock.shift += HOURS
    till.send()
    settle_sent(refund.pk, order["id"], "staff 3", till.scene.runtime, till.payouts)
    entry = refund.entries.latest("number")
    assert (entry.event, entry.actor, entry.order_id) == (
        "order_taken",
        "staff 3",
        order["id"],
    )
    for _ in range(2):
        till.scene.sandbox.mine(40)
        till.follow()
    refund.refresh_from_db()
    assert (refund.state, len(till.orders())) == ("confirmed", 1)


@pytest.mark.parametrize(
    ("omitted", "words"),
    [
        ({"coin": "usdc"}, "its coin is “usdc”"),
        ({"network": "tron"}, "its network is “tron”"),
        ({"amount": "50.2"}, "its amount is “50.2”"),
        ({"to_address": "0x52908400098527886E0F7030069857D2E4169EE7"}, "it goes to"),
        ({"metadata": {"refund": "another"}}, "it was made for refund another"),
        ({"amount": ""}, "its amount is “”"),
        ({"to_address": ""}, "it goes to “”"),
        ({"network": ""}, "its network is “”"),
        ({"created_at": datetime(2020, 1, 1, tzinfo=UTC)}, "made before"),
    ],
    ids=str,
)
def test_an_order_that_is_not_this_refunds_settles_nothing(
    till: Till, omitted: dict[str, object], words: str
) -> None:
    refund = in_doubt(till)
    order = till.payouts.send(refund.asset, 50_100_000, WALLET, metadata={})
    till.payouts = Lagging(till.payouts, omitted=omitted)
    with pytest.raises(RefundError, match=words):
        settle_sent(refund.pk, order.id, "staff 3", till.scene.runtime, till.payouts)
    refund.refresh_from_db()
    assert (refund.state, refund.gateway_id) == ("in_doubt", "")


def test_an_order_of_another_refund_or_of_nobody_settles_nothing(till: Till) -> None:
    first, second = till.paid(), till.paid()
    till.approved(first)
    till.send()
    (order,) = till.orders()
    other = Refund.objects.get()
    till.payouts = Lagging(till.payouts, omitted={"metadata": {}})
    refund = till.approved(second)
    till.scene.sandbox.control("faults", kind="down", count=1, method="POST")
    till.send()
    till.scene.clock.shift += DOUBT
    till.send()
    for named, words in ((order["id"], str(other.pk)), ("wd_none", "does not show")):
        with pytest.raises(RefundError, match=words):
            settle_sent(refund.pk, named, "staff 3", till.scene.runtime, till.payouts)
    refund.refresh_from_db()
    assert refund.state == "in_doubt"


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
    till.payouts = Lagging(till.payouts, hidden=30)
    states = []
    for _ in range(31):
        till.scene.clock.shift += HOURS
        till.send()
        states.append(Refund.objects.get().state)
    assert states == ["in_doubt"] * 30 + ["sent"]
    assert len(till.orders()) == 1


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
    till.scene.clock.shift += DOUBT
    assert (till.send(), len(till.orders())) == (0, 1)
    assert Refund.objects.get().state == "in_doubt"


def test_an_order_of_another_refund_is_not_taken_for_this_one(till: Till) -> None:
    first, second = till.paid(), till.paid()
    till.approved(first)
    till.send()
    refund = till.approved(second)
    till.scene.sandbox.control("faults", kind="down", count=1, method="POST")
    till.send()
    till.scene.sandbox.control("faults", kind="none")
    till.payouts = Lagging(till.payouts, omitted={"metadata": {}})
    assert till.send() == 0
    till.scene.clock.shift += DOUBT
    assert till.send() == 0
    settle_not_sent(refund.pk, "None there.", "staff 3", till.scene.runtime)
    assert till.send() == 1
    assert len(till.orders()) == 2
    assert len(set(Refund.objects.values_list("gateway_id", flat=True))) == 2


def test_a_process_that_slept_does_not_send_any_more(till: Till) -> None:
    """It wakes after its intent, when another may have taken the refund over."""

    class Drowsy(Lagging):
        def recent(self, since: datetime, asset: Asset) -> Iterator[Withdrawal]:
            till.scene.clock.shift += timedelta(minutes=2)
            return self.inner.recent(since, asset)

    refund = in_doubt(till)
    settle_not_sent(refund.pk, "None there.", "staff 3", till.scene.runtime)
    till.payouts = Drowsy(till.payouts)
    assert (till.send(), till.orders()) == (0, [])
    assert Refund.objects.get().state == "approved"


def test_a_process_that_slept_gives_nothing_free_that_is_not_its_own(
    till: Till,
) -> None:
    """It wakes when its doubt was settled and another is asking the gateway."""
    awake = till.payouts

    class Asleep(Lagging):
        def send(
            self,
            asset: Asset,  # noqa: ARG002 - the port's
            units: int,  # noqa: ARG002 - the port's
            address: str,  # noqa: ARG002 - the port's
            *,
            metadata: Mapping[str, str],  # noqa: ARG002 - the port's
        ) -> Withdrawal:
            till.payouts = Lagging(awake, hidden=10**6)
            till.scene.clock.shift += DOUBT
            till.send()
            settle_not_sent(refund.pk, "None there.", "staff 3", till.scene.runtime)
            till.scene.sandbox.control(
                "faults", kind="lost_reply", count=1, method="POST"
            )
            till.send()
            raise RetryableError("It never left.")

    refund = till.approved()
    till.payouts = Asleep(awake)
    till.send()
    refund.refresh_from_db()
    assert (refund.state, len(till.orders())) == ("sending", 1)


def test_an_answer_that_comes_too_late_is_still_taken_down(till: Till) -> None:
    """Staff said that there was none, and there was."""

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
            till.payouts = Lagging(inner, hidden=1)
            till.scene.clock.shift += DOUBT
            till.send()
            settle_not_sent(refund.pk, "None there.", "staff 3", till.scene.runtime)
            return order

    refund = till.approved()
    inner = till.payouts
    till.payouts = Slow(inner)
    assert till.send() == 1
    till.payouts = inner
    till.send()
    assert len(till.orders()) == 1
    assert Refund.objects.get().state == "sent"
