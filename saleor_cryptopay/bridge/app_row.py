"""The App row that Saleor's transaction mutations look for.

`transactionInitialize` finds the payment app by `App.identifier`; a plugin has none of
its own, so we keep one, named like the plugin. Staff can delete or switch it off in
the Dashboard; the plugin heals it whenever it is saved and from its periodic task.
"""

from typing import Any, Final

from django.db import connection, transaction
from saleor.app.models import App
from saleor.app.types import AppType

from .identity import PLUGIN_ID, PLUGIN_NAME

# Any number that nobody else uses: `identifier` has no unique constraint to lean on.
LOCK: Final = 0x63727970746F7061


def find_app() -> Any:
    """Return our App row, or None."""
    return (
        App.objects.filter(identifier=PLUGIN_ID, removed_at__isnull=True)
        .order_by("pk")
        .first()
    )


def ensure_app(*, is_active: bool = True) -> Any:
    """Return our App row, made or healed; only one is ever made."""
    app = find_app()
    if app is not None and app.is_active == is_active:
        return app
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        app = find_app()
        if app is None:
            return App.objects.create(
                identifier=PLUGIN_ID,
                name=PLUGIN_NAME,
                type=AppType.THIRDPARTY,
                is_active=is_active,
                is_installed=True,
            )
        App.objects.filter(pk=app.pk).update(is_active=is_active)
        app.is_active = is_active
        return app
