"""What the stand-in answers: what is on sale, a purchase, how it stands."""

import json
from decimal import Decimal
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_POST

from saleor_cryptopay.core.errors import CryptopayError
from saleor_cryptopay.models import Payment, Refund
from saleor_cryptopay.operations.opening import Opening, open_payment
from saleor_cryptopay.operations.refunds.asking import RefundRequest, ask_refund
from saleor_cryptopay.web.status import payment_data
from saleor_cryptopay.web.urls import dispatch

from .desk import STAFF, StandInDesk, answer_login
from .goods import CURRENCY, NAME, PRICE, price_in_coins, start_purchase
from .models import Purchase
from .runtime import build_runtime
from .shop import refunded


@require_GET
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Say that the shop is up."""
    return JsonResponse({"status": "ok"})


def log_in(request: HttpRequest) -> HttpResponse:
    """Log staff in as Saleor's GraphQL does."""
    return answer_login(request, StandInDesk())


@require_GET
def product(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Tell what is on sale."""
    return JsonResponse({"name": NAME, "price": str(PRICE), "currency": CURRENCY})


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Make a purchase: `{"kind": "checkout"}` or an unpaid `order`."""
    purchase = start_purchase(Purchase.Kind(json.loads(request.body)["kind"]))
    return JsonResponse({"reference": purchase.reference}, status=201)


@require_GET
def standing(
    request: HttpRequest,  # noqa: ARG001 - Django's signature
    reference: str,
) -> HttpResponse:
    """Tell how a purchase stands."""
    purchase = get_object_or_404(Purchase, reference=reference)
    return JsonResponse(
        {
            "title": purchase.title,
            "is_order": purchase.kind == Purchase.Kind.ORDER,
            "is_paid": purchase.status == Purchase.Status.PAID,
            "is_canceled": purchase.status == Purchase.Status.CANCELED,
            "is_refunded": refunded(purchase) > 0,
            "total": f"{purchase.total:.2f}",
            "currency": purchase.currency,
        }
    )


@require_GET
def offers(
    request: HttpRequest,  # noqa: ARG001 - Django's signature
    reference: str,
) -> HttpResponse:
    """Tell which coins a purchase costs, as `paymentGatewayInitialize` does."""
    purchase = get_object_or_404(Purchase, reference=reference)
    return JsonResponse({"assets": price_in_coins(purchase, build_runtime())})


@require_POST
def pay(request: HttpRequest, reference: str) -> HttpResponse:
    """Open the payment of a purchase, as `transactionInitialize` does."""
    purchase = get_object_or_404(Purchase, reference=reference)
    asset_key = json.loads(request.body)["asset"]
    runtime = build_runtime()
    opening = Opening(reference, "", purchase.total, purchase.currency, asset_key)
    try:
        payment = open_payment(opening, runtime)
    except CryptopayError as error:
        return JsonResponse({"error": str(error)}, status=422)
    return JsonResponse({"payment": payment_data(payment, runtime)}, status=201)


@require_POST
def give_back(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for a refund, as staff do with `transactionRequestAction`."""
    payment = get_object_or_404(Payment, reference=reference)
    asked = RefundRequest(
        key=str(uuid4()),
        source=Refund.Source.PAID,
        actor=STAFF,
        amount=Decimal(json.loads(request.body)["amount"]),
    )
    try:
        ask_refund(payment.pk, asked, build_runtime())
    except CryptopayError as error:
        return JsonResponse({"error": str(error)}, status=422)
    return JsonResponse({}, status=201)


def plugin(request: HttpRequest, path: str) -> HttpResponse:
    """Hand what comes in under the plugin's address to the plugin, as Saleor does."""
    return dispatch(request, f"/{path}", build_runtime())
