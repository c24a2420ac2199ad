"""The figures of a payment as its customer sees them: read here, decided elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final
from urllib.parse import quote, urlsplit

from saleor_cryptopay.core.assets import ASSETS, NETWORKS
from saleor_cryptopay.core.events import TransferStatus
from saleor_cryptopay.core.money import format_fiat, format_units, units_to_ask
from saleor_cryptopay.core.quotes import Rate
from saleor_cryptopay.core.shares import (
    Part,
    received_units,
    remaining_units,
    surplus_units,
)
from saleor_cryptopay.core.states import (
    OPEN_STATES,
    PaymentEvent,
    PaymentState,
    advance,
)
from saleor_cryptopay.models import Address, Payment, Transfer
from saleor_cryptopay.operations.integrity import is_intact
from saleor_cryptopay.operations.lateness import is_over, is_overdue

# How old the last comparison with the gateway may be while somebody is looking.
CHECKED_LATELY: Final = timedelta(seconds=60)

# Verdicts of coins of the quoted asset, at the address that the payment shows.
RECEIVED_VERDICTS: Final = frozenset(
    {Transfer.Verdict.COUNTED, Transfer.Verdict.LATE, Transfer.Verdict.UNPRICED}
)


@dataclass(frozen=True, slots=True)
class Figures:
    """A payment as it looks now. Amounts are base units of the quoted asset.

    Attributes:
        state: the state to show; see `shown_state`.
        address: the address with its quote; None while no asset is chosen.
        asked: what the quote asks for.
        received: what came and is not gone, final or not.
        remaining: what is still missing, at the rate that it will count at; 0 once
            the tolerated minimum is there.
        overpaid: what came beyond `asked`.
        is_over: whether coins that are sent now would come too late.
        has_strays: whether coins came to an address that was shown before, and are
            not gone: staff decide about them, and nobody should pay twice.
        rate: what `remaining` is counted at; None for the quote's.
    """

    state: PaymentState
    address: Address | None
    asked: int = 0
    received: int = 0
    remaining: int = 0
    overpaid: int = 0
    is_over: bool = False
    has_strays: bool = False
    rate: Rate | None = None

    @property
    def is_payable(self) -> bool:
        """Whether the customer is still asked to send coins."""
        return self.due > 0

    @property
    def due(self) -> int:
        """What the customer is asked to send now; 0 where it is nothing."""
        if self.state not in OPEN_STATES or self.is_over or self.has_strays:
            return 0
        return self.remaining

    def coins(self, units: int) -> str | None:
        """Write base units as coins; None while no asset is chosen."""
        if self.address is None:
            return None
        return format_units(units, self.address.asset.decimals)


def read_figures(
    payment: Payment,
    transfers: Iterable[Transfer],
    now: datetime,
    rate: Rate | None = None,
) -> Figures:
    """Add up what a payment's transfers come to.

    Args:
        payment: with `address` loaded.
        transfers: all of the payment's.
        now: aware UTC.
        rate: what the rest will count at; None for the quote's.
    """
    state = shown_state(payment, now)
    address = payment.address
    if address is None or not address.address:
        return Figures(state, None)
    if not is_intact(payment, address):
        return Figures(PaymentState.NEEDS_REVIEW, None)
    asked = address.units
    arrived = [row for row in transfers if not TransferStatus(row.status).is_gone]
    parts = [
        Part(transfer.units, transfer.asked_units or asked)
        for transfer in arrived
        if _is_received(transfer, address.pk)
    ]
    counted = received_units(parts, asked)
    return Figures(
        state=state,
        address=address,
        asked=asked,
        received=sum(part.units for part in parts),
        remaining=remaining_units(
            counted,
            asked=asked,
            minimum=address.minimum_units,
            asked_now=_asked_at(rate, payment, address),
            decimals=address.asset.decimals,
        ),
        overpaid=surplus_units(counted, asked),
        is_over=is_over(payment, now),
        rate=rate,
        has_strays=any(row.verdict == Transfer.Verdict.OLD_ADDRESS for row in arrived),
    )


def shown_state(payment: Payment, now: datetime) -> PaymentState:
    """Return the state to show: past its deadline no payment looks open.

    Whatever stops the expiry clock (coins on their way) has no row for the deadline
    in the table of transitions, and so shows as it is.
    """
    state = PaymentState(payment.state)
    if is_overdue(payment, now):
        return advance(state, PaymentEvent.DEADLINE_PASSED)
    return state


def needs_check(payment: Payment, now: datetime) -> bool:
    """Return whether the payment should be compared with the gateway now."""
    if payment.state not in OPEN_STATES:
        return False
    checked_at = payment.checked_at
    if checked_at is None or now - checked_at > CHECKED_LATELY:
        return True
    return checked_at < payment.expires_at <= now


def transfer_status(transfer: Transfer) -> str:
    """Return a transfer's status as the customer sees it.

    The gateway's word, except that nothing is confirmed before it is final by the
    merchant's own number of confirmations, and that coins which cannot count are
    called by their verdict.
    """
    status = TransferStatus(transfer.status)
    if status.is_gone:
        return status
    if transfer.verdict == Transfer.Verdict.WRONG_ASSET:
        return transfer.verdict
    if transfer.is_final:
        return TransferStatus.CONFIRMED
    return min(status, TransferStatus.CONFIRMING, key=list(TransferStatus).index)


def transfer_amount(transfer: Transfer) -> str:
    """Return a transfer's coins as text; of a foreign asset as the gateway wrote it."""
    asset = ASSETS.get(f"{transfer.coin}@{transfer.network}")
    if asset is None or not transfer.units:
        return transfer.amount
    return format_units(transfer.units, asset.decimals)


def explorer_url(transfer: Transfer) -> str:
    """Return the page of a public explorer that shows the transfer; "" if none."""
    network = NETWORKS.get(transfer.network)
    if network is None:
        return ""
    return network.transaction_url.format(hash=quote(transfer.hash, safe=""))


def web_link(url: str) -> str:
    """Return the address if a browser may be sent there (http, https), else ""."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.netloc else ""


def iso(moment: datetime) -> str:
    """Write a time as ISO 8601 in UTC: `2026-01-31T12:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def clock_text(moment: datetime) -> str:
    """Write the time of day for people, in UTC: `12:03 UTC`."""
    return f"{moment.astimezone(UTC):%H:%M} UTC"


def total_text(total: Decimal, currency: str) -> str:
    """Write a total with its currency's places, and more only if it has more."""
    return format_fiat(total, currency)


def rate_text(rate: Decimal) -> str:
    """Write a rate without exponent and trailing zeros."""
    return f"{rate:.{_places(rate)}f}"


def _places(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _asked_at(rate: Rate | None, payment: Payment, address: Address) -> int:
    if rate is None:
        return address.units
    return units_to_ask(payment.total, rate.value, address.asset.decimals)


def _is_received(transfer: Transfer, address_id: int) -> bool:
    return transfer.address_id == address_id and transfer.verdict in RECEIVED_VERDICTS
