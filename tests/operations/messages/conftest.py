"""Messages as the ledger leaves them, ready to be sent."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from pytest_django import Settings

from saleor_cryptopay.core.messages import KINDS, Audience, MessageName
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Message, Payment, Refund
from saleor_cryptopay.operations.messages import delivery, post_message
from tests.mail_server import MailServer, running_mail_server
from tests.stand_ins import Stage
from tests.web.rows import payment_in

TROUBLE = {"since": "2026-03-01 12:30 UTC", "why": "It is so.", "pair": "BTC/USD"}
LINES = {"differences": [f"payment {number}: differs" for number in range(25)]}
TRANSFER = {
    "amount": "50.1",
    "symbol": "USDT",
    "network": "ethereum",
    "hash": "0x9f",
    "url": "https://etherscan.io/tx/0x9f",
}


@dataclass
class Desk:
    """Writes messages down, and sends them with the stage's post."""

    stage: Stage

    def payment(self, state: PaymentState = PaymentState.CONFIRMED) -> Payment:
        """Store a payment of 50.10 USD in a state."""
        return payment_in(state, self.stage)

    def post(self, name: str, payment: Payment | None = None, **data: Any) -> Message:
        """Write a message down."""
        now = self.stage.clock()
        post_message(
            payment, name, key=str(Message.objects.count()), now=now, data=data
        )
        return Message.objects.latest("pk")

    def post_fitting(self, name: MessageName) -> Message:
        """Write a message down with all that it is about."""
        kind = KINDS[name]
        state = next(iter(sorted(kind.states)), PaymentState.CONFIRMED)
        payment = None
        if kind.audience == Audience.CUSTOMER or name == MessageName.NEEDS_REVIEW:
            payment = self.payment(state)
        refund = None
        if name.startswith("refund"):
            payment = payment or self.payment()
            states = sorted(kind.refund_states, reverse=True)
            refund = self.refund(payment, next(iter(states), "needs_address"))
        post_message(
            payment,
            name,
            key="1",
            now=self.stage.clock(),
            refund=refund,
            data={**TROUBLE, **LINES, "transfer": TRANSFER},
        )
        return Message.objects.latest("pk")

    def refund(self, payment: Payment, state: str = "needs_address") -> Refund:
        """Store a refund of 20 USDT."""
        now = self.stage.clock()
        return Refund.objects.create(
            payment=payment,
            key="1",
            source="paid",
            state=state,
            amount="20.000",
            currency="USD",
            asset_key="usdt@ethereum",
            network="ethereum",
            units=20_000_000,
            hash="0xabc",
            asked_at=now,
            expires_at=now,
            changed_at=now,
        )

    def send(self) -> Message:
        """Send what is due; return the latest message as it is then."""
        delivery.deliver_messages(self.stage.runtime)
        return Message.objects.latest("pk")

    def rule(self, **rules: Any) -> None:
        """Change the merchant's rules."""
        self.stage.policy = replace(self.stage.policy, **rules)


@pytest.fixture
def desk(db: None) -> Desk:  # noqa: ARG001 - a database
    return Desk(Stage())


@pytest.fixture(scope="session")
def mail_process() -> Iterator[MailServer]:
    with running_mail_server() as server:
        yield server


@pytest.fixture
def mail_server(mail_process: MailServer, settings: Settings) -> Iterator[MailServer]:
    """Give a mail server that Django sends to, mended after each test."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail_process.port
    settings.DEFAULT_FROM_EMAIL = "shop@example.com"
    fresh = MailServer(port=mail_process.port)
    mail_process.mails, mail_process.refusals = [], {}
    mail_process.answer = fresh.answer
    yield mail_process
    mail_process.stop()
    mail_process.start()
