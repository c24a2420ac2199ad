"""Settings that are saved while the plugin is off: they need not be whole yet.

Who switches it off because a setting is broken must be able to do so; who types
something in is told at once if it cannot be used.
"""

from collections.abc import Mapping
from typing import Any, Final

from saleor_cryptopay.core.errors import SettingError

from .configuration import read_configuration
from .table import DEFAULTS

BLANK: Final = (None, "")

# In the place of what is missing or broken, so that the rest can be read.
STAND_INS: Final = {
    **DEFAULTS,
    "api_url": "https://gateway.invalid/api/v1",
    "api_key": "sk_test_none",
    "webhook_secrets": "no-secret-is-chosen-as-yet",
}


def read_draft(items: list[dict[str, Any]], stored: Mapping[str, Any]) -> None:
    """Read settings and refuse what is new among them and cannot be used.

    Args:
        items: Saleor's list of `{"name", "value"}`.
        stored: the values of before, by name.

    Raises:
        SettingError: a value that was typed now cannot be used; says which and why.
    """
    values = {item["name"]: item["value"] for item in items}
    replaced: set[str] = set()
    while True:
        try:
            read_configuration(
                [{"name": name, "value": value} for name, value in values.items()]
            )
        except SettingError as error:
            field = error.field
            if field in replaced:
                return
            if values.get(field) not in (*BLANK, stored.get(field)):
                raise
            replaced.add(field)
            values[field] = STAND_INS[field]
        else:
            return
