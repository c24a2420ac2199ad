"""Alarms to staff: told once when they begin, once when they are over."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from saleor_cryptopay.core.errors import RetryableError
from saleor_cryptopay.gateways.signatures import secret_mark
from saleor_cryptopay.models import Delivery, Message, Transfer
from saleor_cryptopay.operations import alarms, refusals
from saleor_cryptopay.operations.messages.letters import write_letter
from tests.stand_ins import WEBHOOK_SECRET, ScriptedGateway, Stage
from tests.web.rows import give_address, make_payment, send_coins

NO_ANSWER = RetryableError("It did not answer.", code="TIMEOUT")
SECOND = "a-second-webhook-secret-of-the-tests"

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    return Stage()


def told() -> list[tuple[str, bool]]:
    """Return name and whether it is over, of all that staff are told."""
    rows = Message.objects.order_by("pk")
    return [(row.name, bool(row.data.get("is_over"))) for row in rows]


def later(stage: Stage, **span: int) -> None:
    stage.clock.now += timedelta(**span)


def delivered(stage: Stage, secret: str = WEBHOOK_SECRET) -> None:
    Delivery.objects.create(
        gateway="crypton",
        environment="test",
        body=b"{}",
        secret=secret_mark(secret),
        received_at=stage.clock(),
    )


def found_by_polling(stage: Stage, count: int) -> None:
    payment = make_payment(stage)
    give_address(payment, stage)
    for _ in range(count):
        send_coins(payment, stage, "1")


def test_a_gateway_that_is_away_for_long_is_told_once(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(40):
        alarms.watch_gateway(stage.runtime, NO_ANSWER)
        later(stage, minutes=1)
    assert told() == [("gateway_trouble", False)]
    assert caplog.text.count("cryptopay.E108") == 1
    for _ in range(3):
        alarms.watch_gateway(stage.runtime)
    assert told() == [("gateway_trouble", False), ("gateway_trouble", True)]


def test_a_gateway_that_is_back_soon_is_nobodys_alarm(stage: Stage) -> None:
    for _ in range(10):
        alarms.watch_gateway(stage.runtime, NO_ANSWER)
        later(stage, minutes=14)
        alarms.watch_gateway(stage.runtime)
    assert told() == []


def test_each_outage_is_told_for_itself(stage: Stage) -> None:
    for _ in range(2):
        alarms.watch_gateway(stage.runtime, NO_ANSWER)
        later(stage, minutes=20)
        alarms.watch_gateway(stage.runtime, NO_ANSWER)
        alarms.watch_gateway(stage.runtime)
    assert told() == [("gateway_trouble", False), ("gateway_trouble", True)] * 2


def test_a_spent_budget_is_no_fault_of_the_gateway(stage: Stage) -> None:
    for _ in range(3):
        alarms.watch_gateway(
            stage.runtime, RetryableError("Later.", code="BUDGET_SPENT")
        )
        later(stage, minutes=20)
    assert told() == []


def test_coins_without_webhooks_are_told_until_one_comes(stage: Stage) -> None:
    delivered(stage)
    later(stage, minutes=1)
    found_by_polling(stage, 2)
    alarms.watch_webhooks(stage.runtime)
    assert told() == []
    later(stage, minutes=16)
    for _ in range(3):
        alarms.watch_webhooks(stage.runtime)
    assert told() == [("webhook_trouble", False)]
    delivered(stage)
    alarms.watch_webhooks(stage.runtime)
    assert told() == [("webhook_trouble", False), ("webhook_trouble", True)]


@pytest.mark.parametrize("count", [0, 1])
def test_a_single_webhook_that_was_lost_is_no_alarm(stage: Stage, count: int) -> None:
    found_by_polling(stage, count)
    later(stage, minutes=30)
    alarms.watch_webhooks(stage.runtime)
    assert told() == []


def test_coins_that_webhooks_told_of_are_no_alarm(stage: Stage) -> None:
    found_by_polling(stage, 5)
    later(stage, minutes=1)
    delivered(stage)
    later(stage, minutes=30)
    alarms.watch_webhooks(stage.runtime)
    assert Transfer.objects.count() == 5
    assert told() == []


def test_bad_signatures_that_pile_up_are_told_once(stage: Stage) -> None:
    cache.clear()
    for _ in range(alarms.REFUSED - 1):
        refusals.count_refusal(stage.clock())
    alarms.watch_signatures(stage.runtime)
    assert told() == []
    refusals.count_refusal(stage.clock())
    for _ in range(2):
        alarms.watch_signatures(stage.runtime)
    later(stage, hours=1)
    alarms.watch_signatures(stage.runtime)
    assert told() == [("secret_trouble", False)]
    later(stage, hours=1)
    alarms.watch_signatures(stage.runtime)
    assert told() == [("secret_trouble", False), ("secret_trouble", True)]


def test_a_secret_that_lies_unused_beside_another_is_told(stage: Stage) -> None:
    stage.gateway = ScriptedGateway([WEBHOOK_SECRET, SECOND])
    for _ in range(32):
        delivered(stage, SECOND)
        alarms.watch_secrets(stage.runtime)
        later(stage, days=1)
    assert told() == [("secret_trouble", False)]
    why = Message.objects.get().data["why"]
    assert why.startswith("Webhook secret 1 has signed nothing for 30 days")
    letter = write_letter(Message.objects.get(), stage.runtime, "de")
    assert "Das Webhook-Geheimnis Nr. 1 hat seit 30 Tagen" in letter.text
    assert WEBHOOK_SECRET not in why


def test_secrets_of_a_quiet_shop_are_left_alone(stage: Stage) -> None:
    stage.gateway = ScriptedGateway([WEBHOOK_SECRET, SECOND])
    for _ in range(40):
        alarms.watch_secrets(stage.runtime)
        later(stage, days=1)
    assert told() == []


def test_a_secret_that_is_used_now_and_then_is_in_use(stage: Stage) -> None:
    stage.gateway = ScriptedGateway([WEBHOOK_SECRET, SECOND])
    for day in range(60):
        delivered(stage, WEBHOOK_SECRET if day % 20 == 0 else SECOND)
        alarms.watch_secrets(stage.runtime)
        later(stage, days=1)
    assert told() == []
