"""Signs of life: when worker, gateway, webhook and audit were last seen to work."""

from datetime import datetime, timedelta
from typing import Final

from saleor_cryptopay.models import Cursor

WORKER: Final = "worker"
GATEWAY: Final = "gateway"
WEBHOOK: Final = "webhook"
AUDIT: Final = "audit"

# Worker and gateway are noted once a minute while all is well, the webhook every
# ten, and the audit once a day.
PATIENCE: Final = {
    WORKER: timedelta(minutes=5),
    GATEWAY: timedelta(minutes=5),
    WEBHOOK: timedelta(minutes=25),
    AUDIT: timedelta(days=3),
}

_PREFIX: Final = "pulse:"


def note(what: str, now: datetime) -> None:
    """Note that something is alive at a moment."""
    Cursor.objects.update_or_create(
        name=f"{_PREFIX}{what}", defaults={"read_until": now}
    )


def last_sign(what: str) -> datetime | None:
    """Return when something was last noted to be alive; None if never."""
    cursor = Cursor.objects.filter(name=f"{_PREFIX}{what}").first()
    return None if cursor is None else cursor.read_until
