"""Troubles: what is amiss for a while, told to staff once, and once when it is over."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import transaction

from saleor_cryptopay.core.messages import MessageName
from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.models import Trouble

from .messages import post_message

logger = logging.getLogger(__name__)

AT_ONCE: Final = timedelta()

OVER: Final = "cryptopay.W106"


def note_trouble(  # noqa: PLR0913 - one argument for each thing that is told
    name: str,
    message: MessageName,
    now: datetime,
    *,
    patience: timedelta = AT_ONCE,
    why: str = "",
    details: Mapping[str, Any] | None = None,
) -> bool:
    """Note that something is amiss, and tell staff once it has been so for long enough.

    Args:
        name: of this trouble among others of its kind.
        message: what staff are told.
        now: aware UTC.
        patience: how long it may last before anybody is told.
        why: in words for the log.
        details: the figures in them, for staff to read them in their language.

    Returns:
        Whether staff are told of it with this call.
    """
    row, _ = Trouble.objects.get_or_create(name=name, defaults={"since": now})
    if row.told_at is not None or now - row.since < patience:
        return False
    with transaction.atomic():
        # Whoever gets to write it tells it.
        untold = Trouble.objects.filter(pk=row.pk, since=row.since, told_at=None)
        if not untold.update(told_at=now):
            return False
        key = f"{name}:{row.since.isoformat()}"
        tell_of_trouble(message, key, row.since, now, why, details)
    return True


def note_end(name: str, message: MessageName, now: datetime) -> None:
    """Note that a trouble is over, and tell staff if they had been told of it."""
    row = Trouble.objects.filter(pk=name).first()
    if row is None:
        return
    with transaction.atomic():
        ended, _ = Trouble.objects.filter(pk=row.pk, since=row.since).delete()
        if not ended or row.told_at is None:
            return
        tell_of_end(message, f"{name}:{row.since.isoformat()}", row.since, now)
    logger.warning(
        "cryptopay.W106: over, since %s: %s", row.since, name, extra=about(event=OVER)
    )


def tell_of_trouble(  # noqa: PLR0913 - one argument for each thing that is told
    message: MessageName,
    key: str,
    since: datetime,
    now: datetime,
    why: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Have staff told of a trouble, once for each key."""
    data = {"since": when(since), "why": why, **(details or {})}
    post_message(None, message, key=key, now=now, data=data)


def tell_of_end(
    message: MessageName,
    key: str,
    since: datetime,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Have staff told that a trouble is over, once for each key."""
    data = {"since": when(since), "is_over": True, **(details or {})}
    post_message(None, message, key=f"{key}:over", now=now, data=data)


def when(moment: datetime) -> str:
    """Write a time for staff."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
