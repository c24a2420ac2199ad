"""Stand-ins for what the operations are handed: each implements its port in memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from demo.stand_in.desk import StandInDesk
from saleor_cryptopay.core.assets import Asset, find_asset
from saleor_cryptopay.core.errors import PostError, TerminalError
from saleor_cryptopay.core.events import TransferReported
from saleor_cryptopay.core.rates import RateRules
from saleor_cryptopay.gateways.base import IssuedAddress, Webhook
from saleor_cryptopay.gateways.crypton import CryptonGateway
from saleor_cryptopay.gateways.crypton.webhooks import EVENTS
from saleor_cryptopay.operations.messages.languages import choose_language
from saleor_cryptopay.operations.ports import Letter
from saleor_cryptopay.operations.runtime import Appearance, LatePolicy, Policy, Runtime
from saleor_cryptopay.rates.base import RateSource
from saleor_cryptopay.sandbox.identifiers import fresh_address
from tests.recording_shop import RecordingShop

WEBHOOK_SECRET = "a-webhook-secret-of-the-tests-only"


@dataclass
class SettableClock:
    """A clock that stands still until it is set."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now

    def pause(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class RecordingPost:
    """Letters, written down instead of sent: (whom, letter).

    Attributes:
        letters: what was written.
        announced: what apps were told: reference, event, payload.
        refusal: what every letter ends in, if anything.
        refusals: language → what letters to staff in it end in.
        staff: the languages of the staff there are.
        strangers: references that nobody knows.
    """

    letters: list[tuple[str, Letter]] = field(default_factory=list)
    announced: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)
    refusal: PostError | None = None
    refusals: dict[str, BaseException] = field(default_factory=dict)
    staff: tuple[str, ...] = ("en",)
    strangers: frozenset[str] = frozenset()

    def to_customer(self, reference: str, letter: Letter) -> bool:
        return reference not in self.strangers and self._write(reference, letter)

    def staff_languages(self) -> Sequence[str]:
        return sorted({choose_language(code) for code in self.staff})

    def to_staff(self, letter: Letter) -> bool:
        if error := self.refusals.get(letter.language):
            raise error
        is_read = letter.language in self.staff_languages()
        return is_read and self._write("staff", letter)

    def announce(self, reference: str, event: str, payload: Mapping[str, Any]) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.announced.append((reference, event, payload))

    def _write(self, whom: str, letter: Letter) -> bool:
        if self.refusal is not None:
            raise self.refusal
        self.letters.append((whom, letter))
        return True


@dataclass
class RecordingJobs:
    """Work for later, written down and left undone."""

    asked: list[str] = field(default_factory=list)
    checks: list[UUID] = field(default_factory=list)
    workers: int | None = 1

    def apply_deliveries(self) -> None:
        self.asked.append("apply_deliveries")

    def deliver_effects(self) -> None:
        self.asked.append("deliver_effects")

    def deliver_messages(self) -> None:
        self.asked.append("deliver_messages")

    def check_payment(self, payment_id: UUID) -> None:
        self.checks.append(payment_id)

    def count_workers(self) -> int | None:
        return self.workers


class ScriptedGateway(CryptonGateway):
    """The real gateway's way of reading, with answers that a test laid ready.

    Attributes:
        addresses: what is issued next; where there is none, a random one is.
        refusal: what asking for an address ends in, if anything.
        transfers: what it tells of, whoever asks.
        hooks: where webhooks are wanted.
    """

    def __init__(self, secrets: Sequence[str] = (WEBHOOK_SECRET,)) -> None:
        super().__init__("http://127.0.0.1:9/api/v1", "sk_test_stand_in", secrets)
        self.addresses: list[str] = []
        self.refusal: Exception | None = None
        self.transfers: list[TransferReported] = []
        self.hooks: dict[str, Webhook] = {}

    def create_address(
        self,
        asset: Asset,
        *,
        label: str,  # noqa: ARG002 - the port's
        metadata: Mapping[str, str],  # noqa: ARG002 - the port's
    ) -> IssuedAddress:
        if self.refusal is not None:
            raise self.refusal
        network = asset.network
        address = self.addresses.pop(0) if self.addresses else fresh_address(network)
        return IssuedAddress(f"addr_{address[-8:]}", address, network.slug, asset.coin)

    def fetch_transaction(self, transaction_id: str) -> TransferReported:
        for transfer in self.transfers:
            if transfer.transaction_id == transaction_id:
                return transfer
        raise TerminalError("No such transaction.", code="RESOURCE_NOT_FOUND")

    def transactions_since(
        self,
        since: datetime | None,
        *,
        until: datetime | None = None,
        address_id: str = "",
    ) -> Iterator[TransferReported]:
        for transfer in self.transfers:
            at = transfer.created_at
            is_early = at and since and at < since
            is_late = at and until and at > until
            if address_id in ("", transfer.address_id) and not (is_early or is_late):
                yield transfer

    def register_webhook(self, url: str) -> Webhook:
        name = f"hook_{len(self.hooks) + 1}"
        return self.hooks.setdefault(
            url, Webhook(name, url, frozenset(EVENTS), is_active=True)
        )

    def webhooks(self) -> Sequence[Webhook]:
        return list(self.hooks.values())


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
    post: RecordingPost = field(default_factory=RecordingPost)
    jobs: RecordingJobs = field(default_factory=RecordingJobs)
    gateway: ScriptedGateway = field(default_factory=ScriptedGateway)
    policy: Policy = field(
        default_factory=lambda: make_policy(
            "usdt@ethereum", "usdt@tron", "btc@bitcoin", "eth@ethereum"
        )
    )
    base_url: str = "https://api.shop.example/plugins/global/saleor_cryptopay/"
    appearance: Appearance = field(default_factory=Appearance)
    desk: StandInDesk = field(default_factory=StandInDesk)
    sources: tuple[RateSource, ...] = ()

    @property
    def runtime(self) -> Runtime:
        """The runtime of these parts."""
        return Runtime(
            gateway=self.gateway,
            shop=self.shop,
            post=self.post,
            clock=self.clock,
            policies=lambda _channel: self.policy,
            jobs=self.jobs,
            base_url=self.base_url,
            appearance=self.appearance,
            desk=self.desk,
            sources=self.sources,
            rate_rules=RateRules(sources=tuple(one.name for one in self.sources)),
            pause=self.clock.pause,
        )
