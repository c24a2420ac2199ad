"""A customer at one of our pages: in which language, and at whose shop."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import override

from saleor_cryptopay.gateways.base import Environment
from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations.ports import Summary
from saleor_cryptopay.operations.runtime import Runtime

from .figures import iso, total_text, web_link
from .frames import describe_appearance
from .languages import choose_language, language_links


@dataclass(frozen=True, slots=True)
class Visit:
    """A customer's request for a payment, and what the shop says about it.

    Attributes:
        request: as it came in.
        runtime: see `runtime.Runtime`.
        summary: what is being paid, in the customer's language.
        language: what to speak, one of `languages.LANGUAGES`.
    """

    request: HttpRequest
    runtime: Runtime
    summary: Summary
    language: str


def begin_visit(request: HttpRequest, payment: Payment, runtime: Runtime) -> Visit:
    """Find out the language to speak, and what the shop says in it."""
    language = choose_language(request)
    with override(language):
        summary = runtime.shop.summary(payment.reference)
    if (preferred := choose_language(request, summary.language)) != language:
        with override(preferred):
            summary = runtime.shop.summary(payment.reference)
    return Visit(request, runtime, summary, preferred)


def own_address(request: HttpRequest) -> str:
    """Return where a form leads back to: the page itself, in the same language.

    Relative, so that it holds behind any proxy.
    """
    query = request.GET.urlencode()
    return f".?{query}" if query else "."


def describe_surroundings(
    visit: Visit, payment: Payment, headline: str
) -> dict[str, object]:
    """Return what frames a page: shop, order, test money, languages, the clock."""
    summary, appearance = visit.summary, visit.runtime.appearance
    shop_name = appearance.name or summary.shop_name
    return {
        **describe_appearance(visit.request, appearance),
        "page_title": " · ".join(filter(None, (headline, shop_name))),
        "shop_name": shop_name,
        "title": summary.title,
        "lines": summary.lines,
        "return_url": web_link(summary.return_url),
        "total": total_text(payment.total, payment.currency),
        "currency": payment.currency,
        "is_test": payment.environment == Environment.TEST,
        "server_time": iso(visit.runtime.clock()),
        "languages": language_links(visit.request),
    }
