"""Addresses, transactions, coins and networks of /api/v1."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from saleor_cryptopay.core.addresses import canonical_address
from saleor_cryptopay.core.assets import ASSETS, NETWORKS, Asset, Network
from saleor_cryptopay.core.errors import AddressError, AmountError
from saleor_cryptopay.core.money import parse_units

from .chain import Address, Transaction
from .dialect import Mode, coin_slug, find_coin
from .faults import ON_ADDRESSES, FaultKind
from .fields import Fields
from .identifiers import fresh_address, fresh_id, with_broken_checksum
from .replies import (
    address_reply,
    address_with_balances,
    coin_reply,
    network_reply,
    transaction_in_full,
    transaction_reply,
)
from .routing import RefusalError, Reply, Request, Routes, invalid, not_found
from .settings import TEST_KEY_PREFIX
from .world import World

MOST_PER_PAGE: Final = 100
_PER_PAGE: Final = 20
_TYPES: Final = ("user", "default", "hot", "cold", "collector", "tokens_collector")

Row = TypeVar("Row")


class Resources:
    """Handlers of what can be asked about the chains."""

    def __init__(self, world: World) -> None:
        self._world = world

    def join(self, routes: Routes) -> None:
        """Put the handlers into the table."""
        routes.add("POST", "/addresses", self._create_address)
        routes.add("GET", "/addresses/{key}", self._address)
        routes.add("GET", "/addresses/{key}/transactions", self._of_address)
        routes.add("GET", "/transactions", self._transactions)
        routes.add("GET", "/transactions/{id}", self._transaction)
        routes.add("POST", "/test/transactions", self._simulate)
        routes.add("GET", "/coins", self._coins)
        routes.add("GET", "/coins/{coin}", self._coin)
        routes.add("GET", "/networks", self._networks)
        routes.add("GET", "/networks/{slug}", self._network)

    def _create_address(self, request: Request) -> Reply:
        fields = Fields(request.json())
        network = network_named(fields.required("network"))
        name = fields.text("coin")
        asset = coin_named(name, network) if name else None
        fault = self._world.faults.take(ON_ADDRESSES, request.method)
        if fault is FaultKind.FOREIGN_ADDRESS:
            network, asset = _foreign(network)
        mode = self._world.dialect.mode if asset else Mode.COMMON
        text = fresh_address(network)
        if fault is FaultKind.BAD_CHECKSUM:
            text = with_broken_checksum(text, network)
        address = Address(
            fresh_id("addr"),
            text,
            network,
            asset,
            one_of(fields, "type", _TYPES, "user"),
            one_of(fields, "mode", tuple(Mode), mode),
            fields.text("label") or "",
            fields.mapping("metadata") or {},
        )
        self._world.chain.add_address(address)
        return Reply(address_reply(address, self._world.dialect), 201)

    def _address(self, request: Request) -> Reply:
        address = self._world.address(request.params["key"])
        return Reply(address_with_balances(address, self._world.dialect))

    def _of_address(self, request: Request) -> Reply:
        address = self._world.address(request.params["key"])
        return self._page(address.transactions, Fields(request.query))

    def _transactions(self, request: Request) -> Reply:
        fields = Fields(request.query)
        keeps = transaction_filter(fields)
        found = [row for row in self._world.chain.transactions.values() if keeps(row)]
        return self._page(found, fields)

    def _transaction(self, request: Request) -> Reply:
        transaction = self._world.transaction(request.params["id"])
        return Reply(
            transaction_in_full(transaction, self._world.chain, self._world.dialect)
        )

    def _simulate(self, request: Request) -> Reply:
        if not self._world.settings.key.startswith(TEST_KEY_PREFIX):
            raise RefusalError(
                403, "INSUFFICIENT_PERMISSIONS", "Only test keys can simulate"
            )
        fields = Fields(request.json())
        network = network_named(fields.required("network"))
        asset = coin_named(fields.required("coin"), network)
        text = canonical(fields.required("to_address"), network)
        units = units_of(fields.required("amount"), asset)
        chain = self._world.chain
        transaction = chain.pay(self._world.address(text), asset, units)
        return Reply(transaction_reply(transaction, chain, self._world.dialect), 201)

    def _coins(self, _request: Request) -> Reply:
        return Reply([coin_reply(one, self._world.dialect) for one in ASSETS.values()])

    def _coin(self, request: Request) -> Reply:
        name = request.params["coin"]
        for asset in ASSETS.values():
            if name in (asset.coin, coin_slug(asset)):
                return Reply(coin_reply(asset, self._world.dialect))
        raise not_found(f"Coin {name} not found")

    def _networks(self, _request: Request) -> Reply:
        return Reply([network_reply(network) for network in NETWORKS.values()])

    def _network(self, request: Request) -> Reply:
        return Reply(network_reply(network_named(request.params["slug"])))

    def _page(self, rows: Sequence[Transaction], fields: Fields) -> Reply:
        chain, dialect = self._world.chain, self._world.dialect
        return paged(rows, fields, lambda row: transaction_reply(row, chain, dialect))


def network_named(slug: str) -> Network:
    """Return the network.

    Raises:
        RefusalError: the gateway does not watch it.
    """
    if (network := NETWORKS.get(slug)) is None:
        raise RefusalError(
            400,
            "INVALID_NETWORK",
            "The specified network is not supported",
            "Supported networks: " + ", ".join(NETWORKS),
        )
    return network


def coin_named(name: str, network: Network) -> Asset:
    """Return the network's asset with this coin or slug.

    Raises:
        RefusalError: the network does not carry it.
    """
    if (asset := find_coin(name, network.slug)) is None:
        raise invalid(f"Coin {name} is not supported on {network.slug}")
    return asset


def canonical(text: str, network: Network) -> str:
    """Return the address in canonical form.

    Raises:
        RefusalError: it is none of the network.
    """
    try:
        return canonical_address(text, network)
    except AddressError as error:
        raise RefusalError(
            400, "INVALID_ADDRESS", "The address is invalid", str(error)
        ) from None


def units_of(text: str, asset: Asset) -> int:
    """Return the base units of an amount of coins.

    Raises:
        RefusalError: it is no amount of this asset.
    """
    try:
        return parse_units(text, asset.decimals)
    except AmountError as error:
        raise invalid(str(error)) from None


def one_of(fields: Fields, name: str, allowed: Iterable[str], default: str) -> str:
    """Return a text that has to be one of a few.

    Raises:
        RefusalError: it is none of them.
    """
    value = fields.text(name) or default
    if value not in tuple(allowed):
        raise invalid(f"{name} has to be one of: {', '.join(allowed)}")
    return str(value)


def paged(
    rows: Sequence[Row], fields: Fields, reply: Callable[[Row], dict[str, Any]]
) -> Reply:
    """Return one page of rows, the newest first."""
    page = fields.whole("page", least=1) or 1
    limit = fields.whole("limit", least=1) or _PER_PAGE
    if limit > MOST_PER_PAGE:
        raise invalid(f"limit has to be {MOST_PER_PAGE} or less")
    chosen = rows[::-1][(page - 1) * limit : page * limit]
    figures = {"page": page, "limit": limit, "total": len(rows)}
    return Reply([reply(row) for row in chosen], page=figures)


def within(fields: Fields) -> Callable[[datetime], bool]:
    """Return the test for `from_date` and `to_date`, both of them inclusive."""
    since, until = fields.time("from_date"), fields.time("to_date")
    return lambda at: (since is None or at >= since) and (until is None or at <= until)


def is_coin(wanted: str | None, asset: Asset) -> bool:
    """Whether the asset is of the coin or has the slug; nothing wanted is any."""
    return wanted is None or wanted in (asset.coin, coin_slug(asset))


def transaction_filter(fields: Fields) -> Callable[[Transaction], bool]:
    """Return the test for the filters of a list of transactions."""
    address_id, network = fields.text("address_id"), fields.text("network")
    kind, status = fields.text("type"), fields.text("status")
    coin, is_within = fields.text("coin"), within(fields)

    def keeps(row: Transaction) -> bool:
        own_address = row.address.id if row.address else ""
        return (
            address_id in (None, own_address)
            and network in (None, row.asset.network.slug)
            and is_coin(coin, row.asset)
            and kind in (None, row.type)
            and status in (None, row.status)
            and is_within(row.created_at)
        )

    return keeps


def _foreign(network: Network) -> tuple[Network, Asset]:
    """Return another network, whose addresses look different, and its coin."""
    other = next(
        one for one in NETWORKS.values() if one.address_kind != network.address_kind
    )
    return other, ASSETS[f"{other.native}@{other.slug}"]
