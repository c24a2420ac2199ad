"""`cryptopay refunds`: from the request to the decision, by hand."""

from datetime import timedelta
from typing import ClassVar

import pytest
from pytest_django import Settings

from saleor_cryptopay.core.refund_rules import RefundMode
from saleor_cryptopay.gateways.payouts import Payouts
from saleor_cryptopay.gateways.registry import build_payouts
from saleor_cryptopay.models import Payment, Refund
from saleor_cryptopay.operations import registration
from tests.operations.refunds.conftest import WALLET, Till, till
from tests.operations.refunds.lagging import Lagging
from tests.operations.tampering import tamper

from .conftest import Run

__all__ = ["till"]


class Purse:
    """Hands the commands the payouts of the test."""

    payouts: ClassVar[Payouts | None] = None


def tills_payouts() -> Payouts | None:
    """Return them; CRYPTOPAY_PAYOUTS names this function."""
    return Purse.payouts


@pytest.fixture(autouse=True)
def _purse(till: Till, settings: Settings) -> None:
    Purse.payouts = till.payouts
    settings.CRYPTOPAY_PAYOUTS = f"{__name__}.tills_payouts"


def test_a_surplus_is_asked_for_shown_and_approved(till: Till, run: Run) -> None:
    payment = till.paid("60")
    status, out = run(
        "refunds", "ask", str(payment.pk), "surplus", "--reason", "paid too much"
    )
    refund = Refund.objects.get()
    assert (status, str(refund.pk) in out) == (0, True)
    assert "9.9 USDT on Ethereum" in out
    till.name(refund)
    assert str(refund.pk) in run("refunds", "list", "--state", "needs_approval")[1]
    status, out = run("refunds", "approve", str(refund.pk))
    assert (status, f"goes to {WALLET}\n" in out) == (0, True)
    shown = run("refunds", "show", str(refund.pk))[1]
    assert WALLET in shown
    assert f"refund/{refund.token}/" in shown
    assert "staff_approved" in shown
    assert till.send() == 1


def test_a_wrong_coin_is_asked_for_by_amount(till: Till, run: Run) -> None:
    payment = till.paid("25", coin="usdc")
    assert run("refunds", "ask", str(payment.pk), "set_aside", "--amount", "5")[0] == 0
    refund = Refund.objects.get()
    assert (refund.asset_key, refund.units) == ("usdc@ethereum", 5_000_000)


def test_paid_coins_are_asked_for_by_money(till: Till, run: Run) -> None:
    payment = till.paid()
    assert run("refunds", "ask", str(payment.pk), "paid", "--amount", "10")[0] == 0
    assert Refund.objects.get().units == 10_000_000


@pytest.mark.parametrize("source", Refund.Source.values)
def test_an_amount_of_zero_is_not_all(till: Till, run: Run, source: str) -> None:
    payment = till.paid("60")
    till.scene.pay(payment, "25", coin="usdc")
    till.scene.sandbox.mine()
    till.scene.poll()
    status, out = run("refunds", "ask", str(payment.pk), source, "--amount", "0")
    assert (status, "An amount is more than zero." in out) == (1, True)
    assert not Refund.objects.exists()


def test_the_same_key_makes_one_refund(till: Till, run: Run) -> None:
    payment = till.paid()
    for _ in range(2):
        run("refunds", "ask", str(payment.pk), "paid", "--key", "ticket 7")
    assert Refund.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ask", "0", "paid"), "no payment 0"),
        (("approve", "0"), "no refund 0"),
        (("show", "1b4e28ba-2fa1-11d2-883f-0016d3cca427"), "There is no refund"),
    ],
)
def test_what_is_not_there_is_said(
    till: Till, run: Run, arguments: tuple[str, ...], words: str
) -> None:
    del till
    status, out = run("refunds", *arguments)
    assert (status, words in out) == (1, True)


def test_what_cannot_be_done_is_said(till: Till, run: Run) -> None:
    payment = till.paid()
    assert "no such coins" in run("refunds", "ask", str(payment.pk), "surplus")[1]
    refund = till.ask(payment)
    status, out = run("refunds", "approve", str(refund.pk))
    assert (status, "needs_address" in out) == (1, True)
    assert run("refunds", "decline", str(refund.pk), "--reason", "no")[0] == 0
    assert run("refunds", "try-again", str(refund.pk))[0] == 1


@pytest.mark.parametrize("reason", [(), ("--reason", " ")])
@pytest.mark.parametrize("decision", ["decline", "refuse-address"])
def test_the_customer_is_told_why_also_by_command(
    till: Till, run: Run, decision: str, reason: tuple[str, ...]
) -> None:
    refund = till.name(till.ask(till.paid()))
    decide = ("refunds", decision, str(refund.pk))
    status, out = run(*decide, *reason)
    assert (status, "Give a reason: the customer reads it." in out) == (1, True)
    refund.refresh_from_db()
    assert refund.state == "needs_approval"
    assert run(*decide, "--reason", "It is an exchange's.")[0] == 0


def doubtful(till: Till, fault: str) -> Refund:
    """Return a refund in doubt."""
    refund = till.approved()
    till.scene.sandbox.control("faults", kind=fault, count=1, method="POST")
    till.send()
    till.scene.sandbox.control("faults", kind="none")
    sender, till.payouts = till.payouts, Lagging(till.payouts, hidden=1)
    till.scene.clock.shift += timedelta(minutes=30)
    till.send()
    till.payouts = sender
    return refund


def test_a_doubt_is_settled_by_the_order_that_was_found(till: Till, run: Run) -> None:
    refund = doubtful(till, "lost_reply")
    assert str(refund.pk) in run("refunds", "list", "--state", "in_doubt")[1]
    assert f"{refund.pk} is in doubt" in run("check")[1]
    status, out = run("refunds", "settle", str(refund.pk), "sent")
    assert (status, "--order" in out) == (1, True)
    (order,) = till.orders()
    found = ("refunds", "settle", str(refund.pk), "sent", "--order", order["id"])
    assert run(*found)[0] == 0
    assert "in doubt" not in run("check")[1]
    shown = run("refunds", "show", str(refund.pk))[1]
    assert order["id"] in shown
    assert "order_taken       command" in shown
    assert run(*found)[0] == 1
    assert (till.send(), len(till.orders())) == (0, 1)


def test_a_doubt_is_settled_by_whoever_found_none(till: Till, run: Run) -> None:
    refund = doubtful(till, "down")
    settle = ("refunds", "settle", str(refund.pk), "not-sent")
    assert "how you know" in run(*settle)[1]
    assert run(*settle, "--reason", "Looked at the console.")[0] == 0
    assert "Looked at the console." in run("refunds", "show", str(refund.pk))[1]
    assert (till.send(), len(till.orders())) == (1, 1)


def test_without_a_key_no_order_is_looked_up(till: Till, run: Run) -> None:
    refund = doubtful(till, "down")
    Purse.payouts = None
    found = ("refunds", "settle", str(refund.pk), "sent", "--order", "wd_1")
    assert "no key" in run(*found)[1]


def test_the_audit_knows_what_went_back(till: Till, run: Run) -> None:
    payment = till.paid()
    till.approved(payment, "10")
    till.send()
    till.ask(payment, "5", key="2")
    for _ in range(2):
        till.scene.sandbox.mine(40)
        till.follow()
    till.tell()
    status, out = run("audit")
    assert status == 0, out
    assert "5 promised back, 10 sent back" in out
    assert "0 differences" in out
    exported = run("export")[1]
    assert "10 usdt@ethereum" in exported
    assert Refund.objects.get(state="confirmed").hash in exported


def test_the_audit_finds_more_promised_than_came(till: Till, run: Run) -> None:
    refund = till.ask(till.paid())
    tamper(refund, units=50_100_001)
    status, out = run("audit")
    assert (status, "50100001 units of usdt@ethereum go back" in out) == (1, True)


def test_the_check_tries_the_key_for_refunds(till: Till, run: Run) -> None:
    registration.keep_registered(till.scene.runtime)
    till.scene.poll()
    assert "The key for refunds is good." in run("check")[1]
    url = till.scene.sandbox.api_url
    Purse.payouts = build_payouts("crypton", api_url=url, api_key="sk_test_stranger")
    assert "The key for refunds fails" in run("check")[1]
    Purse.payouts = None
    assert "no key to send them with" in run("check")[1]
    till.rules(mode=RefundMode.OFF)
    assert "for refunds" not in run("check")[1]


def test_a_changed_secret_key_is_sealed_over(
    till: Till, run: Run, settings: Settings
) -> None:
    refund = till.name(till.ask(till.paid()))
    before = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [before]
    assert "1 refunds sealed" in run("reseal")[1]
    settings.SECRET_KEY_FALLBACKS = []
    assert run("refunds", "approve", str(refund.pk))[0] == 0
    assert Payment.objects.count() == 1
