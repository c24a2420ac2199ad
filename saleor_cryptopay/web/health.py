"""Whether payments get through, in figures that harm nobody who reads them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from saleor_cryptopay.core.states import OPEN_STATES
from saleor_cryptopay.models import Case, Delivery, Effect, MarketPair, Payment
from saleor_cryptopay.operations import pulse
from saleor_cryptopay.operations.runtime import Runtime

from .answers import json_answer, text_answer
from .figures import iso
from .metrics import CONTENT_TYPE, prometheus_text

# Longer than any queue should be when worker and beat are alive.
PATIENCE: Final = timedelta(minutes=10)

SECOND: Final = timedelta(seconds=1)

# Deliveries among which the last use of a secret is looked for.
LATEST: Final = 500


@require_safe
def health(request: HttpRequest, *, runtime: Runtime) -> HttpResponse:
    """Answer with `health_data`: JSON, or what Prometheus reads."""
    data = health_data(runtime)
    if request.GET.get("format") == "prometheus":
        return text_answer(prometheus_text(data), CONTENT_TYPE)
    return json_answer(data)


def health_data(runtime: Runtime) -> dict[str, object]:
    """Return what is waiting and for how long; a few statements, each on an index."""
    now = runtime.clock()
    figures: dict[str, object] = {
        "webhook_secrets": runtime.gateway.has_webhook_secret,
        "webhook_secrets_last_used": _last_uses(runtime),
        "oldest_waiting_delivery_seconds": _age(_oldest_delivery(), now),
        "oldest_waiting_effect_seconds": _age(_oldest_effect(), now),
        "open_payments_unchecked": _overdue_payments(now),
        "open_cases": _open_cases(),
        "seconds_since_audit": _age(pulse.last_sign(pulse.AUDIT), now),
        **_rates(runtime, now),
    }
    return {
        "status": "degraded" if list_causes(figures, runtime) else "ok",
        "gateway": runtime.gateway.name,
        "environment": runtime.gateway.environment,
        **figures,
    }


def list_causes(figures: Mapping[str, object], runtime: Runtime) -> dict[str, object]:
    """Return those figures of `health_data` for which health is degraded."""
    limits = {
        "oldest_waiting_delivery_seconds": PATIENCE // SECOND,
        "oldest_waiting_effect_seconds": PATIENCE // SECOND,
        "open_payments_unchecked": 0,
    }
    if runtime.watch.audit:
        limits["seconds_since_audit"] = pulse.PATIENCE[pulse.AUDIT] // SECOND
    return {
        name: value for name, value in figures.items() if _is_amiss(name, value, limits)
    }


def _is_amiss(name: str, value: object, limits: Mapping[str, int]) -> bool:
    if name == "webhook_secrets":
        return not value
    if name == "assets_without_rate":
        return bool(value)
    return name in limits and isinstance(value, int) and value > limits[name]


def _rates(runtime: Runtime, now: datetime) -> dict[str, object]:
    """Return whether the market prices what is on offer; nothing where none is asked.

    A pair counts as without a rate once it has been so for as long as staff wait.
    """
    if not runtime.sources:
        return {}
    rules = runtime.rate_rules
    silent = MarketPair.objects.filter(silent_since__lte=now - rules.alarm_after)
    return {
        "rate_sources": list(rules.sources),
        "rates_on_one_source": len(rules.sources) == 1,
        "assets_without_rate": sorted(str(pair) for pair in silent[:100]),
    }


def _last_uses(runtime: Runtime) -> list[str | None]:
    """Return when each secret signed last, in the order of the setting.

    None: not among the latest deliveries, so that it may be taken off the list.
    """
    latest = Delivery.objects.order_by("-pk").values_list("secret", "received_at")
    uses: dict[str, datetime] = {}
    for mark, received_at in latest[:LATEST]:
        uses.setdefault(mark, received_at)
    moments = [uses.get(mark) for mark in runtime.gateway.secret_marks]
    return [None if moment is None else iso(moment) for moment in moments]


def _oldest_delivery() -> datetime | None:
    waiting = Delivery.objects.filter(status=Delivery.Status.STORED)
    oldest: datetime | None = waiting.aggregate(oldest=Min("received_at"))["oldest"]
    return oldest


def _oldest_effect() -> datetime | None:
    waiting = Effect.objects.filter(done_at=None, is_dead=False)
    oldest: datetime | None = waiting.aggregate(oldest=Min("created_at"))["oldest"]
    return oldest


def _overdue_payments(now: datetime) -> int:
    """Count open payments that nobody looked at since their deadline, up to 1,000."""
    overdue = Payment.objects.filter(
        state__in=sorted(OPEN_STATES), expires_at__lt=now - PATIENCE
    ).exclude(checked_at__gt=now - PATIENCE)
    return overdue[:1000].count()


def _open_cases() -> int:
    """Count what waits for a decision of staff, up to 1,000: no fault of the system."""
    return Case.objects.filter(closed_at=None)[:1000].count()


def _age(moment: datetime | None, now: datetime) -> int | None:
    return None if moment is None else max(0, (now - moment) // SECOND)
