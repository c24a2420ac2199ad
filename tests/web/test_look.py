"""How the page looks in every state, and that axe finds nothing wrong with it.

On a phone and a desk, light and dark, in English and Arabic, in a real Chromium. Each
look is compared with the picture of it in `looks/`.
"""

from typing import Any

import pytest
from playwright.sync_api import Page

from saleor_cryptopay.core.states import PaymentState
from tests.stand_ins import Stage

from .axe import violations
from .looking import SIZES, hold_to_rules
from .payment_looks import LOOKS, lay_out, open_look
from .rows import ADDRESSES, make_payment, payment_in
from .sheets import LANGUAGES, Album, photograph

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("look", LOOKS)
def test_every_look_fits_and_breaks_no_rule_of_accessibility(  # noqa: PLR0913 - fixtures
    look: str, language: str, page: Page, stage: Stage, site_url: str, axe: str
) -> None:
    open_look(look, lay_out(look, stage), page, site_url, language)
    hold_to_rules(page, axe)


@pytest.mark.parametrize("look", LOOKS)
def test_every_look_is_the_kept_one(
    look: str, still_page: Page, stage: Stage, site_url: str, album: Album
) -> None:
    payment, rows = lay_out(look, stage), {}
    for language in LANGUAGES:
        open_look(look, payment, still_page, site_url, language)
        rows[language] = photograph(still_page)
    album.hold(f"payment-{look}", rows)


def test_the_checker_does_check(page: Page, axe: str) -> None:
    page.set_content("<img src='data:,'><p style='color: #ccc'>Faint</p>")
    rules = {violation.partition(":")[0] for violation in violations(page, axe)}
    assert rules >= {"image-alt", "color-contrast", "html-has-lang"}


def place(page: Page, selector: str) -> dict[str, Any]:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return dict(box)


@pytest.mark.parametrize("size", list(SIZES))
def test_arabic_runs_from_the_right_and_addresses_from_the_left(
    size: str, page: Page, stage: Stage, site_url: str
) -> None:
    payment = payment_in(PaymentState.PAYMENT_INSUFFICIENT, stage)
    page.set_viewport_size(SIZES[size])
    page.goto(f"{site_url}pay/{payment.token}/?lang=ar")
    assert place(page, ".sign")["x"] > place(page, "h1")["x"]
    groups = page.locator("#address span")
    first, second = groups.nth(0).bounding_box(), groups.nth(1).bounding_box()
    assert first and second and first["x"] < second["x"]  # noqa: PT018 - for the types
    assert page.locator("#address").inner_text() == ADDRESSES["usdt@ethereum"]
    assert page.locator(".sum").inner_text().split() == ["30.1", "USDT"]
    assert place(page, "#amount")["x"] < place(page, ".coin")["x"]
    if size == "desk":
        assert place(page, "#order")["x"] < place(page, ".pay")["x"]


def test_the_desk_shows_sum_code_and_address_without_scrolling(
    page: Page, stage: Stage, site_url: str
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    page.set_viewport_size(SIZES["desk"])
    page.goto(f"{site_url}pay/{payment.token}/")
    for selector in ("#amount", ".code svg", "#address", ".clock"):
        box = place(page, selector)
        assert box["y"] + box["height"] <= SIZES["desk"]["height"], selector
    assert place(page, ".code svg")["width"] >= 180


def test_many_coins_are_searched(page: Page, stage: Stage, site_url: str) -> None:
    payment = lay_out("choosing_among_many", stage)
    page.goto(f"{site_url}pay/{payment.token}/")
    search = page.get_by_role("searchbox", name="Search coins and networks")
    choices = page.locator(".choices label:visible")
    assert choices.count() > 6
    search.fill("usdt tron")
    assert choices.all_inner_texts()[0].startswith("USDT on TRON")
    assert choices.count() == 1
    search.fill("dogecoin")
    assert choices.count() == 0
    assert page.locator("#no-match").inner_text() == "Nothing matches."
    search.fill("")
    assert choices.count() > 6


def test_a_choice_tells_network_fee_and_wait(
    page: Page, stage: Stage, site_url: str
) -> None:
    page.goto(f"{site_url}pay/{make_payment(stage).token}/")
    words = page.locator(".choices label").all_inner_texts()
    assert "high network fee · final in about 3 min" in words[0]
    assert "medium network fee · final in about 60 min" in words[2]
    assert "coins sent on another one may be lost" in page.inner_text(".choices")
    assert page.get_by_role("searchbox").count() == 0
