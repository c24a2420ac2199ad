"""The daily audit: looking once more before anybody is woken, and telling staff once.

A difference may be nothing but time: coins that no poll has read, or a credit that the
shop has not been told of yet. What is left after both were done is told.
"""

import hashlib
import logging
from datetime import timedelta
from typing import Final

from saleor_cryptopay.core.messages import MessageName
from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.models import Trouble

from . import outbox, pulse
from .audit import Audit, audit
from .reconciliation import reconcile
from .runtime import Runtime
from .troubles import note_end, tell_of_trouble

logger = logging.getLogger(__name__)

NAME: Final = "audit"

# Beat asks every hour: so an audit that failed is not put off for a day, nor one that
# was due while beat was started anew.
EVERY: Final = timedelta(hours=23, minutes=30)


def is_due(runtime: Runtime) -> bool:
    """Whether a day has passed since an audit came to its end."""
    done_at = pulse.last_sign(pulse.AUDIT)
    is_on = bool(runtime.watch.audit)
    return is_on and (done_at is None or runtime.clock() - done_at >= EVERY)


def audit_daily(runtime: Runtime) -> list[str]:
    """Audit what came lately, and tell staff of differences that stay.

    Returns the differences; empty where the audit is switched off.

    Raises:
        GatewayError: the gateway did not answer, or the budget does not suffice.
    """
    span = runtime.watch.audit
    if not span:
        return []
    since = runtime.clock() - span
    found = list_differences(audit(runtime, since=since))
    if found:
        reconcile(runtime)
        outbox.deliver_effects(runtime)
        found = list_differences(audit(runtime, since=since))
    tell_of_audit(found, runtime)
    pulse.note(pulse.AUDIT, runtime.clock())
    return found


def list_differences(found: Audit) -> list[str]:
    """Return each difference of an audit in words."""
    lines = [f"payment {row.payment}: {row.words}" for row in found.differences]
    assets = sorted(found.reported.keys() | found.booked.keys())
    lines.extend(
        f"{asset}: what arrived is not the sum of what is in the books"
        for asset in assets
        if not found.is_conserved(asset)
    )
    return lines


def tell_of_audit(differences: list[str], runtime: Runtime) -> None:
    """Tell staff of differences once, and once more when they are gone."""
    now = runtime.clock()
    if not differences:
        note_end(NAME, MessageName.AUDIT_DIFFERENCE, now)
        return
    row, _ = Trouble.objects.update_or_create(
        name=NAME,
        defaults={"told_at": now},
        create_defaults={"since": now, "told_at": now},
    )
    digest = hashlib.sha256("\n".join(sorted(differences)).encode()).hexdigest()[:16]
    logger.error(
        "cryptopay.E111: the audit found %s differences.",
        len(differences),
        extra=about(event="cryptopay.E111"),
    )
    tell_of_trouble(
        MessageName.AUDIT_DIFFERENCE,
        f"{row.since.isoformat()}:{digest}",
        row.since,
        now,
        details={"differences": differences},
    )
