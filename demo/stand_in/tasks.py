"""The stand-in's Celery tasks: each calls one operation.

They go by the names that the plugin puts into beat's schedule, so that the schedule
of a real Saleor drives them.
"""

import logging
from uuid import UUID

from saleor_cryptopay.core.errors import GatewayError
from saleor_cryptopay.gateways.registry import build_payouts
from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations import (
    auditing,
    cancellation,
    expiry,
    intake,
    outbox,
    pulse,
    reconciliation,
    registration,
    stuck,
)
from saleor_cryptopay.operations.messages import delivery
from saleor_cryptopay.operations.refunds import following, sending
from saleor_cryptopay.operations.runtime import Runtime

from .surroundings import read_surroundings
from .worker import app

logger = logging.getLogger(__name__)


def _runtime() -> Runtime:
    from .runtime import build_runtime  # noqa: PLC0415 - it hands work to these tasks

    return build_runtime()


@app.task(name="saleor_cryptopay.apply_deliveries")
def apply_deliveries() -> None:
    """Apply the webhooks that wait."""
    intake.apply_deliveries(_runtime())


@app.task(name="saleor_cryptopay.deliver_effects")
def deliver_effects() -> None:
    """Tell the shop what the ledger decided."""
    outbox.deliver_effects(_runtime())


@app.task(name="saleor_cryptopay.deliver_messages")
def deliver_messages() -> None:
    """Send what customers and staff are to be told."""
    delivery.deliver_messages(_runtime())


@app.task(name="saleor_cryptopay.reconcile")
def reconcile() -> None:
    """Find by polling what the webhooks lost."""
    try:
        reconciliation.reconcile(_runtime())
    except GatewayError as error:
        logger.warning("The gateway did not answer the poll: %s", error)


@app.task(name="saleor_cryptopay.check_payment")
def check_payment(payment_id: str) -> None:
    """Compare one payment with the gateway, and expire it if it is due."""
    runtime = _runtime()
    try:
        reconciliation.check_payment(UUID(payment_id), runtime)
        expiry.expire_due(runtime)
    except GatewayError as error:
        logger.warning("The gateway did not answer the poll: %s", error)
    except Payment.DoesNotExist:
        logger.warning("Payment %s does not exist (any more).", payment_id)


@app.task(name="saleor_cryptopay.expire")
def expire() -> None:
    """Close what nobody paid before its deadline."""
    runtime = _runtime()
    pulse.note(pulse.WORKER, runtime.clock())
    expiry.expire_due(runtime)
    cancellation.close_unwanted(runtime)
    stuck.raise_stuck(runtime)


@app.task(name="saleor_cryptopay.keep_connections")
def keep_connections() -> None:
    """Heal what the gateway removed: the webhook."""
    try:
        registration.keep_registered(_runtime())
    except GatewayError as error:
        logger.warning("The webhook could not be registered: %s", error)


@app.task(name="saleor_cryptopay.refresh_rates")
def refresh_rates() -> None:
    """Do nothing: the rates of the demo are fixed, and nobody is to be asked."""


@app.task(name="saleor_cryptopay.send_refunds")
def send_refunds() -> None:
    """Send what is approved, and look after what was sent."""
    runtime, around = _runtime(), read_surroundings()
    payouts = build_payouts(
        "crypton", api_url=around.gateway_url, api_key=around.gateway_key
    )
    if not sending.send_refunds(runtime, payouts).is_cut:
        following.follow_refunds(runtime, payouts)


@app.task(name="saleor_cryptopay.audit")
def audit() -> None:
    """Compare gateway, books and shop."""
    try:
        auditing.audit_daily(_runtime())
    except GatewayError as error:
        logger.warning("The gateway did not answer the audit: %s", error)
