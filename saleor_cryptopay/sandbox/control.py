"""The control API under /sandbox: whoever drives a test or the console uses it.

It needs no key: the sandbox is a toy and listens on this machine.
"""

from dataclasses import asdict

from saleor_cryptopay.core.events import TransferStatus

from .chain import ChainError, Transaction
from .deliveries import Weather
from .dialect import Mode, Shape
from .faults import FaultKind, Faults
from .fields import Fields
from .resources import coin_named, network_named, one_of, units_of
from .routing import RefusalError, Reply, Request, Routes, invalid, not_found
from .snapshot import (
    delivery_seen,
    state_seen,
    transaction_seen,
    weather_seen,
)
from .world import World

PREFIX = "/sandbox"

_MOST_BLOCKS = 10_000
_OUTCOMES = (
    TransferStatus.FAILED,
    TransferStatus.REPLACED,
    TransferStatus.PENDING,
)


class Control:
    """Handlers of everything that happens outside the gateway's own contract."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._routes = routes = Routes(PREFIX)
        routes.add("GET", "/state", lambda _: Reply(state_seen(world)))
        routes.add("POST", "/reset", self._reset)
        routes.add("POST", "/pay", self._pay)
        routes.add("POST", "/blocks", self._blocks)
        routes.add("POST", "/transactions/{id}/confirm", self._confirm)
        routes.add("POST", "/transactions/{id}/fail", self._fail)
        routes.add("POST", "/transactions/{id}/replace", self._replace)
        routes.add("POST", "/transactions/{id}/reorganise", self._reorganise)
        routes.add("POST", "/withdrawals/{id}/fail", self._fail_withdrawal)
        routes.add("GET", "/deliveries", self._log)
        routes.add("POST", "/deliveries", self._weather)
        routes.add("POST", "/deliveries/release", self._release)
        routes.add("POST", "/deliveries/{id}/resend", self._resend)
        routes.add("POST", "/dialect", self._dialect)
        routes.add("POST", "/faults", self._faults)
        routes.add("POST", "/limits", self._limits)
        routes.add("POST", "/funds", self._funds)

    def reply(self, request: Request) -> Reply:
        """Do what is asked.

        Raises:
            RefusalError: it cannot be done.
        """
        with self._world.lock:
            try:
                return self._routes.answer(request)
            except ChainError as error:
                raise RefusalError(409, "CONFLICT", str(error)) from None

    def _reset(self, _request: Request) -> Reply:
        self._world.reset()
        return Reply({"reset": True})

    def _pay(self, request: Request) -> Reply:
        fields = Fields(request.json())
        address = self._world.address(fields.required("address"))
        network = address.network
        if name := fields.text("network"):
            network = network_named(name)
        coin = fields.text("coin")
        own = address.asset.coin if address.asset else network.native
        asset = coin_named(coin or own, network)
        units = units_of(fields.required("amount"), asset)
        confirmations = fields.whole("confirmations") or 0
        tx_hash = fields.text("hash") or ""
        transaction = self._world.chain.pay(address, asset, units, tx_hash=tx_hash)
        self._world.chain.bury(transaction, confirmations)
        return self._seen(transaction, 201)

    def _blocks(self, request: Request) -> Reply:
        fields = Fields(request.json())
        count = fields.whole("count", least=1) or 1
        if count > _MOST_BLOCKS:
            raise invalid(f"count has to be {_MOST_BLOCKS} or less")
        if slug := fields.text("network"):
            self._world.mine(count, (network_named(slug).slug,))
        else:
            self._world.mine(count)
        return Reply({"heights": self._world.chain.heights})

    def _confirm(self, request: Request) -> Reply:
        transaction = self._transaction(request)
        network = transaction.asset.network
        if not transaction.is_underway:
            raise ChainError(f"{transaction.id} is {transaction.status}")
        standing = self._world.chain.confirmations(transaction)
        self._world.mine(network.confirmations - standing, (network.slug,))
        return self._seen(transaction)

    def _fail(self, request: Request) -> Reply:
        error = Fields(request.json()).text("error") or "Insufficient gas"
        transaction = self._transaction(request)
        self._world.chain.fail(transaction, error)
        return self._seen(transaction)

    def _replace(self, request: Request) -> Reply:
        fields = Fields(request.json())
        transaction = self._transaction(request)
        amount, pays_us = fields.text("amount"), fields.flag("pays_us")
        units = units_of(amount, transaction.asset) if amount else transaction.units
        replacement = self._world.chain.replace(
            transaction, units, pays_us=pays_us is not False
        )
        chain = self._world.chain
        seen = transaction_seen(transaction, chain)
        new = transaction_seen(replacement, chain) if replacement else None
        return Reply(seen | {"replacement": new})

    def _reorganise(self, request: Request) -> Reply:
        fields = Fields(request.json())
        transaction = self._transaction(request)
        outcome = one_of(fields, "outcome", _OUTCOMES, TransferStatus.FAILED)
        self._world.chain.reorganise(transaction, TransferStatus(outcome))
        return self._seen(transaction)

    def _fail_withdrawal(self, request: Request) -> Reply:
        error = Fields(request.json()).text("error") or "Broadcast failed"
        withdrawal = self._world.withdrawal(request.params["id"])
        self._world.withdrawals.fail(withdrawal, error)
        return Reply({"id": withdrawal.id, "status": str(withdrawal.status)})

    def _log(self, _request: Request) -> Reply:
        return Reply([delivery_seen(one) for one in self._world.post.log])

    def _weather(self, request: Request) -> Reply:
        fields, weather = Fields(request.json()), self._world.post.weather
        _set_drop(fields, weather)
        for name in ("delay_seconds", "time_scale"):
            if (seconds := fields.seconds(name)) is not None:
                setattr(weather, name, seconds)
        for name in ("reorder", "forge"):
            if (flag := fields.flag(name)) is not None:
                setattr(weather, name, flag)
        weather.repeat = fields.whole("repeat", least=1) or weather.repeat
        return Reply(weather_seen(weather))

    def _release(self, _request: Request) -> Reply:
        return Reply({"released": self._world.post.release()})

    def _resend(self, request: Request) -> Reply:
        key = request.params["id"]
        found = (one for one in self._world.post.log if one.id == key)
        if (delivery := next(found, None)) is None:
            raise not_found(f"Delivery {key} not found")
        self._world.post.resend(delivery)
        return Reply(delivery_seen(delivery))

    def _dialect(self, request: Request) -> Reply:
        fields, dialect = Fields(request.json()), self._world.dialect
        shape = Shape(one_of(fields, "shape", tuple(Shape), dialect.shape))
        mode = Mode(one_of(fields, "mode", tuple(Mode), dialect.mode))
        for name in ("wrapped", "camel", "coin_slugs"):
            if (flag := fields.flag(name)) is not None:
                setattr(dialect, name, flag)
        dialect.shape, dialect.mode = shape, mode
        return Reply(asdict(dialect))

    def _faults(self, request: Request) -> Reply:
        fields = Fields(request.json())
        kind = one_of(fields, "kind", tuple(FaultKind), FaultKind.NONE)
        seconds = fields.seconds("seconds")
        faults = Faults(FaultKind(kind), fields.whole("count", least=1))
        faults.seconds = faults.seconds if seconds is None else seconds
        faults.method = fields.text("method") or ""
        self._world.faults = faults
        return Reply(asdict(faults))

    def _limits(self, request: Request) -> Reply:
        fields, limits = Fields(request.json()), self._world.limits
        for name in limits.limits:
            if (limit := fields.whole(name)) is not None:
                limits.limits[name] = limit
        limits.reset()
        return Reply(limits.limits)

    def _funds(self, request: Request) -> Reply:
        fields = Fields(request.json())
        network = network_named(fields.required("network"))
        asset = coin_named(fields.required("coin"), network)
        units = units_of(fields.required("amount"), asset)
        self._world.withdrawals.wallet[asset.key] = units
        return Reply({"asset": asset.key, "units": str(units)})

    def _transaction(self, request: Request) -> Transaction:
        return self._world.transaction(request.params["id"])

    def _seen(self, transaction: Transaction, status: int = 200) -> Reply:
        return Reply(transaction_seen(transaction, self._world.chain), status)


def _set_drop(fields: Fields, weather: Weather) -> None:
    """Set what is dropped: true is all, false nothing, a number so many more."""
    if "drop" not in fields:
        return
    if fields.is_flag("drop"):
        weather.drop_all, weather.drop_next = bool(fields.flag("drop")), 0
    else:
        weather.drop_all, weather.drop_next = False, fields.whole("drop") or 0
