"""The objects of the API as the dialect writes them."""

from decimal import Decimal
from typing import Any

from saleor_cryptopay.core.assets import Asset, Network
from saleor_cryptopay.core.money import format_units

from .balances import balances_of
from .chain import Address, Chain, Transaction
from .dialect import Dialect, Shape, coin_slug, written_time
from .identifiers import block_hash
from .registrations import Registration
from .withdrawals import Withdrawal

_SMALLEST_DEPOSIT = Decimal("0.0001")


def amount_of(transaction: Transaction) -> str:
    """Write a transaction's coins."""
    return format_units(transaction.units, transaction.asset.decimals)


def address_reply(address: Address, dialect: Dialect) -> dict[str, Any]:
    """Return an address; the bare form of the API page has no metadata."""
    reply: dict[str, Any] = {
        "id": address.id,
        "address": address.address,
        "network": address.network.slug,
        "coin": dialect.coin(address.asset) if address.asset else None,
        "type": address.type,
        "mode": address.mode,
        "label": address.label,
        "created_at": written_time(address.created_at),
    }
    if dialect.wrapped:
        reply["metadata"] = address.metadata
    return dialect.times(reply)


def address_with_balances(address: Address, dialect: Dialect) -> dict[str, Any]:
    """Return an address and what it holds."""
    balances = [
        {
            "coin": dialect.coin(balance.asset),
            "balance": balance.sums()["total"],
            "confirmed": balance.sums()["confirmed"],
            "unconfirmed": balance.sums()["unconfirmed"],
        }
        for balance in balances_of(address).values()
    ]
    return address_reply(address, dialect) | {"balances": balances}


def transaction_reply(
    transaction: Transaction, chain: Chain, dialect: Dialect
) -> dict[str, Any]:
    """Return a transaction; each shape names the receiving address in its own way."""
    reply: dict[str, Any] = {
        "id": transaction.id,
        "hash": transaction.hash,
        "type": transaction.type,
        "status": str(transaction.status),
        "network": transaction.asset.network.slug,
        "coin": dialect.coin(transaction.asset),
        "amount": amount_of(transaction),
        "fee": "0.001",
        "from_address": transaction.from_address,
        "confirmations": chain.confirmations(transaction),
        "block_number": transaction.block_number,
        "created_at": written_time(transaction.created_at),
        "confirmed_at": written_time(transaction.confirmed_at),
    }
    return dialect.times(reply | _receiver(transaction, dialect.shape))


def transaction_in_full(
    transaction: Transaction, chain: Chain, dialect: Dialect
) -> dict[str, Any]:
    """Return a transaction with what only its own page shows.

    `transaction_index` is its place in the block, not the place of a transfer in it.
    """
    network, block = transaction.asset.network, transaction.block_number
    return transaction_reply(transaction, chain, dialect) | {
        "block_hash": block_hash(network, block) if block else None,
        "transaction_index": 45 if block else None,
        "metadata": transaction.address.metadata if transaction.address else {},
    }


def coin_reply(asset: Asset, dialect: Dialect) -> dict[str, Any]:
    """Return a coin, as the contract or (with slugs) as the coins page has it."""
    common: dict[str, Any] = {
        "symbol": asset.symbol,
        "name": asset.name,
        "type": "NATIVE" if asset.is_native else "TOKEN",
        "decimals": asset.decimals,
        "contractAddress": asset.contract,
        "status": "ACTIVE",
    }
    network = asset.network.slug
    if not dialect.coin_slugs:
        return common | {
            "coin": asset.coin,
            "slug": coin_slug(asset),
            "network": network,
            "settings": {"minDepositAmount": str(_SMALLEST_DEPOSIT)},
        }
    return common | {
        "coin": coin_slug(asset),
        "network": {"network": network},
        # That page shows a JSON number, the one amount of the API that is none of text.
        "settings": {"minDepositAmount": float(_SMALLEST_DEPOSIT)},
    }


def network_reply(network: Network) -> dict[str, Any]:
    """Return a network."""
    return {
        "slug": network.slug,
        "name": network.name,
        "chainId": network.chain_id,
        "explorerUrl": "/".join(network.transaction_url.split("/")[:3]),
        "confirmationBlocks": network.confirmations,
    }


def withdrawal_reply(
    withdrawal: Withdrawal, chain: Chain, dialect: Dialect
) -> dict[str, Any]:
    """Return a withdrawal."""
    sent = withdrawal.transaction
    reply = {
        "id": withdrawal.id,
        "status": str(withdrawal.status),
        "network": withdrawal.asset.network.slug,
        "coin": dialect.coin(withdrawal.asset),
        "amount": format_units(withdrawal.units, withdrawal.asset.decimals),
        "fee": withdrawal.fee,
        "to_address": withdrawal.to_address,
        "from_address": sent.from_address if sent else None,
        "transaction_hash": sent.hash if sent else None,
        "confirmations": chain.confirmations(sent) if sent else 0,
        "block_number": sent.block_number if sent else None,
        "metadata": withdrawal.metadata,
        "created_at": written_time(withdrawal.created_at),
        "confirmed_at": written_time(withdrawal.confirmed_at),
    }
    return dialect.times(reply)


def registration_reply(registration: Registration, dialect: Dialect) -> dict[str, Any]:
    """Return a registration for webhooks."""
    reply = {
        "id": registration.id,
        "url": registration.url,
        "events": registration.events,
        "description": registration.description,
        "active": registration.active,
        "created_at": written_time(registration.created_at),
    }
    return dialect.times(reply)


def _receiver(transaction: Transaction, shape: Shape) -> dict[str, Any]:
    address = transaction.address
    to_address = {"to_address": transaction.to_address}
    if address is None or shape is Shape.GUIDE:
        return to_address
    if shape is Shape.API:
        return to_address | {"address_id": address.id}
    return {"address": address.address, "metadata": address.metadata}
