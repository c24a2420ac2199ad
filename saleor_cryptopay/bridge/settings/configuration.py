"""The plugin's settings: Saleor's list of names and values in, frozen values out.

Nothing here asks the network or the database.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from saleor_cryptopay.core.errors import SettingError
from saleor_cryptopay.core.rates import RateRules
from saleor_cryptopay.core.refund_rules import RefundMode, RefundRules
from saleor_cryptopay.gateways.base import Environment
from saleor_cryptopay.gateways.registry import GATEWAYS
from saleor_cryptopay.operations.runtime import Appearance, Policy, Watch

from . import appearance, fields, messages, refunds
from .environment import resolve
from .table import DEFAULTS, POLICY_FIELDS, RATE_FIELDS
from .watching import WATCH_FIELDS


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings, read and checked.

    Attributes:
        gateway: the gateway's name in the registry.
        api_url: its base address, without a slash at the end.
        api_key: the key; never printed.
        webhook_secrets: each of them valid; never printed.
        policy: the shop's rules.
        channels: rules of channels that differ, by slug.
        rate_rules: when the market is believed, in every channel.
        return_url: storefront address template; "" for none.
        return_urls: the same for channels that differ, by slug.
        appearance: how the page looks, and who may frame it.
        watch: how long polling keeps an eye on what seems to be over.
        message_from: who mails are from; "" for Saleor's own sender.
        refund_api_key: the key that may withdraw; "" for none; never printed.
    """

    gateway: str
    api_url: str
    api_key: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)
    policy: Policy
    channels: Mapping[str, Policy]
    rate_rules: RateRules
    return_url: str
    return_urls: Mapping[str, str]
    appearance: Appearance
    watch: Watch
    message_from: str = ""
    refund_api_key: str = field(repr=False, default="")

    @property
    def environment(self) -> Environment:
        """Whether the key is for play money or for real money."""
        return environment_of(self.api_key)

    def policy_for(self, channel: str) -> Policy:
        """Return the rules for a channel's slug."""
        return self.channels.get(channel, self.policy)

    def return_url_for(self, channel: str) -> str:
        """Return the storefront address template for a channel's slug."""
        return self.return_urls.get(channel, self.return_url)


def environment_of(api_key: str) -> Environment:
    """Return the environment that the key's prefix names."""
    return Environment.LIVE if api_key.startswith("sk_live_") else Environment.TEST


def read_configuration(items: list[dict[str, Any]]) -> Configuration:
    """Read Saleor's list of `{"name", "value"}`.

    Raises:
        SettingError: a setting is missing or cannot be used; says which and why.
    """
    values = DEFAULTS | {
        item["name"]: item["value"]
        for item in items
        if item["name"] in DEFAULTS and item["value"] is not None
    }
    text = {name: str(value).strip() for name, value in values.items()}
    policy = _read_policy(values)
    channels = _read_channels(text["channels"], policy)
    rate_rules = RateRules(**_read_fields(values, RATE_FIELDS))
    if not rate_rules.sources:
        _refuse_unpriced(policy, "rates", "")
        for slug, (rules, _) in channels.items():
            _refuse_unpriced(rules, "channels", f"[{slug}] ")
    return Configuration(
        **_read_connection(text),
        policy=policy,
        channels=MappingProxyType({slug: row[0] for slug, row in channels.items()}),
        rate_rules=rate_rules,
        return_url=fields.read_return_url("return_url", text["return_url"]),
        return_urls=MappingProxyType(
            {slug: row[1] for slug, row in channels.items() if row[1] is not None}
        ),
        appearance=Appearance(**_read_fields(values, appearance.FIELDS)),
        watch=Watch(**_read_fields(values, WATCH_FIELDS)),
        message_from=messages.read_sender("message_from", text["message_from"]),
        refund_api_key=_read_refund_key(text, policy, channels),
    )


def _read_refund_key(
    text: dict[str, str], policy: Policy, channels: Mapping[str, tuple[Policy, Any]]
) -> str:
    rules = {"": policy, **{slug: row[0] for slug, row in channels.items()}}
    for slug, row in rules.items():
        field, where = ("channels", f"[{slug}] ") if slug else ("refund_fees", "")
        refunds.refuse_unnamed_fees(row, field, where)
    return refunds.read_key(
        text["refund_api_key"],
        environment_of(resolve("api_key", text["api_key"])),
        is_needed=any(row.refunds.mode is not RefundMode.OFF for row in rules.values()),
    )


def _read_connection(text: dict[str, str]) -> dict[str, Any]:
    if text["gateway"] not in GATEWAYS:
        known = ", ".join(sorted(GATEWAYS))
        raise SettingError("gateway", f"No such gateway. There is: {known}.")
    for name in ("api_key", "api_url", "webhook_secrets", "assets"):
        if not text[name]:
            raise SettingError(name, "This is needed to take payments.")
    api_key = fields.read_api_key("api_key", resolve("api_key", text["api_key"]))
    is_test = environment_of(api_key) is Environment.TEST
    lines = resolve("webhook_secrets", text["webhook_secrets"])
    secrets = fields.read_secrets("webhook_secrets", lines)
    return {
        "gateway": text["gateway"],
        "api_url": fields.read_api_url("api_url", text["api_url"], is_test=is_test),
        "api_key": api_key,
        "webhook_secrets": secrets,
    }


def _read_policy(values: Mapping[str, Any]) -> Policy:
    rules = RefundRules(**_read_fields(values, refunds.FIELDS))
    return Policy(**_read_fields(values, POLICY_FIELDS), refunds=rules)


def _read_fields(
    values: Mapping[str, Any],
    table: Mapping[str, tuple[str, Callable[[str, Any], Any]]],
) -> dict[str, Any]:
    return {
        attribute: read(name, _plain(values[name]))
        for name, (attribute, read) in table.items()
    }


def _plain(value: object) -> object:
    """Return a setting as its reader takes it: a list (from TOML) becomes lines."""
    if isinstance(value, list):
        return "\n".join(str(item) for item in value)
    return value if isinstance(value, bool) else str(value).strip()


def _read_channels(text: str, policy: Policy) -> dict[str, tuple[Policy, str | None]]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingError("channels", f"This is not TOML: {error}.") from None
    return {
        slug: _read_channel(slug, overrides, policy)
        for slug, overrides in document.items()
    }


def _read_channel(
    slug: str, overrides: object, policy: Policy
) -> tuple[Policy, str | None]:
    if not isinstance(overrides, dict):
        raise SettingError("channels", f"Begin a channel with a line “[{slug}]”.")
    changes: dict[str, Any] = {}
    refund_changes: dict[str, Any] = {}
    return_url = None
    for name, value in overrides.items():
        try:
            if name == "return_url":
                return_url = fields.read_return_url(name, str(value))
                continue
            is_refund = name in refunds.FIELDS
            table = refunds.FIELDS if is_refund else POLICY_FIELDS
            attribute, read = table[name]
            target = refund_changes if is_refund else changes
            target[attribute] = read(name, _plain(value))
        except KeyError:
            raise SettingError(
                "channels", f"[{slug}]: “{name}” is no setting a channel can have."
            ) from None
        except SettingError as error:
            raise SettingError("channels", f"[{slug}] {error}") from None
    changes["refunds"] = replace(policy.refunds, **refund_changes)
    return replace(policy, **changes), return_url


def _refuse_unpriced(policy: Policy, field: str, where: str) -> None:
    """Refuse an asset without a price in any currency: nobody could pay with it."""
    for asset in policy.assets:
        has_fixed = any(coin == asset.coin for coin, _ in policy.rates)
        if asset.pegged_to is None and not has_fixed:
            raise SettingError(
                field,
                f"{where}{asset.key} is offered without a rate: add a line"
                f" “{asset.coin}/usd = …”, name “rate_sources”, or take it off the"
                " assets.",
            )
