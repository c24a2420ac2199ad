"""Whether payments get through, in figures that harm nobody who reads them."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from saleor_cryptopay.core.states import OPEN_STATES
from saleor_cryptopay.models import Delivery, Effect, Payment
from saleor_cryptopay.operations.runtime import Runtime

from .answers import json_answer

# Longer than any queue should be when worker and beat are alive.
PATIENCE: Final = timedelta(minutes=10)


@require_safe
def health(request: HttpRequest, *, runtime: Runtime) -> HttpResponse:  # noqa: ARG001 - the URLconf hands it over
    """Answer with `health_data`."""
    return json_answer(health_data(runtime))


def health_data(runtime: Runtime) -> dict[str, object]:
    """Return what is waiting and for how long; three statements, each on an index."""
    now = runtime.clock()
    delivery = _age(_oldest_delivery(), now)
    effect = _age(_oldest_effect(), now)
    overdue = _overdue_payments(now)
    can_verify = runtime.gateway.has_webhook_secret
    waits = [seconds for seconds in (delivery, effect) if seconds is not None]
    is_late = any(seconds > PATIENCE.total_seconds() for seconds in waits)
    return {
        "status": "degraded" if is_late or overdue or not can_verify else "ok",
        "gateway": runtime.gateway.name,
        "environment": runtime.gateway.environment,
        "webhook_secrets": can_verify,
        "oldest_waiting_delivery_seconds": delivery,
        "oldest_waiting_effect_seconds": effect,
        "open_payments_unchecked": overdue,
    }


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


def _age(moment: datetime | None, now: datetime) -> int | None:
    return None if moment is None else max(0, (now - moment) // timedelta(seconds=1))
