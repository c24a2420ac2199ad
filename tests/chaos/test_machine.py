"""A state machine over gateway, chain, webhooks, polls, sweeps and staff (R5, R7).

Hypothesis chooses what happens; after every poll the ledger must agree with the model,
and at every moment the coins that are final must be what the shop was credited.
"""

from collections import Counter
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from saleor_cryptopay.core.events import TransferStatus as Status
from saleor_cryptopay.core.states import PaymentEvent
from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations import ledger
from saleor_cryptopay.operations.sums import sums

from .chain import Coins
from .figures import Figure, by_form
from .test_histories import model_of
from .world import World

if TYPE_CHECKING:
    from .model import ModelPayment

EXAMPLES = by_form(50, 1_000, 20_000)
STEPS = by_form(25, 40, 50)

ran: Counter[str] = Counter()


class Shopping(RuleBasedStateMachine):
    """Two payments at one gateway, and everything that can happen to them."""

    webhooks = Bundle("webhooks")
    coins = Bundle("coins")

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.world = World()
        self.heard = 0
        self.payments: list[tuple[Payment, ModelPayment]] = []

    def teardown(self) -> None:
        """Have the rows gone, whatever happened."""
        ran["runs"] += 1
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @initialize()
    def open(self) -> None:
        """Open both."""
        for total in ("50.10", "7.77"):
            payment = self.world.open(total)
            self.payments.append((payment, model_of(payment, self.world)))

    @rule(
        target=coins,
        which=st.sampled_from([0, 1]),
        amount=st.sampled_from(["7.77", "50.1", "25.05", "3", "0.000001", "60"]),
        coin=st.sampled_from(["usdt", "usdt", "usdt", "dai"]),
    )
    def pay(self, which: int, amount: str, coin: str) -> Coins:
        """A customer sends coins."""
        return self.world.pay(self.payments[which][0], amount, coin)

    @rule(coins=coins, status=st.sampled_from(["confirmed", "failed", "replaced"]))
    def move(self, coins: Coins, status: str) -> None:
        """The chain decides; also anew (a reorganisation)."""
        self.world.chain.move(coins, Status(status))

    @rule(target=webhooks, number=st.integers(0, 3))
    def post(self, number: int) -> bytes:
        """The gateway sends webhooks; those not chosen are lost."""
        sent = self.world.chain.webhooks[-4:]
        return sent[number % len(sent)] if sent else b"{}"

    @rule(body=webhooks)
    def deliver(self, body: bytes) -> None:
        """A webhook arrives, for the first time or again."""
        self.world.deliver(body)

    @rule(target=webhooks, body=consumes(webhooks))
    def lose(self, body: bytes) -> object:
        """A webhook never arrives."""
        del body
        return multiple()

    @rule()
    def apply(self) -> None:
        """The worker applies what arrived."""
        self.world.apply()
        self._listen()

    @rule()
    def poll(self) -> None:
        """The schedule polls."""
        self._poll()

    @rule(rows=st.integers(0, 3))
    def poll_into_an_outage(self, rows: int) -> None:
        """The gateway falls silent in the middle of a poll."""
        self.world.gateway.rows_until_outage = rows
        before = self.world.gateway.requests
        self.world.poll()
        self.world.gateway.rows_until_outage = None
        ran["requests into an outage"] += self.world.gateway.requests - before
        self._listen()
        self._note_checks()

    @rule()
    def sweep(self) -> None:
        """The schedule sweeps."""
        self.world.sweep()
        for _, model in self.payments:
            model.sweep(self.world.clock.now)

    @rule()
    def tell(self) -> None:
        """The worker tells the shop."""
        self.world.tell()

    @rule(minutes=st.sampled_from([1, 5, 20]))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.world.clock.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.payments)
    @rule()
    def reach_the_deadline(self) -> None:
        """The deadlines pass."""
        deadline = max(payment.expires_at for payment, _ in self.payments)
        if self.world.clock.now < deadline:
            self._poll()
            self.world.clock.now = deadline + timedelta(seconds=1)

    @rule(which=st.sampled_from([0, 1]))
    def cancel(self, which: int) -> None:
        """Staff cancel a payment in the shop."""
        payment, model = self.payments[which]
        ledger.record_event(payment.id, PaymentEvent.SHOP_CANCELED, self.world.runtime)
        if model.state == "awaiting_payment":
            model.state = "canceled"

    @invariant()
    def states_agree(self) -> None:
        """The ledger stands where the model stands."""
        ran["steps"] += 1
        for payment, model in self.payments:
            state = Payment.objects.get(pk=payment.pk).state
            assert state == model.state

    @invariant()
    def coins_are_conserved(self) -> None:
        """What is final and counts is what the shop will have been credited."""
        for payment, model in self.payments:
            final, _ = sums(payment)
            assert Fraction(final, 10**6) == model.settled
            credited = sum(row.credited for row in payment.transfers.all())
            assert credited == model.credit

    def _poll(self) -> None:
        self.world.poll()
        self._listen()
        self._note_checks()

    def _listen(self) -> None:
        told = self.world.gateway.told
        for report in told[self.heard :]:
            for _, model in self.payments:
                if model.address_id == report.address_id:
                    model.hear(report)
        self.heard = len(told)

    def _note_checks(self) -> None:
        """Take over whether a poll came to its end: that it may not is no error."""
        for payment, model in self.payments:
            model.checked_at = Payment.objects.get(pk=payment.pk).checked_at


@pytest.mark.django_db
def test_whatever_happens_the_ledger_agrees_with_the_model(figure: Figure) -> None:
    run_state_machine_as_test(
        Shopping,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    figure(
        "state machine",
        f"{ran['runs']} runs, {ran['steps']} steps compared with the model,"
        " 0 differences",
    )
