"""What staff decide about a refund.

`actor` is always who decides, as the shop knows them (an id, no name).
"""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_noop

from saleor_cryptopay.core.errors import RefundError
from saleor_cryptopay.core.refunds import RefundEvent
from saleor_cryptopay.models import Refund, new_token
from saleor_cryptopay.operations import integrity
from saleor_cryptopay.operations.runtime import Runtime

from .coins import has_cover
from .ledger import locked, record


def approve(
    refund_id: UUID, actor: str, runtime: Runtime, *, address: str = ""
) -> Refund:
    """Agree to address and amount: the coins are sent.

    Args:
        refund_id: which one.
        actor: who decides.
        runtime: see `runtime.Runtime`.
        address: the one that staff have looked at, where they have: another may have
            been named since.

    Raises:
        RefundError: it waits for no approval, its address is another one by now, its
            record was changed behind our back, or the coins are not there any more.
    """
    with locked(refund_id) as refund:
        if address and address != refund.address:
            raise RefundError(
                "The customer has named another address since: look again.",
                code="address",
            )
        record(refund, RefundEvent.STAFF_APPROVED, actor, runtime)
        require_sound(refund)
    return refund


def refuse_address(
    refund_id: UUID, reason: str, actor: str, runtime: Runtime
) -> Refund:
    """Ask the customer for another address, with a link that holds as long as anew.

    Args:
        refund_id: which one.
        reason: why; the customer reads it.
        actor: who decides.
        runtime: see `runtime.Runtime`.

    Raises:
        RefundError: no reason is given, or it waits for no approval.
    """
    _require_reason(reason)
    with locked(refund_id) as refund:
        refund.address, refund.mac = "", ""
        refund.expires_at = _new_deadline(refund, runtime)
        record(refund, RefundEvent.ADDRESS_REFUSED, actor, runtime, note=reason)
    return refund


def decline(refund_id: UUID, reason: str, actor: str, runtime: Runtime) -> Refund:
    """Give a refund up: its coins are free for another.

    Args:
        refund_id: which one.
        reason: why; the customer reads it.
        actor: who decides.
        runtime: see `runtime.Runtime`.

    Raises:
        RefundError: no reason is given, coins are on their way, or it is over.
    """
    _require_reason(reason)
    with locked(refund_id) as refund:
        record(refund, RefundEvent.STAFF_DECLINED, actor, runtime, note=reason)
    return refund


def try_again(refund_id: UUID, actor: str, runtime: Runtime) -> Refund:
    """Send a refund once more that failed, to the same address.

    Raises:
        RefundError: it has not failed, its record was changed behind our back, or the
            coins are not there any more.
    """
    with locked(refund_id) as refund:
        refund.gateway_id, refund.hash, refund.fee = "", "", ""
        refund.begun_at = None
        record(refund, RefundEvent.TRIED_AGAIN, actor, runtime)
        require_sound(refund)
    return refund


def settle_not_sent(
    refund_id: UUID, reason: str, actor: str, runtime: Runtime
) -> Refund:
    """Say of a refund in doubt that the gateway has no order of it: it is ordered anew.

    Args:
        refund_id: which one.
        reason: how whoever decides knows; kept in its history.
        actor: who decides.
        runtime: see `runtime.Runtime`.

    Raises:
        RefundError: no reason is given, or it is not in doubt.
    """
    if not reason.strip():
        raise RefundError("Say how you know that it was not sent.", code="reason")
    with locked(refund_id) as refund:
        refund.begun_at = None
        record(refund, RefundEvent.ORDER_NOT_MADE, actor, runtime, note=reason)
    return refund


def ask_again(refund_id: UUID, actor: str, runtime: Runtime) -> Refund:
    """Ask a customer again who named no address in time, with a new link.

    Raises:
        RefundError: it has not lapsed.
    """
    with locked(refund_id) as refund:
        refund.token = new_token()
        refund.expires_at = _new_deadline(refund, runtime)
        record(refund, RefundEvent.ASKED_AGAIN, actor, runtime)
    return refund


def require_sound(refund: Refund) -> None:
    """Refuse to send what was changed behind our back, or has no coins behind it.

    Raises:
        RefundError: it is so; says which.
    """
    if not integrity.is_refund_intact(refund):
        integrity.report_changed_refund(refund)
        raise RefundError(integrity.REFUND_CHANGED, code="changed")
    if not has_cover(refund):
        raise RefundError(
            gettext_noop("the coins that were paid have disappeared from the chain"),
            code="gone",
        )


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise RefundError("Give a reason: the customer reads it.", code="reason")


def _new_deadline(refund: Refund, runtime: Runtime) -> datetime:
    rules = runtime.policies(refund.payment.channel).refunds
    return runtime.clock() + rules.link_life
