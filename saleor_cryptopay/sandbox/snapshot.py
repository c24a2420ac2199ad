"""What the control API and the console see: everything, in one plain form."""

from dataclasses import asdict
from typing import Any

from saleor_cryptopay.core.assets import ASSETS, NETWORKS
from saleor_cryptopay.core.money import format_units

from .balances import balances_of
from .chain import Address, Chain, Transaction
from .deliveries import Delivery, Weather
from .dialect import written_time
from .replies import amount_of
from .withdrawals import Withdrawal
from .world import World

_LATEST_DELIVERIES = 100


def transaction_seen(transaction: Transaction, chain: Chain) -> dict[str, Any]:
    """Return a transaction, whatever the dialect."""
    address = transaction.address
    return {
        "id": transaction.id,
        "hash": transaction.hash,
        "type": transaction.type,
        "status": str(transaction.status),
        "network": transaction.asset.network.slug,
        "coin": transaction.asset.coin,
        "amount": amount_of(transaction),
        "address_id": address.id if address else None,
        "address": transaction.to_address,
        "from_address": transaction.from_address,
        "confirmations": chain.confirmations(transaction),
        "required_confirmations": transaction.asset.network.confirmations,
        "block_number": transaction.block_number,
        "error": transaction.error,
        "created_at": written_time(transaction.created_at),
        "confirmed_at": written_time(transaction.confirmed_at),
    }


def address_seen(address: Address) -> dict[str, Any]:
    """Return an address and what came."""
    coins = {
        one.coin: one.decimals
        for one in ASSETS.values()
        if one.network is address.network
    }
    return {
        "id": address.id,
        "address": address.address,
        "network": address.network.slug,
        "network_name": address.network.name,
        "coin": address.asset.coin if address.asset else None,
        "coins": coins,
        "mode": address.mode,
        "label": address.label,
        "metadata": address.metadata,
        "created_at": written_time(address.created_at),
        "balances": [
            {"coin": balance.asset.coin, **balance.sums()}
            for balance in balances_of(address).values()
        ],
    }


def withdrawal_seen(withdrawal: Withdrawal) -> dict[str, Any]:
    """Return a withdrawal, whatever the dialect."""
    return {
        "id": withdrawal.id,
        "status": str(withdrawal.status),
        "network": withdrawal.asset.network.slug,
        "coin": withdrawal.asset.coin,
        "amount": format_units(withdrawal.units, withdrawal.asset.decimals),
        "to_address": withdrawal.to_address,
        "hash": withdrawal.transaction.hash if withdrawal.transaction else "",
        "created_at": written_time(withdrawal.created_at),
    }


def delivery_seen(delivery: Delivery) -> dict[str, Any]:
    """Return a delivery with its attempts."""
    return {
        "id": delivery.id,
        "event": delivery.event,
        "url": delivery.url,
        "state": str(delivery.state),
        "body": delivery.body.decode(),
        "signature": delivery.signature,
        "created_at": written_time(delivery.created_at),
        "attempts": [
            asdict(attempt) | {"at": written_time(attempt.at)}
            for attempt in tuple(delivery.attempts)
        ],
    }


def weather_seen(weather: Weather) -> dict[str, Any]:
    """Return what is done to deliveries; `drop` as it is set."""
    seen = asdict(weather)
    drop_all, drop_next = seen.pop("drop_all"), seen.pop("drop_next")
    return {"drop": drop_next or drop_all, **seen}


def state_seen(world: World) -> dict[str, Any]:
    """Return everything; lists have the newest first."""
    chain = world.chain
    deliveries = tuple(world.post.log)[: -_LATEST_DELIVERIES - 1 : -1]
    return {
        "key": world.settings.key,
        "secret": world.settings.secret,
        "block_seconds": world.settings.block_seconds,
        "heights": chain.heights,
        "networks": {one.slug: one.name for one in NETWORKS.values()},
        "addresses": [address_seen(one) for one in _newest(chain.addresses)],
        "transactions": [
            transaction_seen(one, chain) for one in _newest(chain.transactions)
        ],
        "withdrawals": [withdrawal_seen(one) for one in _newest(world.withdrawals.all)],
        "webhooks": [
            {"id": one.id, "url": one.url, "events": one.events, "active": one.active}
            for one in world.registrations.all.values()
        ],
        "deliveries": [delivery_seen(one) for one in deliveries],
        "weather": weather_seen(world.post.weather),
        "dialect": asdict(world.dialect),
        "faults": asdict(world.faults),
        "limits": world.limits.limits,
    }


def _newest(rows: dict[str, Any]) -> list[Any]:
    return list(rows.values())[::-1]
