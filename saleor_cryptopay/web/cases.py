"""The refund desk's cases: payments that a person has to decide about.

And any other payment, found by what staff have in hand, so that what came beyond a
total can go back as well.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Final
from uuid import UUID

from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from saleor_cryptopay.core.errors import CaseError, MalformedError, RefundError
from saleor_cryptopay.models import Case, Payment
from saleor_cryptopay.operations.cases import close_cases
from saleor_cryptopay.operations.finding import find_payments
from saleor_cryptopay.operations.refunds.asking import ask_refund
from saleor_cryptopay.operations.runtime import Runtime

from .answers import no_such_data, private_answer
from .dossiers import describe_dossier, request_for
from .staff import Body, identify, read_body, unknown_staff

# As many as anybody looks through; each takes some statements.
LIMIT: Final = 20


@require_safe
def list_cases(request: HttpRequest, *, runtime: Runtime) -> HttpResponse:
    """Answer staff with payments that wait for a decision, oldest first.

    `?of=…` asks for those that a text names instead, whether they wait or not: see
    `finding.find_payments`. At most LIMIT; `more` says whether there are others.
    """
    if identify(request, runtime) is None:
        return unknown_staff()
    text = request.GET.get("of")
    payments = _list_waiting() if text is None else find_payments(text)
    cases = _open_cases(payments)
    dossiers = [
        describe_dossier(payment, cases[payment.pk], runtime)
        for payment in payments[:LIMIT]
    ]
    return private_answer({"cases": dossiers, "more": len(payments) > LIMIT})


@require_POST
def decide_case(
    request: HttpRequest, *, payment_id: UUID, action: str, runtime: Runtime
) -> HttpResponse:
    """Do what staff decide of a payment.

    `give-back` with `{"offer", "reason"}` begins a refund; `close` with
    `{"cases", "reason"}` closes the cases that they have seen.
    """
    actor = identify(request, runtime)
    if actor is None:
        return unknown_staff()
    act, payment = _ACTIONS.get(action), Payment.objects.filter(pk=payment_id).first()
    if act is None or payment is None:
        return no_such_data()
    try:
        act(payment, read_body(request), actor, runtime)
    except MalformedError as error:
        return private_answer({"error": str(error)}, status=400)
    except (CaseError, RefundError) as error:
        return private_answer({"error": str(error)}, status=409)
    return private_answer({})


def _list_waiting() -> list[Payment]:
    """Return payments with open cases, one more than are shown."""
    waiting = Case.objects.filter(closed_at=None).values("payment")
    oldest = waiting.annotate(since=Min("opened_at")).order_by("since", "payment")
    keys = [row["payment"] for row in oldest[: LIMIT + 1]]
    found = Payment.objects.select_related("address").in_bulk(keys)
    return [found[key] for key in keys]


def _open_cases(payments: Iterable[Payment]) -> dict[UUID, list[Case]]:
    found: dict[UUID, list[Case]] = defaultdict(list)
    cases = Case.objects.filter(closed_at=None, payment__in=payments)
    for case in cases.order_by("opened_at", "pk"):
        found[case.payment_id].append(case)
    return found


def _give_back(payment: Payment, body: Body, actor: str, runtime: Runtime) -> None:
    reason = body.get("reason", "").strip()
    request = request_for(payment, body.get("offer", ""), reason, actor)
    ask_refund(payment.pk, request, runtime)


def _close(payment: Payment, body: Body, actor: str, runtime: Runtime) -> None:
    seen = set(body.get("cases", "").split())
    numbers = [pk for pk in _list_open(payment) if str(pk) in seen]
    close_cases(payment, numbers, actor, body.get("reason", ""), runtime.clock())


def _list_open(payment: Payment) -> Iterable[int]:
    return payment.cases.filter(closed_at=None).values_list("pk", flat=True)


_ACTIONS: Final[dict[str, Callable[[Payment, Body, str, Runtime], None]]] = {
    "give-back": _give_back,
    "close": _close,
}
