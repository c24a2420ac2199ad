"""The plugin's address, and the least that could be there instead."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from saleor_cryptopay.models import Delivery, Payment
from tests.web.site import forward


def insert(request: HttpRequest) -> HttpResponse:
    """Store a body, whoever sent it: one row by Django's ORM, and nothing else."""
    now = datetime.now(UTC)
    Delivery.objects.create(
        gateway="bare",
        environment="test",
        body=request.body,
        received_at=now,
        next_attempt_at=now,
    )
    return HttpResponse()


def nothing(request: HttpRequest) -> HttpResponse:
    """Answer."""
    return HttpResponse(request.body[:0])


def select(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with one row."""
    del request
    return HttpResponse(Payment.objects.get(token=token).state)


urlpatterns = [
    path("bare/insert/", csrf_exempt(insert)),
    path("bare/nothing/", csrf_exempt(nothing)),
    path("bare/select/<str:token>/", select),
    path("plugins/global/saleor_cryptopay<path:rest>", csrf_exempt(forward)),
]
