"""The refund desk: where staff look at refunds and decide.

The page itself holds no data: see `staff` for who gets to see any, and `cases` for the
payments that wait for a decision.
"""

from collections.abc import Callable
from functools import partial
from typing import Final
from uuid import UUID

from django.db.models import Case, IntegerField, When
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from saleor_cryptopay.core.errors import MalformedError, RefundError
from saleor_cryptopay.core.refunds import RefundState
from saleor_cryptopay.models import Refund
from saleor_cryptopay.operations.refunds import approval
from saleor_cryptopay.operations.runtime import Runtime

from .answers import html_page, no_such_data, private_answer
from .slips import describe_slip
from .staff import Body, identify, read_body, unknown_staff

# As many as anybody looks through.
LIMIT: Final = 50
REASON_LIMIT: Final = 500

State = RefundState
GROUPS: Final = {
    # The most urgent first: what nobody does anything about must not hide the others.
    "waiting": (State.IN_DOUBT, State.NEEDS_APPROVAL, State.FAILED, State.LAPSED),
    "underway": (State.NEEDS_ADDRESS, State.APPROVED, State.SENDING, State.SENT),
    "over": (State.CONFIRMED, State.DECLINED),
}
_URGENCY: Final = Case(
    *(When(state=state, then=place) for place, state in enumerate(GROUPS["waiting"])),
    output_field=IntegerField(),
)
# Else those that wait longest come first.
_ORDERS: Final[dict[str, tuple[str | Case, ...]]] = {
    "waiting": (_URGENCY, "changed_at", "key", "pk"),
    "underway": ("changed_at", "key", "pk"),
    "over": ("-changed_at", "key", "pk"),
}


@require_safe
def desk(request: HttpRequest, *, runtime: Runtime) -> HttpResponse:  # noqa: ARG001 - the URLconf hands it over
    """Show the desk: a door, and an empty room behind it."""
    return html_page("desk.html", {"shop_name": runtime.appearance.name or "Refunds"})


@require_safe
def list_slips(request: HttpRequest, *, runtime: Runtime) -> HttpResponse:
    """Answer staff with the refunds of a group: `?show=waiting|underway|over`.

    At most LIMIT of them; `more` says whether there are others behind them.
    """
    if identify(request, runtime) is None:
        return unknown_staff()
    group = request.GET.get("show", "waiting")
    if group not in GROUPS:
        return no_such_data()
    refunds = Refund.objects.select_related("payment__address")
    found = refunds.filter(state__in=GROUPS[group]).order_by(*_ORDERS[group])
    rows = list(found[: LIMIT + 1])
    slips = [describe_slip(row, runtime) for row in rows[:LIMIT]]
    return private_answer({"refunds": slips, "more": len(rows) > LIMIT})


@require_POST
def decide(
    request: HttpRequest, *, refund_id: UUID, action: str, runtime: Runtime
) -> HttpResponse:
    """Do what staff decide: an action of the desk, with `{"reason", "address"}`."""
    actor = identify(request, runtime)
    if actor is None:
        return unknown_staff()
    act = _ACTIONS.get(action)
    if act is None:
        return no_such_data()
    try:
        body = read_body(request)
    except MalformedError as error:
        return private_answer({"error": str(error)}, status=400)
    try:
        act(refund_id, body, actor, runtime)
    except RefundError as error:
        return private_answer({"error": str(error)}, status=409)
    return private_answer({})


def _approve(refund_id: UUID, body: Body, actor: str, runtime: Runtime) -> None:
    address = body.get("address", "")
    if not address:
        raise RefundError("Approve an address that you have seen.", code="address")
    approval.approve(refund_id, actor, runtime, address=address)


def _with_reason(
    act: Callable[[UUID, str, str, Runtime], object],
    refund_id: UUID,
    body: Body,
    actor: str,
    runtime: Runtime,
) -> None:
    reason = body.get("reason", "").strip()[:REASON_LIMIT]
    act(refund_id, reason, actor, runtime)


def _plainly(
    act: Callable[[UUID, str, Runtime], object],
    refund_id: UUID,
    body: Body,  # noqa: ARG001 - as the others
    actor: str,
    runtime: Runtime,
) -> None:
    act(refund_id, actor, runtime)


_ACTIONS: Final[dict[str, Callable[[UUID, Body, str, Runtime], None]]] = {
    "approve": _approve,
    "refuse-address": partial(_with_reason, approval.refuse_address),
    "decline": partial(_with_reason, approval.decline),
    "not-sent": partial(_with_reason, approval.settle_not_sent),
    "try-again": partial(_plainly, approval.try_again),
    "ask-again": partial(_plainly, approval.ask_again),
}
