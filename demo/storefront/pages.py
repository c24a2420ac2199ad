"""Drawing the storefront's pages. Every value is escaped on its way in."""

from collections.abc import Iterable
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from .shops import Button, Offer, OpenPayment, Product, Shop, Standing

# What a customer reads while the payment is in a state, and whether it still moves.
PAYMENT_WORDS: Final = {
    "awaiting_payment": "Waiting for your coins.",
    "payment_detected": "Your coins are on their way: waiting for confirmations.",
    "payment_insufficient": "A part has arrived. Please send the rest.",
    "confirmed": "The coins have arrived.",
    "expired": "The time to pay is over.",
    "failed": "The payment could not be opened.",
    "canceled": "The payment was canceled.",
    "needs_review": "Somebody at the shop is looking at this payment.",
}


def product_page(shop: Shop, product: Product, stories: Iterable[Button] = ()) -> str:
    """Draw what is on sale, and the stories that can be watched."""
    price = f"{product.price:.2f} {product.currency}"
    main = _fill("product.html", name=product.name, price=price)
    rows = "".join(
        _fill("story.html", key=story.key, title=story.title, text=story.text)
        for story in stories
    )
    if rows:
        main += _part("stories.html").replace("{{ stories }}", rows)
    return _page(shop, product.name, main)


def coins_page(
    shop: Shop, key: str, standing: Standing, offers: list[Offer], refusal: str = ""
) -> str:
    """Draw the choice of coins for a purchase."""
    rows = "".join(_offer(offer, is_first=offer is offers[0]) for offer in offers)
    main = _fill(
        "coins.html", key=key, title=standing.title, total=standing.total
    ).replace("{{ offers }}", rows)
    return _page(shop, standing.title, _refusal(refusal) + main)


def standing_page(
    shop: Shop, standing: Standing, payment: OpenPayment, state: str
) -> str:
    """Draw how a purchase stands; it draws itself anew until it is settled."""
    main = _fill(
        "standing.html",
        title=standing.title,
        total=standing.total,
        headline=_headline(standing),
        mood="good" if standing.is_paid else "open",
        words=PAYMENT_WORDS.get(state, state),
        state=state,
        page_url=payment.page_url,
    )
    is_over = standing.is_canceled or standing.is_refunded
    is_settled = is_over or (standing.is_paid and standing.is_order)
    return _page(shop, standing.title, main, seconds=0 if is_settled else 3)


def message_page(shop: Shop, message: str) -> str:
    """Draw a page that only says something."""
    return _page(shop, shop.name, _fill("message.html", message=message))


def _headline(standing: Standing) -> str:
    if standing.is_canceled:
        return "This order was canceled"
    if standing.is_refunded:
        return "Your money was given back"
    if standing.is_paid:
        return "Thank you, it is paid"
    return "Not paid yet"


def _offer(offer: Offer, *, is_first: bool) -> str:
    return _fill(
        "offer.html",
        asset=offer.asset,
        amount=f"{offer.amount} {offer.symbol}",
        name=offer.name,
        network=offer.network_name,
        checked="checked" if is_first else "",
    )


def _refusal(words: str) -> str:
    return _fill("refusal.html", words=words) if words else ""


def _page(shop: Shop, title: str, main: str, seconds: int = 0) -> str:
    refresh = f'<meta http-equiv="refresh" content="{seconds}">' if seconds else ""
    remark = _fill("remark.html", remark=shop.remark) if shop.remark else ""
    page = _fill("layout.html", title=title, shop=shop.name)
    parts = {
        "refresh": refresh,
        "style": _part("shop.css"),
        "remark": remark,
        "main": main,
    }
    for name, part in parts.items():
        page = page.replace("{{ " + name + " }}", part)
    return page


def _fill(part: str, /, **values: str) -> str:
    escaped = {key: escape(value) for key, value in values.items()}
    return Template(_part(part)).substitute(escaped)


@cache
def _part(name: str) -> str:
    return (files(__package__) / "parts" / name).read_text(encoding="utf-8")
