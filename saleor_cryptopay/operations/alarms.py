"""Alarms: whether gateway, webhooks and secrets are in order; staff are told if not.

Each is told once when it begins and once when it is over; see the runbook.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from saleor_cryptopay.core.errors import GatewayError
from saleor_cryptopay.core.messages import MessageName
from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.models import Delivery, Transfer

from .refusals import recent_refusals
from .runtime import Runtime
from .troubles import AT_ONCE, note_end, note_trouble

logger = logging.getLogger(__name__)

# How long the gateway may be away before staff hear of it.
GATEWAY_PATIENCE: Final = timedelta(minutes=15)

# By when a webhook has come if it comes at all: the gateway gives up in half a minute.
WEBHOOK_PATIENCE: Final = timedelta(minutes=15)

# Transfers without a webhook that are no accident, among the latest ones.
MISSED: Final = 2
LATEST: Final = 50

# Bad signatures in an hour or two that are no accident.
REFUSED: Final = 20

# How long a secret may lie unused beside one that is used.
SECRET_PATIENCE: Final = timedelta(days=30)


def watch_gateway(runtime: Runtime, error: GatewayError | None = None) -> None:
    """Note whether the gateway answered; `error` is what it said if it did not."""
    now = runtime.clock()
    if error is None:
        note_end("gateway", MessageName.GATEWAY_TROUBLE, now)
    elif error.code != "BUDGET_SPENT" and note_trouble(
        "gateway",
        MessageName.GATEWAY_TROUBLE,
        now,
        patience=GATEWAY_PATIENCE,
        why=str(error),
    ):
        logger.error(
            "cryptopay.E108: the gateway does not answer: %s",
            error,
            extra=about(event="cryptopay.E108"),
        )


def watch_webhooks(runtime: Runtime) -> None:
    """Note whether coins come that no webhook told of."""
    now = runtime.clock()
    delivered_at = _last_delivery(runtime)
    missed = _count_unannounced(runtime, delivered_at, now - WEBHOOK_PATIENCE)
    if missed < MISSED:
        # As long as none comes nothing is over: the coins may only have grown old.
        if delivered_at is not None:
            note_end("webhooks", MessageName.WEBHOOK_TROUBLE, now)
    elif note_trouble("webhooks", MessageName.WEBHOOK_TROUBLE, now):
        logger.error(
            "cryptopay.E109: %s transfers were found without a webhook.",
            missed,
            extra=about(event="cryptopay.E109"),
        )


def watch_signatures(runtime: Runtime) -> None:
    """Note whether webhooks with bad signatures pile up."""
    now, refused = runtime.clock(), recent_refusals(runtime.clock())
    if refused == 0:
        note_end("signatures", MessageName.SECRET_TROUBLE, now)
    elif refused >= REFUSED:
        why = (
            f"{refused} webhooks within two hours were signed with none of the secrets"
            " in the settings. If payments are found late, the gateway's secret has"
            " changed: put the new one into “Webhook secrets”. Else somebody is"
            " trying the door: nothing of it was believed."
        )
        _alarm_of_secret("signatures", why, now, details={"refused": refused})


def watch_secrets(runtime: Runtime) -> None:
    """Note which secrets lie unused while another one is used."""
    now, marks = runtime.clock(), runtime.gateway.secret_marks
    used = {mark for mark in marks if _is_used(mark, now - timedelta(days=1))}
    for number, mark in enumerate(marks, start=1):
        if mark in used:
            note_end(f"secret:{mark}", MessageName.SECRET_TROUBLE, now)
        elif used:
            why = (
                f"Webhook secret {number} has signed nothing for"
                f" {SECRET_PATIENCE.days} days, and another one has: take it out of"
                " “Webhook secrets”, so that nobody who finds it can use it."
            )
            _alarm_of_secret(
                f"secret:{mark}",
                why,
                now,
                patience=SECRET_PATIENCE,
                details={"secret": number, "days": SECRET_PATIENCE.days},
            )


def _alarm_of_secret(
    name: str,
    why: str,
    now: datetime,
    *,
    details: Mapping[str, int],
    patience: timedelta = AT_ONCE,
) -> None:
    told = note_trouble(
        name,
        MessageName.SECRET_TROUBLE,
        now,
        patience=patience,
        why=why,
        details=details,
    )
    if told:
        logger.error("cryptopay.E110: %s", why, extra=about(event="cryptopay.E110"))


def _last_delivery(runtime: Runtime) -> datetime | None:
    """Return when the latest webhook came; None if none ever did."""
    ours = Delivery.objects.filter(
        gateway=runtime.gateway.name, environment=runtime.gateway.environment
    )
    found: datetime | None = (
        ours.order_by("-pk").values_list("received_at", flat=True).first()
    )
    return found


def _count_unannounced(
    runtime: Runtime, delivered_at: datetime | None, before: datetime
) -> int:
    """Count transfers after the last webhook, old enough for theirs to have come."""
    ours = Transfer.objects.filter(
        payment__gateway=runtime.gateway.name,
        payment__environment=runtime.gateway.environment,
    )
    seen = ours.order_by("-pk").values_list("seen_at", flat=True)[:LATEST]
    return sum(
        moment < before and (delivered_at is None or moment > delivered_at)
        for moment in seen
    )


def _is_used(mark: str, since: datetime) -> bool:
    return Delivery.objects.filter(secret=mark, received_at__gte=since).exists()
