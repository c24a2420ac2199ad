"""A shop, its payments, the gateway and the chain: all of it in the test's hands."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from saleor_cryptopay.core.assets import find_asset
from saleor_cryptopay.core.errors import GatewayError
from saleor_cryptopay.gateways.base import Gateway, IssuedAddress
from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations import expiry, intake, outbox, reconciliation
from saleor_cryptopay.operations.opening import Opening, open_payment
from saleor_cryptopay.operations.runtime import Runtime
from tests.stand_ins import SettableClock, Stage

from .chain import Chain, Coins, MemoryGateway

USDT = find_asset("usdt@ethereum")

# Longer than any lease, shorter than what a poll looks back.
RECOVERY = timedelta(minutes=10)


@dataclass(frozen=True)
class End:
    """How a payment ended, as far as anybody could care."""

    state: str
    credited: Decimal
    transfers: tuple[tuple[str, str, bool, str, int], ...]
    told: tuple[str, ...]


class World:
    """One shop with its gateway; nothing happens unless a test makes it happen.

    Attributes:
        asked: the gateway that the operations are handed; the healthy one at first.
    """

    def __init__(self) -> None:
        self.clock = SettableClock(datetime(2026, 11, 22, 12, tzinfo=UTC))
        self.chain = Chain(self.clock)
        self.gateway = MemoryGateway(self.chain)
        self.stage = Stage(clock=self.clock, gateway=self.gateway)
        self.asked: Gateway = self.gateway
        self.shop = self.stage.shop
        self.opened = 0

    @property
    def runtime(self) -> Runtime:
        """What the operations are handed."""
        return replace(self.stage.runtime, gateway=self.asked)

    def open(self, total: str = "50.10", asset: str = USDT.key) -> Payment:
        """Open a payment with its address; without an asset the customer chooses."""
        self.opened += 1
        opening = Opening(
            reference=f"transaction-{self.opened}",
            channel="default-channel",
            total=Decimal(total),
            currency="USD",
            asset_key=asset,
        )
        return open_payment(opening, self.runtime)

    def issued(self, payment: Payment) -> IssuedAddress:
        """Return the payment's address as the gateway knows it."""
        assert payment.address is not None
        return self.gateway.issued[payment.address.address]

    def pay(self, payment: Payment, amount: str, coin: str = "usdt") -> Coins:
        """Send coins to a payment's address."""
        return self.chain.pay(self.issued(payment), USDT, amount, coin)

    def deliver(self, body: bytes) -> None:
        """Have a verified webhook stored."""
        intake.receive_delivery(body, self.runtime)

    def apply(self) -> None:
        """Apply stored webhooks."""
        intake.apply_deliveries(self.runtime)

    def poll(self) -> None:
        """Compare with the gateway as the schedule does, whether it answers or not."""
        with suppress(GatewayError):
            reconciliation.reconcile(self.runtime)

    def sweep(self) -> None:
        """Close what is due."""
        expiry.expire_due(self.runtime)

    def tell(self) -> None:
        """Deliver the outbox."""
        outbox.deliver_effects(self.runtime)

    def recover(self) -> None:
        """Let time pass and everything run once, the gateway being well."""
        self.gateway.rows_until_outage = None
        self.clock.now += RECOVERY
        self.apply()
        self.poll()
        self.sweep()
        self.tell()

    def credited(self, payment: Payment) -> Decimal:
        """Return what the shop counts as paid: credits without what was taken back."""
        signs = {"credit": 1, "reversal": -1}
        return sum(
            (
                credit.amount * signs[kind]
                for kind, reference, credit in self.shop.told.values()
                if reference == payment.reference and credit and kind in signs
            ),
            Decimal(0),
        )

    def end(self, payment: Payment) -> End:
        """Return how a payment stands."""
        rows = payment.transfers.order_by("gateway_id")
        transfers = tuple(
            (row.gateway_id, row.status, row.is_final, row.verdict, int(row.units))
            for row in rows
        )
        told = tuple(
            kind
            for kind, reference, _ in self.shop.told.values()
            if reference == payment.reference and kind not in {"notice", "credit"}
        )
        state = Payment.objects.get(pk=payment.pk).state
        return End(state, self.credited(payment), transfers, told)


@contextmanager
def passing_world() -> Iterator[World]:
    """Give a world whose rows are gone afterwards, in the middle of a test."""
    with transaction.atomic():
        yield World()
        transaction.set_rollback(True)


@contextmanager
def undone(world: World) -> Iterator[None]:
    """Take back what happens to a world's rows, clock and shop; not to its chain."""
    now, told = world.clock.now, dict(world.shop.told)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    world.clock.now = now
    world.shop.told.clear()
    world.shop.told.update(told)
