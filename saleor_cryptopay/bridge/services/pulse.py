"""Signs of life, for the lines of health on the plugin's settings page."""

from datetime import datetime

from django.db.models import Max

from saleor_cryptopay.models import Delivery
from saleor_cryptopay.operations.pulse import (
    AUDIT,
    GATEWAY,
    PATIENCE,
    WEBHOOK,
    WORKER,
    last_sign,
)
from saleor_cryptopay.operations.runtime import Runtime
from saleor_cryptopay.web.health import health_data


def describe(runtime: Runtime) -> dict[str, str]:
    """Return health in words a merchant understands, by the form's field.

    Each is one line of at most some eighty characters: the Dashboard shows no more.
    """
    now = runtime.clock()
    figures = health_data(runtime)
    webhooks = _waits(figures["oldest_waiting_delivery_seconds"])
    reports = _waits(figures["oldest_waiting_effect_seconds"])
    delivered = Delivery.objects.aggregate(last=Max("received_at"))["last"]
    last = f"last webhook: {_ago(delivered, now)}"
    audit = _ago(last_sign(AUDIT), now) if runtime.watch.audit else "off"
    money = figures["environment"]
    return {
        "health": f"{figures['status']}; money: {money}; last audit: {audit}",
        "health_worker": _alive(WORKER, now),
        "health_gateway": _alive(GATEWAY, now),
        "health_webhook": f"{_alive(WEBHOOK, now)}; {last}",
        "health_waiting": f"cases: {figures['open_cases']}; webhooks: {webhooks};"
        f" reports to Saleor: {reports}",
    }


def _alive(what: str, now: datetime) -> str:
    seen_at = last_sign(what)
    if seen_at is None:
        return "no sign yet"
    is_late = now - seen_at > PATIENCE[what]
    return f"{'NOT SINCE' if is_late else 'yes,'} {_ago(seen_at, now)}"


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
