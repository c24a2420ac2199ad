"""What must be right before the form is saved."""

import tomllib
from collections.abc import Mapping
from typing import Any

from saleor.channel.models import Channel
from saleor.plugins.models import PluginConfiguration

from saleor_cryptopay.core.errors import SettingError

from .connection import check_connection
from .identity import PLUGIN_ID
from .settings.configuration import read_configuration
from .settings.drafts import read_draft


def check_form(changed: Any) -> None:
    """Refuse settings that cannot work.

    While the plugin is switched off, only what is typed now has to be right.

    Args:
        changed: Saleor's row with the new values, not saved yet.

    Raises:
        SettingError: a setting cannot be used; says which and why.
    """
    items = changed.configuration or []
    stored = _stored_values()
    if not changed.active:
        read_draft(items, stored)
        _refuse_unknown_channels(_values(items), stored)
        return
    configuration = read_configuration(items)
    _refuse_unknown_channels(_values(items), stored)
    check_connection(configuration, changed)


def _refuse_unknown_channels(new: Mapping[str, Any], stored: Mapping[str, Any]) -> None:
    """Refuse a slug that is typed now and that the shop does not have.

    One that was good when it was typed stays good: its channel may be deleted.
    """
    added = _slugs(new) - _slugs(stored)
    if not added:
        return
    known = set(Channel.objects.values_list("slug", flat=True))
    if unknown := sorted(added - known):
        raise SettingError(
            "channels",
            f"[{unknown[0]}] There is no channel with this slug. There is:"
            f" {', '.join(sorted(known)) or 'none'}.",
        )


def _slugs(values: Mapping[str, Any]) -> set[str]:
    try:
        return set(tomllib.loads(str(values.get("channels") or "")))
    except tomllib.TOMLDecodeError:
        return set()


def _stored_values() -> dict[str, Any]:
    rows = PluginConfiguration.objects.filter(identifier=PLUGIN_ID, channel=None)
    row = rows.first()
    return {} if row is None else _values(row.configuration or [])


def _values(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {item["name"]: item["value"] for item in items}
