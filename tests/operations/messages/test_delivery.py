"""Sending what was written down: once, later where it must be, given up in the end."""

from datetime import timedelta

import pytest
from django.db import transaction

from saleor_cryptopay.core.errors import PostError
from saleor_cryptopay.core.messages import MessageName
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Effect, Message, Payment
from saleor_cryptopay.operations.messages import delivery, post_message
from saleor_cryptopay.operations.retries import claim

from .conftest import Desk

CONFIRMED = MessageName.PAYMENT_CONFIRMED
AWAY = PostError("The mail server cannot be reached: Connection refused.")


class Killed(BaseException):
    """The process ends here: nothing in it may catch this."""


def test_a_customer_is_written_to_once(desk: Desk) -> None:
    payment = desk.payment()
    desk.post(CONFIRMED, payment)
    message = desk.send()
    desk.send()
    assert [whom for whom, _ in desk.stage.post.letters] == [payment.reference]
    assert message.sent_at is not None
    assert (message.attempts, message.note) == (1, "")


def test_the_same_key_is_the_same_message(desk: Desk) -> None:
    now = desk.stage.clock()
    for payment in (desk.payment(), None):
        name = CONFIRMED if payment else MessageName.GATEWAY_TROUBLE
        for _ in range(2):
            post_message(payment, name, key="1", now=now)
    assert Message.objects.count() == 2


def test_a_name_that_no_message_has_is_refused(desk: Desk) -> None:
    with pytest.raises(ValueError, match="payment_vanished"):
        desk.post("payment_vanished")


def test_a_message_of_a_commit_that_fails_is_never_sent(desk: Desk) -> None:
    with transaction.atomic():
        desk.post(CONFIRMED, desk.payment())
        transaction.set_rollback(True)
    assert not Message.objects.exists()


def test_a_server_that_is_away_is_asked_again_later(desk: Desk) -> None:
    desk.post(CONFIRMED, desk.payment())
    desk.stage.post.refusal = AWAY
    message = desk.send()
    assert (message.sent_at, message.note) == (None, str(AWAY))
    assert delivery.deliver_messages(desk.stage.runtime) == 0
    desk.stage.post.refusal = None
    desk.stage.clock.now += timedelta(seconds=6)
    assert desk.send().sent_at is not None
    ids = {letter.message_id for _, letter in desk.stage.post.letters}
    assert len(ids) == 1


def test_a_server_that_is_away_is_not_asked_for_each_message(desk: Desk) -> None:
    payment = desk.payment()
    for _ in range(10):
        desk.post(CONFIRMED, payment)
    desk.stage.post.refusal = AWAY
    assert delivery.deliver_messages(desk.stage.runtime) == delivery.PATIENCE


def test_what_is_given_up_can_be_sent_after_all(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.post(CONFIRMED, desk.payment())
    desk.stage.post.refusal = AWAY
    for _ in range(delivery.ATTEMPTS):
        desk.stage.clock.now += timedelta(hours=1)
        desk.send()
    assert Message.objects.get().is_dead
    assert "cryptopay.E107: given up" in caplog.text
    desk.stage.post.refusal = None
    assert desk.send().sent_at is None
    assert delivery.revive(desk.stage.runtime) == 1
    assert desk.send().sent_at is not None


def test_a_recipient_that_does_not_exist_is_given_up_at_once(desk: Desk) -> None:
    desk.post(CONFIRMED, desk.payment())
    desk.stage.post.refusal = PostError("refused (550)", is_final=True)
    assert desk.send().is_dead


def test_a_shop_with_a_mail_server_for_a_day_less_is_waited_for(desk: Desk) -> None:
    desk.post(CONFIRMED, desk.payment())
    desk.stage.post.refusal = AWAY
    end = desk.stage.clock() + timedelta(days=1)
    while desk.stage.clock() < end:
        message = desk.send()
        desk.stage.clock.now = message.next_attempt_at
    assert not message.is_dead


def test_a_process_that_dies_while_sending_leads_to_the_same_letter_again(
    desk: Desk,
) -> None:
    desk.post(CONFIRMED, desk.payment())
    runtime = desk.stage.runtime
    (claimed,) = claim(delivery.waiting_messages(runtime.clock()), runtime.clock, 1)
    delivery._send(claimed, runtime)  # and here it dies
    assert delivery.deliver_messages(runtime) == 0
    desk.stage.clock.now += timedelta(minutes=3)
    assert desk.send().sent_at is not None
    (_, first), (_, second) = desk.stage.post.letters
    assert first.message_id == second.message_id


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("payment_insufficient", PaymentState.CONFIRMED),
        ("payment_insufficient", PaymentState.NEEDS_REVIEW),
        ("payment_detected", PaymentState.CONFIRMED),
        ("payment_expired", PaymentState.NEEDS_REVIEW),
        ("payment_failed", PaymentState.CONFIRMED),
    ],
)
def test_what_is_settled_by_then_is_not_asked_for(
    desk: Desk, name: str, state: PaymentState
) -> None:
    desk.post(name, desk.payment(state))
    message = desk.send()
    assert message.note == "not sent: overtaken by what came after"
    assert desk.stage.post.letters == []


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("refund_needs_address", "needs_approval"),
        ("refund_needs_approval", "declined"),
        ("refund_sent", "failed"),
        ("refund_sent", "declined"),
        ("refund_failed", "approved"),
        ("refund_failed", "declined"),
        ("refund_in_doubt", "sent"),
    ],
)
def test_what_is_not_so_any_more_of_a_refund_is_not_told(
    desk: Desk, name: str, state: str
) -> None:
    payment = desk.payment()
    refund = desk.refund(payment, state)
    now = desk.stage.clock()
    post_message(payment, name, key="1", now=now, refund=refund)
    assert desk.send().note == "not sent: overtaken by what came after"


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("refund_needs_address", "needs_address"),
        ("refund_needs_approval", "needs_approval"),
        ("refund_sent", "sent"),
        ("refund_sent", "confirmed"),
        ("refund_failed", "failed"),
        ("refund_in_doubt", "in_doubt"),
        ("refund_confirmed", "confirmed"),
    ],
)
def test_what_is_so_of_a_refund_is_told(desk: Desk, name: str, state: str) -> None:
    payment = desk.payment()
    refund = desk.refund(payment, state)
    now = desk.stage.clock()
    post_message(payment, name, key="1", now=now, refund=refund)
    assert desk.send().note == ""


def test_what_the_merchant_switched_off_is_not_sent(desk: Desk) -> None:
    desk.rule(customer_messages=frozenset({MessageName.PAYMENT_EXPIRED}))
    desk.post(CONFIRMED, desk.payment())
    assert desk.send().note == "not sent: switched off"
    assert desk.stage.post.letters == []


def test_staff_get_what_is_for_staff(desk: Desk) -> None:
    payment = desk.payment()
    desk.post(MessageName.NEEDS_REVIEW, payment, why="late")
    desk.post(MessageName.GATEWAY_TROUBLE, since="noon")
    desk.send()
    assert [whom for whom, _ in desk.stage.post.letters] == ["staff", "staff"]
    desk.rule(staff_messages=frozenset())
    desk.post(MessageName.NEEDS_REVIEW, payment, why="late")
    assert desk.send().note == "not sent: switched off"


def test_staff_are_written_to_once_in_each_of_their_languages(desk: Desk) -> None:
    desk.stage.post.staff = ("de", "en", "de-at", "nl")
    desk.post(MessageName.GATEWAY_TROUBLE, since="noon")
    message = desk.send()
    desk.send()
    letters = [letter for _, letter in desk.stage.post.letters]
    assert [letter.language for letter in letters] == ["de", "en"]
    assert len({letter.message_id for letter in letters}) == 2
    assert (message.told, message.note) == (["de", "en"], "")


def test_whoever_has_the_letter_gets_no_other_when_it_is_tried_again(
    desk: Desk,
) -> None:
    desk.stage.post.staff = ("ar", "de", "ja")
    desk.stage.post.refusals = {"de": AWAY}
    desk.post(MessageName.GATEWAY_TROUBLE, since="noon")
    message = desk.send()
    assert (message.sent_at, message.told) == (None, ["ar"])
    desk.stage.post.refusals = {}
    desk.stage.clock.now += timedelta(seconds=6)
    assert desk.send().sent_at is not None
    languages = [letter.language for _, letter in desk.stage.post.letters]
    assert languages == ["ar", "de", "ja"]


def test_one_who_does_not_exist_keeps_the_letter_from_nobody_else(desk: Desk) -> None:
    desk.stage.post.staff = ("ar", "de", "ja")
    desk.stage.post.refusals = {"de": PostError("refused (550)", is_final=True)}
    desk.post(MessageName.GATEWAY_TROUBLE, since="noon")
    message = desk.send()
    assert (message.is_dead, message.told) == (True, ["ar", "ja"])


def test_a_process_that_dies_between_two_letters_leads_to_the_rest(desk: Desk) -> None:
    desk.stage.post.staff = ("de", "ja")
    desk.stage.post.refusals = {"ja": Killed()}
    desk.post(MessageName.GATEWAY_TROUBLE, since="noon")
    with pytest.raises(Killed):
        delivery.deliver_messages(desk.stage.runtime)
    assert delivery.deliver_messages(desk.stage.runtime) == 0
    desk.stage.post.refusals = {}
    desk.stage.clock.now += timedelta(minutes=3)
    assert desk.send().sent_at is not None
    languages = [letter.language for _, letter in desk.stage.post.letters]
    assert languages == ["de", "ja"]


def test_without_anybody_to_write_to_nothing_is_tried_again(desk: Desk) -> None:
    desk.stage.post.staff = ()
    desk.post(MessageName.GATEWAY_TROUBLE, since="noon")
    assert desk.send().note == "not sent: nobody to write to"


def test_apps_are_told_once_even_if_the_mail_fails(desk: Desk) -> None:
    desk.rule(notify_apps=True)
    payment = desk.payment()
    desk.post(CONFIRMED, payment)
    desk.post(CONFIRMED, payment)
    desk.send()
    events = [event for _, event, _ in desk.stage.post.announced]
    assert events == ["saleor_cryptopay.payment_confirmed"] * 2
    Message.objects.update(sent_at=None, next_attempt_at=desk.stage.clock())
    desk.send()
    assert len(desk.stage.post.announced) == 2
    assert len(desk.stage.post.letters) == 4


def test_apps_can_write_in_our_place(desk: Desk) -> None:
    desk.rule(notify_apps=True, customer_messages=frozenset())
    desk.post(CONFIRMED, desk.payment())
    desk.send()
    assert desk.stage.post.letters == []
    assert len(desk.stage.post.announced) == 1


def test_apps_are_told_nothing_unless_the_merchant_wants_it(desk: Desk) -> None:
    desk.post(CONFIRMED, desk.payment())
    desk.send()
    assert desk.stage.post.announced == []


def wait_for_order(desk: Desk, payment: Payment) -> Effect:
    now = desk.stage.clock()
    return Effect.objects.create(
        payment=payment,
        key="1",
        kind=Effect.Kind.COMPLETE,
        created_at=now,
        next_attempt_at=now,
    )


def test_the_thanks_for_a_payment_wait_for_its_order(desk: Desk) -> None:
    payment = desk.payment()
    effect = wait_for_order(desk, payment)
    desk.post(CONFIRMED, payment)
    assert desk.send().sent_at is None
    effect.attempts = 1
    effect.save()
    assert desk.send().sent_at is not None


def test_the_thanks_wait_for_no_order_that_does_not_come(desk: Desk) -> None:
    payment = desk.payment()
    wait_for_order(desk, payment)
    desk.post(CONFIRMED, payment)
    desk.stage.clock.now += timedelta(minutes=3)
    assert desk.send().sent_at is not None


def test_nothing_else_waits_for_an_order(desk: Desk) -> None:
    payment = desk.payment()
    wait_for_order(desk, payment)
    desk.post(MessageName.PAYMENT_OVERPAID, payment)
    assert desk.send().sent_at is not None
