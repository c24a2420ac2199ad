"""What the payment page says about the thing being paid, read from Saleor."""

from typing import Any
from urllib.parse import quote

import graphene
from django.conf import settings
from django.contrib.sites.models import Site
from django.utils.translation import gettext

from saleor_cryptopay.bridge.settings.configuration import Configuration
from saleor_cryptopay.operations.ports import Line, Summary


def summarise(item: Any, configuration: Configuration) -> Summary:
    """Describe the order or checkout of a transaction; None gives an empty summary."""
    shop_name = Site.objects.get_current().name
    if item is None:
        return Summary(shop_name, "", (), "")
    return_url = _return_url(item, configuration)
    if item.order is not None:
        title = gettext("Order %(number)s") % {"number": item.order.number}
        lines = _order_lines(item.order)
        language = _language(item.order)
        return Summary(shop_name, title, lines, return_url, language)
    if item.checkout is not None:
        lines = _checkout_lines(item.checkout)
        title, language = gettext("Your order"), _language(item.checkout)
        return Summary(shop_name, title, lines, return_url, language)
    return Summary(shop_name, "", (), return_url)


def _language(source: Any) -> str:
    """Return the language that the storefront set; Saleor's default says nothing."""
    code: str = source.language_code
    return "" if code == settings.LANGUAGE_CODE else code


def _order_lines(order: Any) -> tuple[Line, ...]:
    return tuple(
        Line(_name(line.product_name, line.variant_name), line.quantity)
        for line in order.lines.all()
    )


def _checkout_lines(checkout: Any) -> tuple[Line, ...]:
    lines = checkout.lines.select_related("variant__product")
    return tuple(
        Line(_name(line.variant.product.name, line.variant.name), line.quantity)
        for line in lines
    )


def _name(product: str, variant: str) -> str:
    return f"{product} ({variant})" if variant and variant != product else product


def _return_url(item: Any, configuration: Configuration) -> str:
    """Fill the merchant's template with the global ids that storefronts know."""
    source = item.order or item.checkout
    template = configuration.return_url_for(source.channel.slug if source else "")
    values = {
        "{transaction}": _global_id("TransactionItem", item.token),
        "{order}": _global_id("Order", item.order_id),
        "{checkout}": _global_id("Checkout", item.checkout_id),
        "{channel}": source.channel.slug if source else "",
    }
    for name, value in values.items():
        template = template.replace(name, quote(value, safe=""))
    return template


def _global_id(kind: str, key: Any) -> str:
    return graphene.Node.to_global_id(kind, key) if key else ""
