"""The periodic tasks, put into Saleor's beat schedule without touching its settings."""

from datetime import timedelta
from typing import Any, Final

from django.conf import settings

# Task → how often. A run that beat could not hand over in time is not made up for.
SCHEDULE: Final[dict[str, timedelta]] = {
    "saleor_cryptopay.apply_deliveries": timedelta(seconds=30),
    "saleor_cryptopay.deliver_effects": timedelta(seconds=30),
    "saleor_cryptopay.deliver_messages": timedelta(seconds=30),
    "saleor_cryptopay.reconcile": timedelta(seconds=60),
    "saleor_cryptopay.expire": timedelta(seconds=60),
    "saleor_cryptopay.send_refunds": timedelta(seconds=60),
    "saleor_cryptopay.refresh_rates": timedelta(seconds=60),
    "saleor_cryptopay.keep_connections": timedelta(minutes=10),
    "saleor_cryptopay.audit": timedelta(hours=1),
}


def register_schedule() -> None:
    """Add our tasks to `CELERY_BEAT_SCHEDULE`, which beat reads when it starts."""
    schedule: dict[str, Any] = getattr(settings, "CELERY_BEAT_SCHEDULE", {})
    for task, interval in SCHEDULE.items():
        expires = interval.total_seconds()
        schedule.setdefault(
            task, {"task": task, "schedule": interval, "options": {"expires": expires}}
        )
    settings.CELERY_BEAT_SCHEDULE = schedule
