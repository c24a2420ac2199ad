"""Reconciliation: with every webhook lost, the end is the same, inside the budget."""

from contextlib import suppress
from datetime import timedelta

import httpx
import pytest

from saleor_cryptopay.core.errors import GatewayError, RetryableError
from saleor_cryptopay.models import Cursor, Payment, Spending, Transfer
from saleor_cryptopay.operations import budget, expiry, reconciliation
from tests.playing import KEY

from .conftest import Scene

NEVER_FULL = 1_000_000


def state(payment: Payment) -> str:
    return Payment.objects.get(pk=payment.pk).state


def requests_made(scene: Scene) -> int:
    """Return how many requests the gateway has counted since the limits were set."""
    reply = httpx.get(
        f"{scene.sandbox.api_url}/auth/test", headers={"X-Api-Key": KEY}, timeout=10
    )
    return NEVER_FULL - int(reply.headers["X-RateLimit-Remaining"]) - 1


def poll_for_minutes(scene: Scene, minutes: int) -> None:
    for _ in range(minutes):
        scene.poll()
        scene.clock.shift += timedelta(minutes=1)


def count_requests(scene: Scene) -> None:
    # By the day: a minute may end while they are counted.
    scene.sandbox.control("limits", per_minute=0, per_hour=0, per_day=NEVER_FULL)


def leave_in_the_budget(scene: Scene, requests: int) -> None:
    used = budget.share("test", "minute", is_spare=False) - requests
    now = scene.clock()
    minute = Spending.objects.filter(window="minute")
    minute.update(used=used, began_at=now)


@pytest.mark.parametrize("hours", [1, 24, 72])
def test_an_outage_is_made_up_for_by_the_first_poll_after_it(
    scene: Scene, hours: int
) -> None:
    scene.with_policy(payment_window=timedelta(days=7))
    scene.clock.shift = -timedelta(hours=hours)
    payment, other = scene.open(), scene.open("btc@bitcoin")
    scene.poll()
    scene.pay(payment, "50.1")
    scene.sandbox.mine()
    scene.sandbox.control("faults", kind="down")
    with pytest.raises(GatewayError):
        scene.poll()
    scene.clock.shift = timedelta()
    scene.sandbox.control("faults", kind="none")
    scene.poll()
    assert (state(payment), state(other)) == ("confirmed", "awaiting_payment")


def test_what_was_read_of_a_long_outage_is_not_read_again(scene: Scene) -> None:
    scene.open()
    scene.clock.shift = -timedelta(days=3)
    scene.poll()
    scene.clock.shift = timedelta()
    leave_in_the_budget(scene, 4)  # four slices of six hours
    with pytest.raises(RetryableError, match="of this minute"):
        reconciliation.reconcile(scene.runtime)
    read_until = Cursor.objects.get(name="crypton:test").read_until
    passed = read_until - (scene.clock() - timedelta(days=3))
    assert timedelta(hours=22) < passed < timedelta(hours=24)


def test_an_idle_poll_is_one_request(scene: Scene) -> None:
    scene.open()
    poll_for_minutes(scene, 35)  # the first round over thirty days
    count_requests(scene)
    scene.poll()
    assert requests_made(scene) == 1


def test_a_hundred_transfers_on_their_way_cost_no_request_each(scene: Scene) -> None:
    payment = scene.open(total="1000.00")
    for _ in range(60):
        scene.pay(payment, "0.01")
    scene.poll()
    count_requests(scene)
    scene.poll()
    assert requests_made(scene) <= 3
    assert Transfer.objects.count() == 60


def test_an_hour_of_polling_keeps_within_its_share(scene: Scene) -> None:
    payment = scene.open(total="1000.00")
    for _ in range(60):
        scene.pay(payment, "0.01")
    scene.poll()
    Transfer.objects.update(seen_at=scene.clock() - timedelta(days=9))
    Spending.objects.all().delete()
    count_requests(scene)
    scene.clock.shift += timedelta(days=2)  # where no page shows them any more
    Cursor.objects.update(read_until=scene.clock())
    # The scene's clock goes on while the test runs: its hour must not become a second.
    last_minute = scene.clock() + timedelta(minutes=59)
    while scene.clock() < last_minute:
        reconciliation.reconcile(scene.runtime)
        for _ in range(3):
            with suppress(RetryableError):  # the budget is spent
                reconciliation.check_payment(payment.pk, scene.runtime)
        scene.clock.shift += timedelta(minutes=1)
    made = requests_made(scene)
    assert 250 <= made <= budget.share("test", "hour", is_spare=False)


@pytest.mark.parametrize("environment", ["test", "live"])
@pytest.mark.parametrize("window", ["minute", "hour", "day"])
def test_the_share_leaves_room_for_customers(environment: str, window: str) -> None:
    whole = budget.DOCUMENTED[environment][window]
    pages = budget.share(environment, window, is_spare=False)
    singles = budget.share(environment, window, is_spare=True)
    assert singles < pages <= whole // 2


def test_a_day_of_recent_pages_fits_beside_all_that_can_wait() -> None:
    pages = budget.share("test", "day", is_spare=False)
    singles = budget.share("test", "day", is_spare=True)
    assert pages - singles >= 24 * 60


def test_a_spent_budget_is_said_and_ends_with_its_window(scene: Scene) -> None:
    for _ in range(budget.share("test", "minute", is_spare=True)):
        budget.spend(scene.runtime, is_spare=True)
    with pytest.raises(RetryableError, match="of this minute"):
        budget.spend(scene.runtime, is_spare=True)
    budget.spend(scene.runtime, is_spare=False)
    scene.clock.shift += timedelta(minutes=1)
    budget.spend(scene.runtime, is_spare=True)


def test_a_final_transfer_that_disappears_hours_later_is_noticed(
    scene: Scene,
) -> None:
    payment = scene.open()
    transfer = scene.pay(payment, "50.1")
    scene.sandbox.mine()
    scene.poll()
    assert state(payment) == "confirmed"
    scene.sandbox.control(f"transactions/{transfer}/reorganise")
    scene.clock.shift += timedelta(hours=5)
    scene.poll()
    assert state(payment) == "needs_review"
    assert scene.amounts("reversal", payment) == scene.credits(payment)


def test_coins_to_an_address_long_past_its_deadline_are_found(scene: Scene) -> None:
    payment = scene.open()
    scene.clock.shift = timedelta(days=20)
    poll_for_minutes(scene, 35)  # everything up to now is read
    expiry.expire_due(scene.runtime)
    # The gateway dates these coins twenty days back: no recent page has them.
    scene.pay(payment, "50.1")
    scene.sandbox.mine()
    scene.poll()
    assert not Transfer.objects.exists()
    scene.clock.shift = timedelta(days=21, hours=1)
    poll_for_minutes(scene, 35)
    assert state(payment) in ("confirmed", "needs_review")
    assert Transfer.objects.get().is_final


def test_a_page_that_asks_for_a_check_is_within_the_budget_too(scene: Scene) -> None:
    payment = scene.open()
    for _ in range(budget.share("test", "minute", is_spare=True)):
        reconciliation.check_payment(payment.pk, scene.runtime)
    with pytest.raises(RetryableError, match="Polling has made"):
        reconciliation.check_payment(payment.pk, scene.runtime)
