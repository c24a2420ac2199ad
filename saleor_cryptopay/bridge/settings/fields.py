"""Reading single settings: a text from the Dashboard in, a checked value out.

Every reader raises SettingError with the field's name and a reason in words, so that
the Dashboard can show it beside the field.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from saleor_cryptopay.core.assets import Asset, find_asset, find_network
from saleor_cryptopay.core.errors import AmountError, AssetError, SettingError
from saleor_cryptopay.core.money import parse_decimal
from saleor_cryptopay.operations.runtime import LatePolicy
from saleor_cryptopay.rates.registry import SOURCES

# A gateway's secret shorter than this is a typing mistake or can be guessed.
SHORTEST_SECRET: Final = 24

API_KEY: Final = re.compile(r"sk_(test|live)_[A-Za-z0-9_\-]{1,200}", re.ASCII)
RATE_LINE: Final = re.compile(
    r"([a-z0-9]{2,16})/([a-z]{3})\s*=\s*([0-9.]+)", re.ASCII | re.IGNORECASE
)
CONFIRMATION_LINE: Final = re.compile(r"([a-z0-9]{2,32})\s*=\s*([0-9]{1,6})", re.ASCII)

LONGEST_WINDOW: Final = 60 * 24 * 30  # minutes
LONGEST_GRACE: Final = 60 * 24  # minutes
SHORTEST_RATE_AGE: Final = 120  # seconds
LONGEST_RATE_AGE: Final = 60 * 60  # seconds
TRUE: Final = frozenset({"true", "1", "yes", "on"})
FALSE: Final = frozenset({"false", "0", "no", "off", ""})


def lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line number from 1, text) of lines that hold something.

    What follows a `#` is the merchant's remark.
    """
    for number, line in enumerate(text.splitlines(), start=1):
        if stripped := line.split("#", 1)[0].strip():
            yield number, stripped


def read_assets(field: str, text: str) -> tuple[Asset, ...]:
    """Read `coin@network` lines, in the merchant's order, each once."""
    found: dict[str, Asset] = {}
    for number, line in lines(text):
        try:
            asset = find_asset(line.lower())
        except AssetError as error:
            raise SettingError(field, f"Line {number}: {error}") from None
        if asset.key in found:
            raise SettingError(field, f"Line {number}: “{asset.key}” is there twice.")
        found[asset.key] = asset
    return tuple(found.values())


def read_rates(field: str, text: str) -> dict[tuple[str, str], Decimal]:
    """Read `coin/currency = number` lines into (coin, CURRENCY) → price of a coin."""
    found: dict[tuple[str, str], Decimal] = {}
    for number, line in lines(text):
        match = RATE_LINE.fullmatch(line)
        if match is None:
            raise SettingError(
                field, f"Line {number}: write it as “btc/usd = 64000.00”."
            )
        pair = (match[1].lower(), match[2].upper())
        if pair in found:
            raise SettingError(field, f"Line {number}: this pair is there twice.")
        found[pair] = _positive(field, number, match[3])
    return found


def _positive(field: str, number: int, text: str) -> Decimal:
    try:
        value = parse_decimal(text)
    except AmountError as error:
        raise SettingError(field, f"Line {number}: {error}") from None
    if value == 0:
        raise SettingError(field, f"Line {number}: a rate must be more than zero.")
    return value


def read_confirmations(field: str, text: str) -> dict[str, int]:
    """Read `network = number` lines; a number below the gateway's has no effect."""
    found: dict[str, int] = {}
    for number, line in lines(text):
        match = CONFIRMATION_LINE.fullmatch(line.lower())
        if match is None:
            raise SettingError(field, f"Line {number}: write it as “bitcoin = 3”.")
        try:
            network = find_network(match[1])
        except AssetError as error:
            raise SettingError(field, f"Line {number}: {error}") from None
        found[network.slug] = int(match[2])
    return found


def read_minutes(field: str, text: str) -> timedelta:
    """Read a whole number of minutes, from 1 to 30 days."""
    if not re.fullmatch(r"[0-9]{1,6}", text, re.ASCII):
        raise SettingError(field, f"“{text}” is not a whole number of minutes.")
    minutes = int(text)
    if not 1 <= minutes <= LONGEST_WINDOW:
        raise SettingError(field, f"From 1 to {LONGEST_WINDOW} minutes, not {minutes}.")
    return timedelta(minutes=minutes)


def read_percent(field: str, text: str) -> Decimal:
    """Read a tolerance in percent: 0 to 50."""
    try:
        percent = parse_decimal(text)
    except AmountError as error:
        raise SettingError(field, str(error)) from None
    if percent > 50:  # noqa: PLR2004 - more than half missing is no tolerance
        raise SettingError(field, "At most 50: more than half missing is no tolerance.")
    return percent


def read_sources(field: str, text: str) -> tuple[str, ...]:
    """Read the names of rate sources, one a line, each once; none is allowed."""
    found: list[str] = []
    for number, line in lines(text):
        name = line.lower()
        if name not in SOURCES:
            known = ", ".join(sorted(SOURCES))
            raise SettingError(
                field,
                f"Line {number}: no source is called “{line}”. There is: {known}.",
            )
        if name in found:
            raise SettingError(field, f"Line {number}: “{name}” is there twice.")
        found.append(name)
    return tuple(found)


def read_rate_age(field: str, text: str) -> timedelta:
    """Read a whole number of seconds, from two minutes to one hour.

    Rates are fetched every minute: less would leave gaps when one fetch fails.
    """
    if not re.fullmatch(r"[0-9]{1,5}", text, re.ASCII):
        raise SettingError(field, f"“{text}” is not a whole number of seconds.")
    seconds = int(text)
    if not SHORTEST_RATE_AGE <= seconds <= LONGEST_RATE_AGE:
        span = f"{SHORTEST_RATE_AGE} to {LONGEST_RATE_AGE}"
        raise SettingError(field, f"From {span} seconds, not {seconds}.")
    return timedelta(seconds=seconds)


def read_grace(field: str, text: str) -> timedelta:
    """Read a whole number of minutes, from none to a day."""
    if not re.fullmatch(r"[0-9]{1,4}", text, re.ASCII) or int(text) > LONGEST_GRACE:
        raise SettingError(
            field, f"Write whole minutes from 0 to {LONGEST_GRACE}, not “{text}”."
        )
    return timedelta(minutes=int(text))


def read_spread(field: str, text: str) -> Decimal:
    """Read how far apart sources may be, in percent: more than 0, at most 10."""
    return _percent_within(field, text, 10)


def read_jump(field: str, text: str) -> Decimal:
    """Read how far a rate may move at once, in percent: more than 0, at most 90."""
    return _percent_within(field, text, 90)


def read_markup(field: str, text: str) -> Decimal:
    """Read the merchant's margin on market rates, in percent: 0 to 50."""
    try:
        return read_percent(field, text)
    except SettingError:
        raise SettingError(field, "Write a number from 0 to 50.") from None


def _percent_within(field: str, text: str, most: int) -> Decimal:
    try:
        percent = parse_decimal(text)
    except AmountError as error:
        raise SettingError(field, str(error)) from None
    if not 0 < percent <= most:
        raise SettingError(field, f"More than 0 and at most {most} percent.")
    return percent


def read_flag(field: str, value: object) -> bool:
    """Read a yes or no, as Saleor (a boolean) or TOML or a text has it."""
    if isinstance(value, bool):
        return value
    text = str(value if value is not None else "").strip().lower()
    if text in TRUE:
        return True
    if text in FALSE:
        return False
    raise SettingError(field, f"“{text}” is neither true nor false.")


def read_late_policy(field: str, text: str) -> LatePolicy:
    """Read what happens to late coins: `review` or `accept`."""
    try:
        return LatePolicy(text.lower())
    except ValueError:
        raise SettingError(field, "Write “review” or “accept”.") from None


def read_api_key(field: str, text: str) -> str:
    """Read the gateway's key: its prefix tells play money from real money."""
    if not API_KEY.fullmatch(text):
        raise SettingError(field, "A key begins with “sk_test_” or “sk_live_”.")
    return text


def read_api_url(field: str, text: str, *, is_test: bool) -> str:
    """Read the gateway's base address; plain http is for test keys only."""
    url = text.rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingError(field, "Write it as “https://gateway.example/api/v1”.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise SettingError(field, "Only scheme, host, port and path belong here.")
    if parts.scheme == "http" and not is_test:
        raise SettingError(
            field, "A live key goes over https only; plain http is for test keys."
        )
    return url


def read_secrets(field: str, text: str) -> tuple[str, ...]:
    """Read webhook secrets, one a line; each of them is valid."""
    found = tuple(line.strip() for line in text.splitlines() if line.strip())
    for number, secret in enumerate(found, start=1):
        if len(secret.encode()) < SHORTEST_SECRET:
            raise SettingError(
                field,
                f"Secret {number} is shorter than {SHORTEST_SECRET} characters:"
                " copy it whole from the gateway.",
            )
    return found


def read_return_url(field: str, text: str) -> str:
    """Read the storefront's address template; empty for none."""
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingError(
            field, "Write it as “https://shop.example/thanks?order={order}”."
        )
    return text
