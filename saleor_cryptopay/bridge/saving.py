"""What must be right before the form is saved."""

from typing import Any

from saleor.plugins.models import PluginConfiguration

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
    if changed.active:
        check_connection(read_configuration(items), changed)
    else:
        read_draft(items, _stored_values())


def _stored_values() -> dict[str, Any]:
    rows = PluginConfiguration.objects.filter(identifier=PLUGIN_ID, channel=None)
    row = rows.first()
    return {} if row is None else _values(row.configuration or [])


def _values(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {item["name"]: item["value"] for item in items}
