"""Asking for a refund: how many coins of which kind, decided once.

Nobody is promised coins that did not come, or that another refund holds: both are
counted under the payment's lock.
"""

from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal, localcontext
from uuid import UUID

from django.db import transaction

from saleor_cryptopay.core.assets import find_asset
from saleor_cryptopay.core.errors import QuoteError, RefundError
from saleor_cryptopay.core.money import currency_places, format_units
from saleor_cryptopay.core.refund_rules import RefundAmount, RefundMode, RefundRules
from saleor_cryptopay.models import Effect, Payment, Refund
from saleor_cryptopay.operations.ledger import lock_payment
from saleor_cryptopay.operations.market import rate_now
from saleor_cryptopay.operations.retries import try_now
from saleor_cryptopay.operations.runtime import Runtime

from . import ledger
from .coins import (
    Coins,
    count_arrived,
    find_credited,
    find_held,
    find_surplus,
    list_set_aside,
)

Source = Refund.Source

NOTHING = Decimal(0)
_DIGITS = 100


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """What somebody wants to give back.

    Attributes:
        key: the shop's name for the request: asking twice makes one refund.
        source: which coins.
        actor: who asks, as the shop knows them (an id, no name).
        amount: money, for coins that were credited; None for all that is left of it.
        units: base units, for other coins; None for all that is left of them.
        asset_key: which of the coins that were set aside; "" if there is one kind.
        reason: in the words of whoever asks.
    """

    key: str
    source: Refund.Source
    actor: str
    amount: Decimal | None = None
    units: int | None = None
    asset_key: str = ""
    reason: str = ""

    def of_amount(self, amount: Decimal) -> "RefundRequest":
        """Return the same request for so much money."""
        return replace(self, amount=amount)

    def of_units(self, units: int) -> "RefundRequest":
        """Return the same request for so many base units."""
        return replace(self, units=units)


def ask_refund(payment_id: UUID, request: RefundRequest, runtime: Runtime) -> Refund:
    """Begin a refund: the customer is to name an address for it.

    Args:
        payment_id: whose coins they are.
        request: what is to go back.
        runtime: see `runtime.Runtime`.

    Returns:
        The refund; the one that is there if the same was asked for before.

    Raises:
        RefundError: refunds are off, or there are not so many coins; says why.
        Payment.DoesNotExist: there is no such payment.
    """
    with transaction.atomic():
        payment = lock_payment(payment_id)
        known = payment.refunds.filter(key=request.key).first()
        if known is not None:
            return known
        rules = runtime.policies(payment.channel).refunds
        _require_possible(payment, rules, runtime)
        order = _measure(payment, request, rules, runtime)
        _require_cover(payment, order)
        refund = ledger.open_refund(order, request.actor, rules.link_life, runtime)
        if request.source == Source.PAID:
            # A checkout that waits to become an order need not any more.
            try_now(payment, Effect.Kind.COMPLETE, runtime.clock())
        return refund


def _require_possible(payment: Payment, rules: RefundRules, runtime: Runtime) -> None:
    if rules.mode is RefundMode.OFF:
        raise RefundError(
            "Refunds are switched off: switch “refunds” on in the plugin's settings,"
            " or send the coins with your wallet or gateway and record the refund by"
            " hand.",
            code="off",
        )
    if (payment.gateway, payment.environment) != (
        runtime.gateway.name,
        runtime.gateway.environment,
    ):
        raise RefundError(
            f"This payment was made with {payment.environment} money through"
            f" {payment.gateway}: its coins are not in this account.",
            code="account",
        )


def _measure(
    payment: Payment, request: RefundRequest, rules: RefundRules, runtime: Runtime
) -> Refund:
    """Return the refund as it would be; not stored."""
    refund = Refund(
        payment=payment,
        key=request.key,
        source=request.source,
        currency=payment.currency,
        reason=request.reason[:1000],
        amount=NOTHING,
    )
    if request.source == Source.PAID:
        _measure_paid(refund, request, rules, runtime)
    else:
        coins = find_other(payment, request)
        refund.asset_key, refund.units = coins.asset_key, _left(refund, coins, request)
    refund.network = find_asset(refund.asset_key).network.slug
    refund.fee_units = rules.fee_of(refund.asset_key)
    if refund.fee_units >= refund.units:
        raise RefundError(
            f"The network's fee ({_words(refund, refund.fee_units)}) is more than what"
            f" would go back ({_words(refund, refund.units)}).",
            code="fee",
        )
    return refund


def _measure_paid(
    refund: Refund, request: RefundRequest, rules: RefundRules, runtime: Runtime
) -> None:
    credited = find_credited(refund.payment)
    if credited is None:
        raise RefundError("Nothing was credited for this payment.", code="nothing")
    held = find_held(refund.payment, credited.asset_key, Source.PAID)
    left = credited.amount - held.amount
    refund.asset_key = credited.asset_key
    refund.amount = left if request.amount is None else request.amount
    _check_amount(refund, left)
    if rules.amount is RefundAmount.COINS:
        refund.units = _share(credited, held, refund.amount)
    else:
        _value_now(refund, runtime)
    if refund.units <= 0:
        raise RefundError("This is less than the smallest coin.", code="nothing")


def _check_amount(refund: Refund, left: Decimal) -> None:
    places = currency_places(refund.currency)
    if left <= 0:
        raise RefundError("All of it is being given back already.", code="nothing")
    _require_some(refund.amount)
    if refund.amount != round(refund.amount, places):
        raise RefundError(f"{refund.amount} is no amount of {refund.currency}.")
    if refund.amount > left:
        raise RefundError(
            f"{refund.amount} {refund.currency} is too much: of what was credited,"
            f" {left} {refund.currency} is left that no refund holds.",
            code="too_much",
        )


def _require_some(amount: Decimal | int) -> None:
    """Refuse nothing at all, which is not to be taken for all that there is."""
    if amount <= 0:
        raise RefundError("An amount is more than zero.")


def _share(credited: Coins, held: Coins, amount: Decimal) -> int:
    """Return the base units that were credited for an amount.

    Shares of one payment add up to all of its coins, however it is cut: each goes from
    the share of what was given back before to the share with this amount.
    """
    before = int(held.amount * credited.units // credited.amount)
    after = int((held.amount + amount) * credited.units // credited.amount)
    return min(after - before, max(credited.units - held.units, 0))


def _value_now(refund: Refund, runtime: Runtime) -> None:
    """Take as many coins as the amount buys now, at the market's own rate."""
    payment, asset = refund.payment, refund.asset
    policy = replace(runtime.policies(payment.channel), markup_percent=NOTHING)
    try:
        rate = rate_now(asset, payment.currency, policy, runtime)
    except QuoteError as error:
        raise RefundError(f"There is no rate now: {error}", code="rate") from None
    with localcontext() as context:
        context.prec = _DIGITS
        coins = (refund.amount / rate.value).scaleb(asset.decimals)
        refund.units = int(coins.to_integral_value(ROUND_FLOOR))
    refund.rate, refund.rate_source = rate.value, rate.source[:255]


def find_other(payment: Payment, request: RefundRequest) -> Coins:
    """Return the coins that were not credited and that a request means.

    Raises:
        RefundError: there are none, or several kinds, of which none is named.
    """
    if request.source == Source.SURPLUS:
        surplus = find_surplus(payment)
        found = [surplus] if surplus else []
    else:
        found = list_set_aside(payment)
    if request.asset_key:
        found = [coins for coins in found if coins.asset_key == request.asset_key]
    if not found:
        raise RefundError("There are no such coins.", code="nothing")
    if len(found) > 1:
        names = ", ".join(coins.asset_key for coins in found)
        raise RefundError(f"Say which coins: {names}.", code="which")
    return found[0]


def _left(refund: Refund, coins: Coins, request: RefundRequest) -> int:
    source = Source(refund.source)
    left = coins.units - find_held(refund.payment, coins.asset_key, source).units
    refund.asset_key = coins.asset_key
    if left <= 0:
        raise RefundError("All of it is being given back already.", code="nothing")
    units = left if request.units is None else request.units
    _require_some(units)
    if units > left:
        raise RefundError(
            f"{_words(refund, units)} is too much: there is"
            f" {_words(refund, left)} left.",
            code="too_much",
        )
    return units


def _require_cover(payment: Payment, refund: Refund) -> None:
    """Refuse more than what arrived in the asset, less what refunds hold of it."""
    held = find_held(payment, refund.asset_key).units
    left = count_arrived(payment, refund.asset_key) - held
    if refund.units > left:
        raise RefundError(
            f"{_words(refund, refund.units)} would have to go back, and of what"
            f" arrived {_words(refund, left)} is left: refund less, or set"
            " “refund_amount” to “coins”.",
            code="too_much",
        )


def _words(refund: Refund, units: int) -> str:
    asset = refund.asset
    return f"{format_units(max(units, 0), asset.decimals)} {asset.symbol}"
