"""What every operation is handed: gateway, shop, clock and the merchant's rules.

Composed once per request or task in `bridge.runtime`; frozen, so that nothing changes
under an operation's feet.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from saleor_cryptopay.core.assets import Asset
from saleor_cryptopay.core.messages import Audience, MessageName, names_for
from saleor_cryptopay.core.quotes import FixedRates
from saleor_cryptopay.core.rates import RateRules
from saleor_cryptopay.core.refund_rules import RefundRules
from saleor_cryptopay.core.telemetry import NO_TRACER, Tracer
from saleor_cryptopay.gateways.base import Gateway
from saleor_cryptopay.rates.base import RateSource

from .ports import Clock, Desk, Post, Shop


class LatePolicy(StrEnum):
    """What happens to coins that come after the deadline."""

    REVIEW = "review"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class Policy:
    """The merchant's rules for one channel.

    Attributes:
        assets: what is offered, in the order it is offered.
        rates: the merchant's fixed rates.
        payment_window: time from opening to the deadline.
        quote_life: life of a quote whose asset is not pegged to the currency.
        tolerance_percent: how much may be missing, 0 to less than 100.
        confirmations: network slug → blocks to wait for where the merchant wants
            more than the gateway.
        accept_unconfirmed: whether seen coins are reported to the shop as pending.
        late_payments: what happens to coins after the deadline.
        complete_checkouts: whether a paid checkout is turned into an order.
        cancel_unpaid_orders: whether an order that nobody paid is canceled.
        markup_percent: the merchant's margin on what the market says.
        quote_grace: how long after a quote lapsed coins that are seen count at it.
        refunds: whether and how coins go back.
        customer_messages: which messages customers are sent.
        staff_messages: which messages staff are sent.
        notify_apps: whether apps of the shop are told of each message as well.
    """

    assets: tuple[Asset, ...]
    rates: FixedRates
    payment_window: timedelta
    quote_life: timedelta
    tolerance_percent: Decimal
    confirmations: Mapping[str, int]
    accept_unconfirmed: bool
    late_payments: LatePolicy
    complete_checkouts: bool
    cancel_unpaid_orders: bool
    markup_percent: Decimal = Decimal(0)
    quote_grace: timedelta = timedelta(minutes=10)
    refunds: RefundRules = field(default_factory=RefundRules)
    customer_messages: frozenset[MessageName] = names_for(Audience.CUSTOMER)
    staff_messages: frozenset[MessageName] = names_for(Audience.STAFF)
    notify_apps: bool = False

    def required_confirmations(self, asset: Asset) -> int:
        """Return the blocks to wait for: the gateway's number or the merchant's."""
        network = asset.network
        return max(network.confirmations, self.confirmations.get(network.slug, 0))


@dataclass(frozen=True, slots=True)
class Watch:
    """How long polling keeps an eye on what seems to be over.

    Attributes:
        finals: how old a final transfer may be whose disappearance is looked for
            every hour.
        addresses: how old coins may be that are looked for every day, to whatever
            address of ours they came.
        audit: how far back the daily audit looks; zero switches it off.
    """

    finals: timedelta = timedelta(hours=24)
    addresses: timedelta = timedelta(days=30)
    audit: timedelta = timedelta(days=30)


class Jobs(Protocol):
    """Work for later, in another process. Asking twice must be harmless."""

    def apply_deliveries(self) -> None:
        """Have stored deliveries applied soon."""
        ...

    def deliver_effects(self) -> None:
        """Have the outbox delivered soon."""
        ...

    def deliver_messages(self) -> None:
        """Have what people are to be told sent soon."""
        ...

    def check_payment(self, payment_id: UUID) -> None:
        """Have one payment compared with the gateway soon."""
        ...

    def count_workers(self) -> int | None:
        """Ask who works, and return how many answer; None where nobody can be asked."""
        ...


class Policies(Protocol):
    """The rules by channel."""

    def __call__(self, channel: str, /) -> Policy:
        """Return the rules for a channel's slug; "" for the shop's own."""
        ...


@dataclass(frozen=True, slots=True)
class Appearance:
    """How the merchant wants the page to look, and where it may be shown.

    Attributes:
        name: the merchant's name; "" for the one that the shop says.
        colour: of buttons, as `#rrggbb`; "" for our own.
        logo: an image as a `data:` address; "" for none.
        frame_origins: storefronts that may show the page in a frame.
    """

    name: str = ""
    colour: str = ""
    logo: str = ""
    frame_origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Runtime:
    """What an operation may use.

    Attributes:
        gateway: where addresses come from.
        shop: who is told.
        post: how people are written to.
        clock: what time it is.
        policies: the merchant's rules by channel.
        jobs: where work for later goes.
        base_url: absolute address under which `web.urls` is reached, ending in `/`.
        appearance: how the page looks.
        watch: how long polling keeps an eye on what seems to be over.
        sources: who is asked for market prices; none for fixed lines and pegs only.
        rate_rules: when what they say is believed.
        desk: who may work at the refund desk; None: nobody.
        tracer: who is told how long things take.
        pause: waits so many seconds of the clock's.
    """

    gateway: Gateway
    shop: Shop
    post: Post
    clock: Clock
    policies: Policies
    jobs: Jobs
    base_url: str
    watch: Watch = Watch()
    sources: tuple[RateSource, ...] = ()
    rate_rules: RateRules = field(default_factory=RateRules)
    appearance: Appearance = Appearance()
    desk: Desk | None = None
    tracer: Tracer = NO_TRACER
    pause: Callable[[int], None] = time.sleep
