"""Signs of life, for the line of health on the plugin's settings page."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Max

from saleor_cryptopay.models import Cursor, Delivery
from saleor_cryptopay.operations.runtime import Runtime
from saleor_cryptopay.web.health import health_data

PREFIX: Final = "pulse:"
WORKER: Final = "worker"
GATEWAY: Final = "gateway"

# Both are noted once a minute while all is well.
PATIENCE: Final = timedelta(minutes=5)


def note(what: str, now: datetime) -> None:
    """Note that something is alive at a moment."""
    Cursor.objects.update_or_create(
        name=f"{PREFIX}{what}", defaults={"read_until": now}
    )


def describe(runtime: Runtime) -> str:
    """Return health in words a merchant understands, a line for each thing."""
    now = runtime.clock()
    figures = health_data(runtime)
    reports = figures["oldest_waiting_effect_seconds"]
    delivered = Delivery.objects.aggregate(last=Max("received_at"))["last"]
    lines = [
        f"Worker and beat: {_alive(WORKER, now)}",
        f"Gateway answers: {_alive(GATEWAY, now)}",
        f"Last webhook: {_ago(delivered, now)}",
        f"Webhooks that wait: {_waits(figures['oldest_waiting_delivery_seconds'])}",
        f"Reports to Saleor that wait: {_waits(reports)}",
        f"Money: {figures['environment']}",
    ]
    return "\n".join([f"Health: {figures['status']}", *lines])


def _alive(what: str, now: datetime) -> str:
    cursor = Cursor.objects.filter(name=f"{PREFIX}{what}").first()
    if cursor is None:
        return "no sign yet"
    is_late = now - cursor.read_until > PATIENCE
    return f"{'NOT SINCE' if is_late else 'yes,'} {_ago(cursor.read_until, now)}"


def _ago(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "none yet"
    seconds = max(0, int((now - moment).total_seconds()))
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return f"{seconds} seconds ago"


def _waits(seconds: object) -> str:
    return "none" if seconds is None else f"yes, for {seconds} seconds"
