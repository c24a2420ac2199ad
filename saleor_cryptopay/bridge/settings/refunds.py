"""The settings about refunds: defaults, and readers of text into checked values."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar

from saleor_cryptopay.core.assets import find_asset
from saleor_cryptopay.core.errors import AmountError, AssetError, SettingError
from saleor_cryptopay.core.money import parse_units
from saleor_cryptopay.core.refund_rules import (
    FeePayer,
    RefundAmount,
    RefundMode,
    RefundRules,
)
from saleor_cryptopay.operations.runtime import Policy

from . import fields
from .environment import resolve

DEFAULTS: Final[dict[str, str | bool]] = {
    "refunds": "off",
    "refund_api_key": "",
    "refund_amount": "coins",
    "refund_fees": "shop",
    "refund_fee_amounts": "",
    "refund_link_days": "14",
}

MOST_DAYS: Final = 365
_FEE_LINE: Final = re.compile(r"([a-z0-9]+@[a-z0-9]+)\s*=\s*([0-9.]+)", re.ASCII)

Word = TypeVar("Word", bound=StrEnum)


def read_mode(field: str, text: str) -> RefundMode:
    """Read whether there are refunds: `off`, `approval` or `automatic`."""
    return _read_word(field, text, RefundMode)


def read_amount(field: str, text: str) -> RefundAmount:
    """Read how many coins go back: `coins` or `value`."""
    return _read_word(field, text, RefundAmount)


def read_fees(field: str, text: str) -> FeePayer:
    """Read who bears the network's fee: `shop` or `customer`."""
    return _read_word(field, text, FeePayer)


def read_fee_amounts(field: str, text: str) -> Mapping[str, int]:
    """Read `coin@network = coins` lines into asset key → base units."""
    found: dict[str, int] = {}
    for number, line in fields.lines(text):
        match = _FEE_LINE.fullmatch(line.lower())
        if match is None:
            raise SettingError(
                field, f"Line {number}: write it as “usdt@ethereum = 3.5”."
            )
        try:
            asset = find_asset(match[1])
            found[asset.key] = parse_units(match[2], asset.decimals)
        except (AssetError, AmountError) as error:
            raise SettingError(field, f"Line {number}: {error}") from None
    return found


def read_link_days(field: str, text: str) -> timedelta:
    """Read a whole number of days, from 1 to 365."""
    if not re.fullmatch(r"[0-9]{1,3}", text, re.ASCII):
        raise SettingError(field, f"“{text}” is not a whole number of days.")
    if not 1 <= int(text) <= MOST_DAYS:
        raise SettingError(field, f"From 1 to {MOST_DAYS} days, not {text}.")
    return timedelta(days=int(text))


# Setting → the attribute of `core.refund_rules.RefundRules`, and how it is read.
FIELDS: Final[dict[str, tuple[str, Callable[[str, Any], Any]]]] = {
    "refunds": ("mode", read_mode),
    "refund_amount": ("amount", read_amount),
    "refund_fees": ("fees", read_fees),
    "refund_fee_amounts": ("fee_units", read_fee_amounts),
    "refund_link_days": ("link_life", read_link_days),
}


def read_key(text: str, environment: str, *, is_needed: bool) -> str:
    """Read the key that may withdraw; "" where it is not set and not needed.

    Raises:
        SettingError: it is needed, of no such form, or for the other money.
    """
    name = "refund_api_key"
    if not text:
        if is_needed:
            raise SettingError(
                name, "Refunds need a key of the gateway that may withdraw."
            )
        return ""
    key = fields.read_api_key(name, resolve(name, text))
    if not key.startswith(f"sk_{environment}_"):
        raise SettingError(name, "It has to be for the same money as “api_key”.")
    return key


def refuse_unnamed_fees(policy: Policy, field: str, where: str) -> None:
    """Refuse to let customers bear a fee that nobody names.

    Raises:
        SettingError: an asset on offer has no line.
    """
    rules: RefundRules = policy.refunds
    if rules.mode is RefundMode.OFF or rules.fees is FeePayer.SHOP:
        return
    for asset in policy.assets:
        if asset.key not in rules.fee_units:
            raise SettingError(
                field,
                f"{where}The gateway names no fee before it sends: add a line"
                f" “{asset.key} = …” with what is taken off, or let the shop bear it.",
            )


def _read_word(field: str, text: str, words: type[Word]) -> Word:
    try:
        return words(text.lower())
    except ValueError:
        known = "” or “".join(words)
        raise SettingError(field, f"Write “{known}”.") from None
