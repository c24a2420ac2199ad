"""A private URLconf: Saleor hands over all that comes in under the plugin's address."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, path, resolve

from saleor_cryptopay.operations.runtime import Runtime

from . import answers, cases, desk, health, kit, pages, refunds, status, webhooks

urlpatterns: Final = [
    path("webhooks/<str:gateway>/", webhooks.receive),
    path("pay/<str:token>/", pages.pay),
    path("pay/<str:token>/status/", status.status),
    path("pay/<str:token>/qr.svg", status.qr_image),
    path("refund/<str:token>/", refunds.refund),
    path("refund/<str:token>/status/", refunds.refund_status),
    path("desk/refunds/", desk.desk),
    path("desk/refunds/list/", desk.list_slips),
    path("desk/refunds/cases/", cases.list_cases),
    path("desk/refunds/cases/<uuid:payment_id>/<str:action>/", cases.decide_case),
    path("desk/refunds/<uuid:refund_id>/<str:action>/", desk.decide),
    path("kit/<str:name>", kit.kit),
    path("health/", health.health),
]


def dispatch(request: HttpRequest, path: str, runtime: Runtime) -> HttpResponse:
    """Answer a request.

    Args:
        request: as it came in.
        path: what follows the plugin's own address, with its leading slash.
        runtime: what the operations may use.

    Whatever a view cannot answer for is raised: Saleor then answers 500, and the
    sender tries again.
    """
    try:
        match = resolve(path, urlconf=__name__)
    except Resolver404:
        return answers.no_such_page()
    answer = match.func(request, *match.args, runtime=runtime, **match.kwargs)
    if not isinstance(answer, HttpResponse):
        raise TypeError(f"{match.func} gave no answer.")
    return answer
