"""The inboxes side by side: ours, bare ones, and dj-stripe's."""

import os

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from tests.stand_ins import Stage
from tests.web.site import Site

from . import urls

Site.stage = Stage()


def process(request: HttpRequest) -> HttpResponse:
    """Answer with the number of the process that answers."""
    del request
    return HttpResponse(str(os.getpid()))


urlpatterns = [
    *urls.urlpatterns,
    path("bare/process/", process),
    path("stripe/", include("djstripe.urls", namespace="djstripe")),
]
