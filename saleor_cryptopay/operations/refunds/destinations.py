"""Where a refund goes: checked, repeated, sealed.

A mistyped address is coins lost, so everything that can be known of it is asked: form
and checksum, network, whether both entries agree, whether anybody has its key.
"""

from collections.abc import Sequence
from typing import Final

from saleor_cryptopay.core.addresses import canonical_address
from saleor_cryptopay.core.assets import NETWORKS, Network
from saleor_cryptopay.core.burns import is_burn_address, is_token_contract
from saleor_cryptopay.core.errors import AddressError, RefundError
from saleor_cryptopay.core.refund_rules import RefundMode
from saleor_cryptopay.core.refunds import RefundEvent, RefundState
from saleor_cryptopay.gateways.base import Environment
from saleor_cryptopay.models import Address, Refund
from saleor_cryptopay.operations import integrity
from saleor_cryptopay.operations.runtime import Runtime

from .ledger import CUSTOMER, locked, record
from .links import has_expired

_LONGEST: Final = 128

# States in which no address counts, whichever was named before.
_NOT_GOING: Final = frozenset(
    {RefundState.NEEDS_ADDRESS, RefundState.DECLINED, RefundState.LAPSED}
)


def name_address(token: str, address: str, repeated: str, runtime: Runtime) -> Refund:
    """Take down where the customer wants the coins; the same once more is harmless.

    Args:
        token: of the customer's link.
        address: as typed or pasted.
        repeated: the same once more.
        runtime: see `runtime.Runtime`.

    Returns:
        The refund: to be approved by staff, or to be sent where the rules want no
        approval.

    Raises:
        RefundError: the address cannot be taken, or the refund waits for none (any
            more). `code` is one of `unknown`, `expired`, `state`, `empty`, `checksum`,
            `network`, `mismatch`, `ours`, `contract`, `burn`.
    """
    found = Refund.objects.filter(token=token).first()
    if found is None:
        raise RefundError("There is no such refund.", code="unknown")
    with locked(found.pk) as refund:
        network = refund.asset.network
        is_test = runtime.gateway.environment is Environment.TEST
        if _is_named(refund, token, (address, repeated), is_test=is_test):
            return refund
        _require_open(refund, token, runtime)
        refund.address = read_address(address, repeated, network, is_test=is_test)
        integrity.seal_refund(refund)
        rules = runtime.policies(refund.payment.channel).refunds
        is_approved = rules.mode is RefundMode.AUTOMATIC
        event = (
            RefundEvent.ADDRESS_ACCEPTED if is_approved else RefundEvent.ADDRESS_NAMED
        )
        record(refund, event, CUSTOMER, runtime, note=refund.address)
    return refund


def read_address(
    address: str, repeated: str, network: Network, *, is_test: bool = False
) -> str:
    """Return an address in canonical form, if coins may be sent there.

    Args:
        address: as typed or pasted.
        repeated: the same once more.
        network: of the coins.
        is_test: also take addresses of bitcoin's and litecoin's test networks.

    Raises:
        RefundError: see `name_address`.
    """
    first, second = (text.strip()[:_LONGEST] for text in (address, repeated))
    if not first:
        raise RefundError("An address is needed.", code="empty")
    canonical = _canonical(first, network, is_test=is_test)
    if canonical not in (second, _canonical_or_none(second, network, is_test=is_test)):
        raise RefundError("The two addresses are not the same.", code="mismatch")
    _refuse_unwanted(canonical, network)
    return canonical


def _is_named(
    refund: Refund, token: str, texts: Sequence[str], *, is_test: bool
) -> bool:
    """Whether this address was taken already: a form is sent twice easily."""
    if refund.state in _NOT_GOING or refund.token != token:
        return False
    network = refund.asset.network
    named = {
        _canonical_or_none(text.strip()[:_LONGEST], network, is_test=is_test)
        for text in texts
    }
    return named == {refund.address}


def _require_open(refund: Refund, token: str, runtime: Runtime) -> None:
    if refund.state != RefundState.NEEDS_ADDRESS or refund.token != token:
        raise RefundError("This refund waits for no address.", code="state")
    if has_expired(refund, runtime):
        raise RefundError("This link has expired: ask the shop.", code="expired")


def _canonical(text: str, network: Network, *, is_test: bool) -> str:
    try:
        return canonical_address(text, network, is_test=is_test)
    except AddressError as error:
        other = _find_other_network(text, network, is_test=is_test)
        if other is None:
            raise RefundError(str(error), code="checksum") from None
        raise RefundError(
            f"This is an address on {other.name}; these coins are on {network.name}.",
            code="network",
            other=other.name,
            network=network.name,
        ) from None


def _canonical_or_none(text: str, network: Network, *, is_test: bool) -> str | None:
    try:
        return canonical_address(text, network, is_test=is_test)
    except AddressError:
        return None


def _find_other_network(
    text: str, network: Network, *, is_test: bool
) -> Network | None:
    """Return a network on which the text is an address; the first of its kind."""
    others = (row for row in NETWORKS.values() if row is not network)
    return next(
        (row for row in others if _canonical_or_none(text, row, is_test=is_test)), None
    )


def _refuse_unwanted(address: str, network: Network) -> None:
    if is_burn_address(address, network):
        raise RefundError(
            "Nobody has the key to this address: coins sent there are lost.",
            code="burn",
        )
    if is_token_contract(address):
        raise RefundError(
            "This is the address of a token's contract, not of a wallet: coins sent"
            " there are lost.",
            code="contract",
        )
    if Address.objects.filter(address=address).exists():
        raise RefundError(
            "This is an address of the shop, made for a payment: name one of your own.",
            code="ours",
        )
