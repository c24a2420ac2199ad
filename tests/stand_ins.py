"""Stand-ins for what the operations are handed: each implements its port in memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from saleor_cryptopay.core.assets import Asset, find_asset
from saleor_cryptopay.core.errors import TerminalError
from saleor_cryptopay.core.events import TransferReported
from saleor_cryptopay.gateways.base import IssuedAddress
from saleor_cryptopay.gateways.crypton import CryptonGateway
from saleor_cryptopay.operations.ports import Completion, Credit, Line, Summary
from saleor_cryptopay.operations.runtime import Appearance, LatePolicy, Policy, Runtime

WEBHOOK_SECRET = "a-webhook-secret-of-the-tests-only"

ORDER = Summary(
    "Tea & Cups",
    "Order 1042",
    (Line("Sencha, 100 g", 2), Line("Cup “Kyō”", 1)),
    "https://shop.example/checkout/done?order=1042",
)


@dataclass
class SettableClock:
    """A clock that stands still until it is set."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now


@dataclass
class RecordingShop:
    """A shop that writes down what it is told, once for each key."""

    described: Summary = ORDER
    told: dict[str, tuple[str, str, Credit | None]] = field(default_factory=dict)
    messages: list[tuple[str, str]] = field(default_factory=list)
    completion: Completion = Completion.DONE
    is_cancelable: bool = True
    reasons: dict[str, str] = field(default_factory=dict)

    def summary(self, reference: str) -> Summary:  # noqa: ARG002 - one for all
        return self.described

    def _write(
        self, kind: str, reference: str, key: str, credit: Credit | None = None
    ) -> None:
        self.told.setdefault(f"{kind} {reference} {key}", (kind, reference, credit))

    def record_notice(self, reference: str, key: str, credit: Credit) -> None:
        self._write("notice", reference, key, credit)

    def record_pending(self, reference: str, credit: Credit) -> None:
        self._write("pending", reference, credit.reference, credit)

    def record_credit(self, reference: str, credit: Credit) -> None:
        self._write("credit", reference, credit.reference, credit)

    def record_loss(self, reference: str, credit: Credit) -> None:
        self._write("loss", reference, credit.reference, credit)

    def record_reversal(self, reference: str, credit: Credit) -> None:
        self._write("reversal", reference, credit.reference, credit)

    def record_end(self, reference: str, message: str, at: datetime) -> None:  # noqa: ARG002 - the port's
        self._write("end", reference, message)

    def credited(self, reference: str) -> Decimal:
        signs = {"credit": 1, "reversal": -1}
        return sum(
            (
                signs[kind] * credit.amount
                for kind, told_of, credit in self.told.values()
                if told_of == reference and kind in signs and credit
            ),
            Decimal(0),
        )

    def unwanted(self, reference: str) -> str:
        return self.reasons.get(reference, "")

    def complete(self, reference: str) -> Completion:
        self._write("complete", reference, "")
        return self.completion

    def tell_staff(self, subject: str, message: str) -> None:
        self.messages.append((subject, message))

    def cancel_order(self, reference: str) -> bool:
        self._write("cancel_order", reference, "")
        return self.is_cancelable


@dataclass
class RecordingJobs:
    """Work for later, written down and left undone."""

    asked: list[str] = field(default_factory=list)
    checks: list[UUID] = field(default_factory=list)

    def apply_deliveries(self) -> None:
        self.asked.append("apply_deliveries")

    def deliver_effects(self) -> None:
        self.asked.append("deliver_effects")

    def check_payment(self, payment_id: UUID) -> None:
        self.checks.append(payment_id)


class ScriptedGateway(CryptonGateway):
    """The real gateway's way of reading, with answers that a test laid ready."""

    def __init__(self, secrets: Sequence[str] = (WEBHOOK_SECRET,)) -> None:
        super().__init__("http://127.0.0.1:9/api/v1", "sk_test_stand_in", secrets)
        self.addresses: list[str] = []
        self.refusal: Exception | None = None
        self.transfers: list[TransferReported] = []

    def create_address(
        self,
        asset: Asset,
        *,
        label: str,  # noqa: ARG002 - the port's
        metadata: Mapping[str, str],  # noqa: ARG002 - the port's
    ) -> IssuedAddress:
        if self.refusal is not None:
            raise self.refusal
        address = self.addresses.pop(0)
        return IssuedAddress(
            f"addr_{address[-8:]}", address, asset.network.slug, asset.coin
        )

    def fetch_transaction(self, transaction_id: str) -> TransferReported:
        for transfer in self.transfers:
            if transfer.transaction_id == transaction_id:
                return transfer
        raise TerminalError("No such transaction.", code="RESOURCE_NOT_FOUND")

    def transactions_since(
        self,
        since: datetime | None,  # noqa: ARG002 - the port's
        *,
        until: datetime | None = None,  # noqa: ARG002 - the port's
        address_id: str = "",
    ) -> Iterator[TransferReported]:
        return (
            transfer
            for transfer in self.transfers
            if address_id in ("", transfer.address_id)
        )


def make_policy(*assets: str) -> Policy:
    """Return a merchant's rules that offer these assets."""
    return Policy(
        assets=tuple(find_asset(key) for key in assets),
        rates={("btc", "USD"): Decimal("64000.00"), ("eth", "USD"): Decimal(3200)},
        payment_window=timedelta(hours=24),
        quote_life=timedelta(minutes=15),
        tolerance_percent=Decimal(0),
        confirmations={},
        accept_unconfirmed=False,
        late_payments=LatePolicy.REVIEW,
        complete_checkouts=True,
        cancel_unpaid_orders=True,
    )


@dataclass
class Stage:
    """A runtime whose parts a test can reach."""

    clock: SettableClock = field(default_factory=SettableClock)
    shop: RecordingShop = field(default_factory=RecordingShop)
    jobs: RecordingJobs = field(default_factory=RecordingJobs)
    gateway: ScriptedGateway = field(default_factory=ScriptedGateway)
    policy: Policy = field(
        default_factory=lambda: make_policy(
            "usdt@ethereum", "usdt@tron", "btc@bitcoin", "eth@ethereum"
        )
    )
    base_url: str = "https://api.shop.example/plugins/global/saleor_cryptopay/"
    appearance: Appearance = field(default_factory=Appearance)

    @property
    def runtime(self) -> Runtime:
        """The runtime of these parts."""
        return Runtime(
            gateway=self.gateway,
            shop=self.shop,
            clock=self.clock,
            policies=lambda _channel: self.policy,
            jobs=self.jobs,
            base_url=self.base_url,
            appearance=self.appearance,
        )
