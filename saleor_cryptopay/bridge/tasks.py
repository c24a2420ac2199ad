"""Celery's entrances: each finds the active plugin and calls one operation.

Every task may run at any time, in any number of processes, and be repeated. A task
that finds the plugin switched off does nothing: what is stored waits.
"""

import logging
from uuid import UUID

from celery import shared_task
from saleor.core.db.connection import allow_writer

from saleor_cryptopay.core.errors import GatewayError, SettingError
from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations import (
    alarms,
    auditing,
    budget,
    cancellation,
    expiry,
    fetching,
    intake,
    outbox,
    pulse,
    reconciliation,
    registration,
    shortfalls,
    silence,
    stuck,
)
from saleor_cryptopay.operations.messages import delivery
from saleor_cryptopay.operations.refunds import following, sending
from saleor_cryptopay.operations.runtime import Runtime

from . import treasury
from .active import active_runtime
from .app_row import ensure_app
from .needs import list_needs
from .purchases.edited_orders import settle_edited_orders

logger = logging.getLogger(__name__)


def _runtime() -> Runtime | None:
    try:
        return active_runtime()
    except SettingError as error:
        logger.error("The plugin's settings cannot be used: %s", error)  # noqa: TRY400
        return None


@shared_task(name="saleor_cryptopay.apply_deliveries", ignore_result=True)
@allow_writer()
def apply_deliveries() -> None:
    """Apply the webhooks that wait, then tell the shop what they changed."""
    if runtime := _runtime():
        intake.apply_deliveries(runtime)


@shared_task(name="saleor_cryptopay.deliver_effects", ignore_result=True)
@allow_writer()
def deliver_effects() -> None:
    """Tell the shop what the ledger decided."""
    if runtime := _runtime():
        outbox.deliver_effects(runtime)


@shared_task(name="saleor_cryptopay.deliver_messages", ignore_result=True)
@allow_writer()
def deliver_messages() -> None:
    """Send what customers and staff are to be told."""
    if runtime := _runtime():
        delivery.deliver_messages(runtime)


@shared_task(name="saleor_cryptopay.reconcile", ignore_result=True)
@allow_writer()
def reconcile() -> None:
    """Find by polling what the webhooks lost, then close what is due."""
    if runtime := _runtime():
        try:
            reconciliation.reconcile(runtime)
            pulse.note(pulse.GATEWAY, runtime.clock())
            alarms.watch_gateway(runtime)
            expiry.expire_due(runtime)
        except GatewayError as error:
            logger.warning("The gateway did not answer the poll: %s", error)
            alarms.watch_gateway(runtime, error)


@shared_task(name="saleor_cryptopay.check_payment", ignore_result=True)
@allow_writer()
def check_payment(payment_id: str) -> None:
    """Compare one payment with the gateway, and expire it if it is due."""
    if runtime := _runtime():
        try:
            reconciliation.check_payment(UUID(payment_id), runtime)
            expiry.expire_due(runtime)
        except GatewayError as error:
            # Spent, it was not asked: the list of all transactions finds what it has.
            is_spent = error.code == budget.SPENT
            logger.log(
                logging.INFO if is_spent else logging.WARNING,
                "Payment %s could not be compared with the gateway: %s",
                payment_id,
                error,
                extra=about(payment=payment_id),
            )
        except Payment.DoesNotExist:
            logger.warning(
                "Payment %s does not exist (any more).",
                payment_id,
                extra=about(payment=payment_id),
            )


@shared_task(name="saleor_cryptopay.expire", ignore_result=True)
@allow_writer()
def expire() -> None:
    """Close what nobody paid in time, and what the shop does not want any more."""
    if runtime := _runtime():
        pulse.note(pulse.WORKER, runtime.clock())
        expiry.expire_due(runtime)
        cancellation.close_unwanted(runtime)
        settle_edited_orders(runtime)
        shortfalls.complete_covered(runtime)
        stuck.raise_stuck(runtime)


@shared_task(name="saleor_cryptopay.refresh_rates", ignore_result=True)
@allow_writer()
def refresh_rates() -> None:
    """Ask the sources for the prices that active channels need."""
    if (runtime := _runtime()) and runtime.sources:
        needs = list_needs(runtime)
        fetching.refresh(needs, runtime)
        silence.watch_needs(needs, runtime)


@shared_task(name="saleor_cryptopay.keep_connections", ignore_result=True)
@allow_writer()
def keep_connections() -> None:
    """Heal what staff or the gateway removed: the App row, the webhook."""
    if runtime := _runtime():
        ensure_app()
        alarms.watch_webhooks(runtime)
        alarms.watch_signatures(runtime)
        try:
            registration.keep_registered(runtime)
            pulse.note(pulse.WEBHOOK, runtime.clock())
        except GatewayError as error:
            logger.warning("The webhook could not be registered: %s", error)


@shared_task(name="saleor_cryptopay.audit", ignore_result=True)
@allow_writer()
def audit() -> None:
    """Compare gateway, books and shop once a day; see which secrets are in use."""
    if runtime := _runtime():
        alarms.watch_secrets(runtime)
        if not auditing.is_due(runtime):
            return
        try:
            auditing.audit_daily(runtime)
        except GatewayError as error:
            logger.log(
                logging.ERROR,
                "cryptopay.E112: the audit could not be done, and is tried again"
                " within the hour: %s",
                error,
                extra=about(event="cryptopay.E112"),
            )


@shared_task(name="saleor_cryptopay.send_refunds", ignore_result=True)
@allow_writer()
def send_refunds() -> None:
    """Send what is approved, and look after what was sent."""
    if runtime := _runtime():
        following.lapse_links(runtime)
        payouts = treasury.open_treasury()
        if payouts and not sending.send_refunds(runtime, payouts).is_cut:
            following.follow_refunds(runtime, payouts)
