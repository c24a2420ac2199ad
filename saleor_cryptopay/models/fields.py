"""Fields and defaults that several rows share."""

import secrets
from typing import TYPE_CHECKING, Any

from django.db import models


def new_token() -> str:
    """Return 192 bits of randomness: the page's address is its only key."""
    return secrets.token_urlsafe(24)


if TYPE_CHECKING:
    _DecimalField = models.DecimalField[int, int]
else:
    _DecimalField = models.DecimalField


class UnitsField(_DecimalField):
    """Whole base units of an asset: an integer of up to 78 digits (2**256)."""

    def __init__(self, **options: Any) -> None:
        options.update(max_digits=78, decimal_places=0)
        super().__init__(**options)

    def deconstruct(self) -> Any:
        """Leave out what `__init__` sets anyway."""
        name, path, args, options = super().deconstruct()
        del options["max_digits"], options["decimal_places"]
        return name, path, args, options

    def from_db_value(self, value: Any, *_: Any) -> int | None:
        """Hand out integers: base units are counted, not measured."""
        return None if value is None else int(value)
