"""The operations on a real PostgreSQL, against the running sandbox."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from saleor_cryptopay.gateways.registry import build_gateway
from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations import outbox, reconciliation
from saleor_cryptopay.operations.opening import Opening, open_payment
from saleor_cryptopay.operations.ports import Credit
from saleor_cryptopay.operations.runtime import Runtime
from tests.playing import KEY, SECRET, Sandbox, running_sandbox
from tests.recording_shop import RecordingShop
from tests.stand_ins import RecordingJobs, RecordingPost, make_policy

ASSETS = ("usdt@ethereum", "usdt@tron", "btc@bitcoin", "eth@ethereum")


@dataclass
class MovableClock:
    """The real time, shifted by what a test adds."""

    shift: timedelta = timedelta()

    def __call__(self) -> datetime:
        """Return the shifted time."""
        return datetime.now(UTC) + self.shift

    def pause(self, seconds: int) -> None:
        """Let time pass."""
        self.shift += timedelta(seconds=seconds)


@dataclass
class Scene:
    """A payment's world: the sandbox, a shop that writes down, a clock to move."""

    sandbox: Sandbox
    runtime: Runtime
    shop: RecordingShop
    post: RecordingPost
    jobs: RecordingJobs
    clock: MovableClock
    opened: int = field(default=0)

    def with_policy(self, **changes: Any) -> None:
        """Change the merchant's rules."""
        policy = replace(self.runtime.policies(""), **changes)
        self.runtime = replace(self.runtime, policies=lambda _channel: policy)

    def opening(
        self, asset: str = "usdt@ethereum", total: str = "50.10", reference: str = ""
    ) -> Opening:
        """Return what a shop asks for; every call is another transaction."""
        self.opened += 1
        return Opening(
            reference=reference or f"transaction-{self.opened}",
            channel="default-channel",
            total=Decimal(total),
            currency="USD",
            asset_key=asset,
        )

    def open(self, asset: str = "usdt@ethereum", total: str = "50.10") -> Payment:
        """Open a payment."""
        return open_payment(self.opening(asset, total), self.runtime)

    def pay(self, payment: Payment, amount: str, **details: object) -> str:
        """Send coins to the payment's address; return the gateway's id of it."""
        assert payment.address is not None
        return str(self.sandbox.pay(payment.address.address, amount, **details)["id"])

    def poll(self) -> None:
        """Compare with the gateway, and tell the shop."""
        reconciliation.reconcile(self.runtime)
        outbox.deliver_effects(self.runtime)

    def credits(self, payment: Payment) -> list[Decimal]:
        """Return what the shop was told as credited."""
        return [credit.amount for credit in self._credits("credit", payment)]

    def notices(self, payment: Payment) -> list[str]:
        """Return the notes that staff see."""
        return [credit.message for credit in self._credits("notice", payment)]

    def told(self, payment: Payment) -> list[str]:
        """Return the kinds of what the shop was told, in order."""
        rows = self.shop.told.values()
        return [kind for kind, ref, _ in rows if ref == payment.reference]

    def amounts(self, kind: str, payment: Payment) -> list[Decimal]:
        """Return the amounts of one kind of record."""
        return [credit.amount for credit in self._credits(kind, payment)]

    def _credits(self, kind: str, payment: Payment) -> list[Credit]:
        return [
            credit
            for found, reference, credit in self.shop.told.values()
            if found == kind and reference == payment.reference and credit
        ]


@pytest.fixture(scope="session")
def sandbox_process(service_folder: Path) -> Iterator[Sandbox]:
    with running_sandbox(service_folder) as sandbox:
        yield sandbox


@pytest.fixture
def scene(sandbox_process: Sandbox, db: None) -> Scene:  # noqa: ARG001 - a database
    sandbox_process.reset()
    cache.clear()  # counts of what other tests sent
    clock, shop, jobs = MovableClock(), RecordingShop(), RecordingJobs()
    post = RecordingPost()
    policy = make_policy(*ASSETS)
    runtime = Runtime(
        gateway=build_gateway(
            "crypton",
            api_url=sandbox_process.api_url,
            api_key=KEY,
            webhook_secrets=(SECRET,),
        ),
        shop=shop,
        post=post,
        clock=clock,
        policies=lambda _channel: policy,
        jobs=jobs,
        base_url="https://api.shop.example/plugins/global/saleor_cryptopay/",
        pause=clock.pause,
    )
    return Scene(sandbox_process, runtime, shop, post, jobs, clock)
