"""Withdrawals and registrations for webhooks of /api/v1."""

from collections.abc import Callable
from urllib.parse import urlsplit

from saleor_cryptopay.core.assets import Asset
from saleor_cryptopay.core.money import format_units

from .chain import ChainError
from .fields import Fields
from .registrations import EVENTS, Registration
from .replies import registration_reply, withdrawal_reply
from .resources import (
    canonical,
    coin_named,
    is_coin,
    network_named,
    one_of,
    paged,
    units_of,
    within,
)
from .routing import RefusalError, Reply, Request, Routes, invalid, not_found
from .withdrawals import Withdrawal
from .world import World

_PRIORITIES = ("low", "normal", "high", "urgent")


class Payouts:
    """Handlers of what the gateway sends: coins and webhooks."""

    def __init__(self, world: World) -> None:
        self._world = world

    def join(self, routes: Routes) -> None:
        """Put the handlers into the table."""
        routes.add("POST", "/withdraws", lambda found: self._open(found, "address"))
        routes.add("POST", "/withdrawals", self._open)
        routes.add("GET", "/withdrawals", self._withdrawals)
        routes.add("GET", "/withdrawals/{id}", self._withdrawal)
        routes.add("DELETE", "/withdrawals/{id}", self._cancel)
        routes.add("POST", "/webhooks", self._register)
        routes.add("GET", "/webhooks", self._registrations)
        routes.add("PUT", "/webhooks/{id}", self._change)
        routes.add("DELETE", "/webhooks/{id}", self._remove)

    def _open(self, request: Request, receiver: str = "to_address") -> Reply:
        fields = Fields(request.json())
        network = network_named(fields.required("network"))
        asset = coin_named(fields.required("coin"), network)
        units = units_of(fields.required("amount"), asset)
        to_address = canonical(fields.required(receiver), network)
        self._require_funds(asset, units)
        withdrawal = Withdrawal(
            asset,
            units,
            to_address,
            priority=one_of(fields, "priority", _PRIORITIES, "normal"),
            metadata=fields.mapping("metadata") or {},
        )
        return self._shown(self._world.withdrawals.open(withdrawal), 201)

    def _require_funds(self, asset: Asset, units: int) -> None:
        available = self._world.withdrawals.wallet[asset.key]
        if units == 0:
            raise invalid("amount has to be more than 0")
        if units > available:
            left = format_units(available, asset.decimals)
            asked = format_units(units, asset.decimals)
            raise RefusalError(
                422,
                "INSUFFICIENT_BALANCE",
                "Insufficient balance for withdrawal",
                f"Available: {left} {asset.symbol}, Requested: {asked} {asset.symbol}",
            )

    def _withdrawals(self, request: Request) -> Reply:
        fields = Fields(request.query)
        keeps = _filter(fields)
        found = [row for row in self._world.withdrawals.all.values() if keeps(row)]
        chain, dialect = self._world.chain, self._world.dialect
        return paged(found, fields, lambda row: withdrawal_reply(row, chain, dialect))

    def _withdrawal(self, request: Request) -> Reply:
        return self._shown(self._world.withdrawal(request.params["id"]))

    def _cancel(self, request: Request) -> Reply:
        withdrawal = self._world.withdrawal(request.params["id"])
        try:
            self._world.withdrawals.cancel(withdrawal)
        except ChainError as error:
            raise RefusalError(409, "INVALID_REQUEST", str(error)) from None
        return self._shown(withdrawal)

    def _shown(self, withdrawal: Withdrawal, status: int = 200) -> Reply:
        chain, dialect = self._world.chain, self._world.dialect
        return Reply(withdrawal_reply(withdrawal, chain, dialect), status)

    def _register(self, request: Request) -> Reply:
        fields = Fields(request.json())
        url = _http_url(fields.required("url"))
        active = fields.flag("active")
        registration = Registration(
            url,
            _known_events(fields),
            fields.text("description") or "",
            active=True if active is None else active,
        )
        self._world.registrations.all[registration.id] = registration
        return Reply(registration_reply(registration, self._world.dialect), 201)

    def _registrations(self, _request: Request) -> Reply:
        dialect = self._world.dialect
        rows = self._world.registrations.all.values()
        return Reply([registration_reply(row, dialect) for row in rows])

    def _change(self, request: Request) -> Reply:
        registration = self._registration(request)
        fields = Fields(request.json())
        url = _http_url(fields.text("url") or registration.url)
        if "events" in fields:
            registration.events = _known_events(fields)
        if (active := fields.flag("active")) is not None:
            registration.active = active
        if (description := fields.text("description")) is not None:
            registration.description = description
        registration.url = url
        return Reply(registration_reply(registration, self._world.dialect))

    def _remove(self, request: Request) -> Reply:
        registration = self._registration(request)
        del self._world.registrations.all[registration.id]
        return Reply({"id": registration.id, "deleted": True})

    def _registration(self, request: Request) -> Registration:
        key = request.params["id"]
        if (registration := self._world.registrations.all.get(key)) is None:
            raise not_found(f"Webhook with ID {key} not found")
        return registration


def _http_url(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        raise invalid("url is no URL") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise invalid("url has to begin with http:// or https:// and name a host")
    return text


def _known_events(fields: Fields) -> list[str]:
    events = fields.texts("events") or []
    if unknown := [event for event in events if event not in EVENTS]:
        raise invalid(f"Unknown events: {', '.join(unknown)}")
    return events


def _filter(fields: Fields) -> Callable[[Withdrawal], bool]:
    status, network = fields.text("status"), fields.text("network")
    coin, is_within = fields.text("coin"), within(fields)

    def keeps(row: Withdrawal) -> bool:
        return (
            status in (None, row.status)
            and network in (None, row.asset.network.slug)
            and is_coin(coin, row.asset)
            and is_within(row.created_at)
        )

    return keeps
