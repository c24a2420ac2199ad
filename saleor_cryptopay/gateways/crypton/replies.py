"""The gateway's objects, read in every form that its pages document.

Each function takes a JSON value and returns one of our values, or raises
MalformedError. Nothing here asks the network.
"""

from collections.abc import Sequence
from typing import Final

from saleor_cryptopay.core.addresses import canonical_address, canonical_hash
from saleor_cryptopay.core.assets import Asset, Network, find_network
from saleor_cryptopay.core.errors import (
    AddressError,
    AssetError,
    HashError,
    MalformedError,
)
from saleor_cryptopay.core.events import TransferReported, TransferStatus
from saleor_cryptopay.gateways.base import (
    CoinOffer,
    Connection,
    Environment,
    IssuedAddress,
    NetworkOffer,
    Webhook,
)
from saleor_cryptopay.gateways.documents import Fields
from saleor_cryptopay.gateways.payouts import LONGEST_FEE, Withdrawal, WithdrawalStatus

from .names import plain_coin

_ENVIRONMENTS: Final = {
    "test": Environment.TEST,
    "testing": Environment.TEST,
    "sandbox": Environment.TEST,
    "live": Environment.LIVE,
    "production": Environment.LIVE,
}
_LONGEST_SLUG: Final = 32
_LONGEST_COIN: Final = 64
_LONGEST_URL: Final = 2048
# What its webhooks call it when coins that were sent have arrived, and a spelling.
_OTHER_WORDS: Final = {"completed": "confirmed", "canceled": "cancelled"}


def read_rows(value: object, name: str) -> Sequence[object]:
    """Return the rows of a list, bare or as a member called `name` (or `data`)."""
    if isinstance(value, dict):
        found = Fields(value, f"a list of {name}")
        value = found.raw(name, "data", "items")
    if not isinstance(value, list):
        raise MalformedError(f"There is no list of {name} where one should be.")
    return value


def read_connection(value: object) -> Connection:
    """Read the answer to a connection test."""
    fields = Fields(value, "the connection test")
    if fields.raw("authenticated") is not True:
        raise MalformedError("The gateway does not say that the key is accepted.")
    limits = Fields(fields.raw("rate_limits") or {}, "the rate limits")
    return Connection(
        key_id=fields.optional_text("key_id"),
        permissions=fields.texts("permissions"),
        environment=_ENVIRONMENTS.get(fields.optional_text("environment").lower()),
        requests_left=limits.optional_whole("remaining"),
    )


def read_issued_address(value: object, asset: Asset, *, is_test: bool) -> IssuedAddress:
    """Read a new address, and hold it against what was asked for.

    Raises:
        MalformedError: in no documented form, of another network or coin, or with a
            broken checksum.
    """
    fields = Fields(value, "an address")
    network = fields.text("network", longest=_LONGEST_SLUG).lower()
    if network != asset.network.slug:
        raise MalformedError(
            f"The gateway gave an address on {network}, asked for {asset.key}."
        )
    _check_coin(fields, asset)
    try:
        address = canonical_address(
            fields.text("address"), asset.network, is_test=is_test
        )
    except AddressError as error:
        raise MalformedError(f"The gateway gave no valid address: {error}") from None
    return IssuedAddress(
        id=fields.optional_text("id", "address_id"),
        address=address,
        network=network,
        coin=asset.coin,
    )


def _check_coin(fields: Fields, asset: Asset) -> None:
    coin = fields.optional_text("coin", longest=_LONGEST_COIN)
    # An address of many coins need not name one; an address of a single coin has to.
    if not coin and fields.optional_text("mode").lower() != "single":
        return
    if plain_coin(coin, asset.network.slug) != asset.coin:
        raise MalformedError(
            f"The gateway gave an address for {coin or 'no coin'}, asked for"
            f" {asset.key}."
        )


def is_incoming(fields: Fields) -> bool:
    """Return whether a transaction brings coins in; where it is not told, it does."""
    return fields.optional_text("type").lower() in ("", "incoming")


def read_status(fields: Fields, otherwise: str = "") -> str:
    """Return the gateway's word for how far something has come, in lower case."""
    return fields.optional_text("status", longest=16).lower() or otherwise


def read_transfer(value: object, status: str = "") -> TransferReported:
    """Read an incoming transaction.

    Args:
        value: the object.
        status: how far it has come where the object does not say.
    """
    fields = Fields(value, "a transaction")
    if not is_incoming(fields):
        raise MalformedError("The transaction is not an incoming one.")
    network = _network(fields)
    address = fields.optional_text("address", "to_address")
    address_id = fields.optional_text("address_id")
    if not address and not address_id:
        raise MalformedError("The transaction does not say which address it is for.")
    return TransferReported(
        transaction_id=fields.text("id"),
        hash=_hash(fields, network),
        status=_transfer_status(read_status(fields, status)),
        network=network.slug,
        coin=plain_coin(fields.text("coin", longest=_LONGEST_COIN), network.slug),
        amount=fields.optional_amount("amount"),
        address=address,
        address_id=address_id,
        index=fields.optional_whole("output_index", "log_index", "vout") or 0,
        confirmations=fields.optional_whole("confirmations") or 0,
        metadata=fields.labels("metadata"),
        created_at=fields.optional_moment("created_at", "createdAt"),
        confirmed_at=fields.optional_moment("confirmed_at", "confirmedAt"),
    )


def _network(fields: Fields) -> Network:
    try:
        return find_network(fields.text("network", longest=_LONGEST_SLUG).lower())
    except AssetError as error:
        raise MalformedError(str(error)) from None


def _hash(fields: Fields, network: Network) -> str:
    try:
        return canonical_hash(fields.text("hash"), network)
    except HashError as error:
        raise MalformedError(f"The transaction has no valid hash: {error}") from None


def _transfer_status(word: str) -> TransferStatus:
    try:
        return TransferStatus(word)
    except ValueError:
        raise MalformedError(f"“{word}” is no status of a transaction.") from None


def read_network(value: object) -> NetworkOffer:
    """Read a network."""
    fields = Fields(value, "a network")
    slug = fields.text("slug", "network", longest=_LONGEST_SLUG).lower()
    return NetworkOffer(
        slug=slug,
        name=fields.optional_text("name") or slug,
        chain_id=fields.optional_whole("chainId", "chain_id"),
        explorer_url=fields.optional_text("explorerUrl", longest=_LONGEST_URL),
        confirmations=fields.optional_whole("confirmationBlocks"),
    )


def read_coin(value: object) -> CoinOffer:
    """Read a coin; its network may be a slug or an object that has one."""
    fields = Fields(value, "a coin")
    place = fields.raw("network")
    home = Fields(place, "a network") if isinstance(place, dict) else fields
    network = home.text("network", "slug", longest=_LONGEST_SLUG).lower()
    settings = Fields(fields.raw("settings") or {}, "a coin's settings")
    decimals = fields.optional_whole("decimals")
    if decimals is None:
        raise MalformedError("The coin does not say how many decimals it has.")
    return CoinOffer(
        coin=plain_coin(fields.text("coin", "slug", longest=_LONGEST_COIN), network),
        network=network,
        decimals=decimals,
        contract=fields.optional_text("contractAddress"),
        minimum=settings.optional_figure("minDepositAmount"),
        is_active=fields.optional_text("status").lower() in ("", "active"),
    )


def read_webhook(value: object) -> Webhook:
    """Read a registration for webhooks."""
    fields = Fields(value, "a webhook")
    return Webhook(
        id=fields.text("id"),
        url=fields.text("url", longest=_LONGEST_URL),
        events=fields.texts("events"),
        is_active=fields.raw("active") is not False,
    )


def read_withdrawal(value: object) -> Withdrawal:
    """Read an order to send coins; "" stands for what a page leaves out."""
    fields = Fields(value, "a withdrawal")
    network = fields.optional_text("network", longest=_LONGEST_SLUG).lower()
    coin = fields.optional_text("coin", longest=_LONGEST_COIN)
    return Withdrawal(
        id=fields.text("id"),
        status=_withdrawal_status(read_status(fields, "pending")),
        amount=fields.optional_amount("amount") or "",
        fee=_read_fee(fields),
        hash=fields.optional_text("transaction_hash", "hash"),
        network=network,
        coin=plain_coin(coin, network),
        to_address=fields.optional_text("to_address", "address"),
        metadata=fields.labels("metadata"),
        created_at=fields.optional_moment("created_at", "createdAt"),
    )


def _read_fee(fields: Fields) -> str:
    """Return what an order costs; "" where it is longer than can be kept.

    It is for people to look at: an order that was taken must not be lost by it.
    """
    told = fields.raw("fee")
    if isinstance(told, str) and len(told) > LONGEST_FEE:
        return ""
    fee = fields.optional_figure("fee") or ""
    return fee if len(fee) <= LONGEST_FEE else ""


def _withdrawal_status(word: str) -> WithdrawalStatus:
    try:
        return WithdrawalStatus(_OTHER_WORDS.get(word, word))
    except ValueError:
        raise MalformedError(f"“{word}” is no status of a withdrawal.") from None
