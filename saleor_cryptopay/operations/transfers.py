"""Matching what a gateway reports to our own rows: which address, does it count.

Nothing here decides about a payment's state. Only our rows are believed: the address
must be one we were given, network and coin must be the ones we quoted.
"""

from datetime import datetime
from enum import StrEnum

from saleor_cryptopay.core.addresses import canonical_address
from saleor_cryptopay.core.assets import NETWORKS, Asset
from saleor_cryptopay.core.errors import AddressError, AmountError, MalformedError
from saleor_cryptopay.core.events import TransferReported, TransferStatus
from saleor_cryptopay.core.money import parse_decimal, parse_units
from saleor_cryptopay.gateways.base import Environment, Gateway
from saleor_cryptopay.models import Address, Payment, Transfer

from .lateness import is_late
from .runtime import Runtime
from .valuation import value_coins


class Change(StrEnum):
    """What a report changed about a transfer."""

    NONE = "none"  # nothing, or only the count of confirmations
    SEEN = "seen"  # it is on its way
    SETTLED = "settled"  # it has become final
    GONE = "gone"  # it will not come after all
    CONTRADICTED = "contradicted"  # it is told of with another amount or coin
    REVERSED = "reversed"  # it was final, and is gone


def find_address(report: TransferReported, gateway: Gateway) -> Address | None:
    """Return our address that the report is about, or None if it is not ours.

    Matched by the gateway's id of the address and by the address itself; where a
    report has both they must agree. An EVM address is the same on every EVM network,
    so coins that came on another one are found, and recorded as a wrong asset.
    """
    ours = Address.objects.filter(
        payment__gateway=gateway.name, payment__environment=gateway.environment
    ).exclude(address="")
    if report.address_id:
        ours = ours.filter(gateway_id=report.address_id)
    if report.address:
        # The networks are named for the index, which begins with them.
        ours = ours.filter(
            network__in=sorted(NETWORKS), address=_canonical(report, gateway)
        )
    if not report.address_id and not report.address:
        return None
    candidates = list(ours[:10])
    exact = [row for row in candidates if row.network == report.network]
    if exact:
        return exact[0]
    return candidates[0] if len(candidates) == 1 else None


def update_transfer(
    payment: Payment,
    address: Address,
    report: TransferReported,
    runtime: Runtime,
    observed_at: datetime,
) -> tuple[Transfer, Change]:
    """Write a report down as a transfer row, and say what changed.

    The caller holds the payment's lock. A report observed before the one the row
    rests on is stale and changes nothing.

    Raises:
        MalformedError: the amount is none of the asset's.
    """
    transfer, twins = _find_transfer(address, report)
    before = None
    if transfer is None:
        _refuse_nothing(report)
        transfer = _new_transfer(payment, address, report, runtime, observed_at)
        if twins:
            if report.status.is_gone:
                return transfer, Change.NONE
            # The network shows one of them, or two: a person has to look.
            transfer.verdict = Transfer.Verdict.REPEATED
            transfer.index = max(twin.index for twin in twins) + 1
    elif observed_at < transfer.observed_at:
        return transfer, Change.NONE
    elif _contradicts(report, transfer):
        transfer.observed_at = observed_at
        transfer.save(update_fields=["observed_at"])
        return transfer, Change.CONTRADICTED
    else:
        before = (TransferStatus(transfer.status).is_gone, transfer.is_final)
        transfer.gateway_id = report.transaction_id
    _follow(transfer, report, address.asset, observed_at)
    transfer.save()
    return transfer, _change(before, transfer)


def _find_transfer(
    address: Address, report: TransferReported
) -> tuple[Transfer | None, list[Transfer]]:
    """Return the row that a report is about, or those it shares its place with.

    The gateway documents no number of an output. Two of its transactions with one hash
    and one address may be two outputs, or the same one told twice; only of one that is
    gone another takes the place.
    """
    rows = list(
        Transfer.objects.filter(
            network=report.network, hash=report.hash, address=address
        ).order_by("index")
    )
    for row in rows:
        if row.gateway_id == report.transaction_id:
            return row, []
    there = [row for row in rows if row.index == report.index]
    if there and TransferStatus(there[0].status).is_gone:
        return there[0], []
    return None, rows if there else []


def _contradicts(report: TransferReported, transfer: Transfer) -> bool:
    """Whether a report says something else of coins that count and are not final."""
    is_open = transfer.verdict == Transfer.Verdict.COUNTED and not transfer.is_final
    if not is_open or report.status.is_gone:
        return False
    if report.coin != transfer.coin:
        return True
    if report.amount is None:
        return False
    try:
        return parse_decimal(report.amount) != parse_decimal(transfer.amount)
    except AmountError as error:
        raise MalformedError(str(error)) from None


def _canonical(report: TransferReported, gateway: Gateway) -> str:
    network = NETWORKS.get(report.network)
    if network is None:
        return report.address
    try:
        return canonical_address(
            report.address, network, is_test=gateway.environment is Environment.TEST
        )
    except AddressError:
        return report.address


def _new_transfer(
    payment: Payment,
    address: Address,
    report: TransferReported,
    runtime: Runtime,
    now: datetime,
) -> Transfer:
    asset = address.asset
    seen_at = _seen_at(report, address, now)
    verdict = _verdict(payment, address, report, seen_at)
    valuation = None
    if verdict == Transfer.Verdict.COUNTED:
        valuation = value_coins(payment, address, seen_at, runtime)
        verdict = verdict if valuation else Transfer.Verdict.UNPRICED
    policy = runtime.policies(payment.channel)
    return Transfer(
        address=address,
        payment=payment,
        network=report.network,
        hash=report.hash,
        index=report.index,
        gateway_id=report.transaction_id,
        coin=report.coin,
        amount=report.amount or "",
        units=_units(report, asset),
        asked_units=valuation.asked_units if valuation else 0,
        rate=valuation.rate if valuation else None,
        rate_source=valuation.source if valuation else "",
        status=report.status,
        required_confirmations=policy.required_confirmations(asset),
        verdict=verdict,
        seen_at=seen_at,
        observed_at=now,
    )


def _seen_at(report: TransferReported, address: Address, now: datetime) -> datetime:
    """Return when the coins were first seen, between issue and now.

    The gateway's clock decides as far as it makes sense: coins cannot come before
    their address existed, nor in the future.
    """
    issued_at = address.issued_at or now
    return min(max(report.created_at or now, issued_at), now)


def _is_quoted(report: TransferReported, asset: Asset) -> bool:
    return report.coin == asset.coin and report.network == asset.network.slug


def _verdict(
    payment: Payment, address: Address, report: TransferReported, seen_at: datetime
) -> Transfer.Verdict:
    verdict = Transfer.Verdict
    if not _is_quoted(report, address.asset):
        return verdict.WRONG_ASSET
    if payment.address_id != address.pk:
        return verdict.OLD_ADDRESS
    is_closed = payment.state in {"failed", "canceled"}
    if is_closed or is_late(payment, seen_at):
        return verdict.LATE
    return verdict.COUNTED


def _refuse_nothing(report: TransferReported) -> None:
    """Refuse a transfer of no coins: zero-value tokens are sent to deceive people."""
    try:
        moves = report.amount is not None and parse_decimal(report.amount) > 0
    except AmountError as error:
        raise MalformedError(str(error)) from None
    if not moves:
        raise MalformedError("A transfer without an amount moves nothing.")


def _units(report: TransferReported, asset: Asset) -> int:
    if not _is_quoted(report, asset) or report.amount is None:
        return 0
    try:
        return parse_units(report.amount, asset.decimals)
    except AmountError as error:
        raise MalformedError(str(error)) from None


def _follow(
    transfer: Transfer, report: TransferReported, asset: Asset, observed_at: datetime
) -> None:
    """Take over status and confirmations; what is final stays so until it is gone."""
    transfer.observed_at = observed_at
    transfer.confirmations = max(transfer.confirmations, report.confirmations)
    if report.status.is_gone:
        transfer.status, transfer.is_final = report.status, False
        return
    if transfer.is_final:
        return
    transfer.status = report.status
    if _has_become_final(transfer, report, asset):
        transfer.is_final, transfer.final_at = True, observed_at


def _has_become_final(
    transfer: Transfer, report: TransferReported, asset: Asset
) -> bool:
    if report.status is not TransferStatus.CONFIRMED:
        return False
    is_gateways_number = transfer.required_confirmations <= asset.network.confirmations
    return is_gateways_number or report.confirmations >= transfer.required_confirmations


def _change(before: tuple[bool, bool] | None, transfer: Transfer) -> Change:
    is_gone = TransferStatus(transfer.status).is_gone
    was_gone, was_final = before or (False, False)
    if is_gone and was_final:
        return Change.REVERSED
    if is_gone:
        return Change.NONE if was_gone else Change.GONE
    if transfer.is_final:
        return Change.NONE if was_final else Change.SETTLED
    return Change.SEEN if before is None or was_gone else Change.NONE
