"""A site that hands requests to the plugin's address over, as Saleor does."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from demo.stand_in.desk import answer_login
from saleor_cryptopay.models import Payment, Refund
from saleor_cryptopay.web.urls import dispatch
from tests.stand_ins import Stage

PREFIX = "/plugins/global/saleor_cryptopay"


class Site:
    """Where the running test has left its stage."""

    stage: Stage


def forward(request: HttpRequest, **_kwargs: object) -> HttpResponse:
    """Answer with what the plugin answers."""
    path_inside = request.path.partition("saleor_cryptopay")[2]
    return dispatch(request, path_inside, Site.stage.runtime)


def log_in(request: HttpRequest) -> HttpResponse:
    """Log staff in, as Saleor's GraphQL does."""
    return answer_login(request, Site.stage.desk)


urlpatterns = [
    path("graphql/", csrf_exempt(log_in)),
    path("plugins/global/saleor_cryptopay<path:rest>", csrf_exempt(forward)),
]


def page_of(payment: Payment) -> str:
    """Return the path of a payment's page."""
    return f"{PREFIX}/pay/{payment.token}/"


def refund_page_of(refund: Refund) -> str:
    """Return the path of a refund's page."""
    return f"{PREFIX}/refund/{refund.token}/"


def html_of(client: Client, payment: Payment) -> str:
    """Return a payment's page as the server draws it."""
    response = client.get(page_of(payment))
    assert response.status_code == HTTPStatus.OK
    return response.text
