"""The refund page in a real Chromium: how it looks in every state, and how it is used.

On a phone and a desk, light and dark, in English and Arabic.
"""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from saleor_cryptopay.core.refunds import RefundEvent, RefundState
from saleor_cryptopay.models import Refund
from tests.stand_ins import Stage

from .looking import hold_to_rules
from .refund_rows import TRON_WALLET, WALLET, refund_in, say
from .rows import HASH
from .sheets import LANGUAGES, Album, photograph

pytestmark = pytest.mark.django_db(transaction=True)


def open_page(page: Page, refund: Refund, site_url: str, language: str = "en") -> None:
    page.goto(f"{site_url}refund/{refund.token}/?lang={language}")


def name_address(page: Page, address: str, repeated: str) -> None:
    page.locator("#to").fill(address)
    page.locator("#again").fill(repeated)
    page.locator("form button").click()


LOOKS = (*RefundState, "unlike", "other_network", "refused", "fee")


def lay_out(look: str, stage: Stage) -> Refund:
    """Store a refund whose page looks as named."""
    state = RefundState(look) if look in list(RefundState) else "needs_address"
    fee = {"fee_units": 600_000} if look == "fee" else {}
    refund = refund_in(RefundState(state), stage, **fee)
    if look == "refused":
        say(refund, stage, RefundEvent.ADDRESS_REFUSED, "It is an exchange.")
    return refund


def open_look(
    look: str, refund: Refund, page: Page, site_url: str, language: str
) -> None:
    """Open the page of a refund that was laid out as `look`, until it looks so."""
    open_page(page, refund, site_url, language)
    if look == "unlike":
        name_address(page, WALLET, WALLET[:-1] + "0")
    if look == "other_network":
        name_address(page, TRON_WALLET, TRON_WALLET)
    expect(page.locator("[aria-invalid]")).to_have_count(
        1 if look in ("unlike", "other_network") else 0
    )


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
    refund, rows = lay_out(look, stage), {}
    for language in LANGUAGES:
        open_look(look, refund, still_page, site_url, language)
        rows[language] = photograph(still_page)
    album.hold(f"refund-{look}", rows)


def test_the_keyboard_alone_names_an_address(
    page: Page, stage: Stage, site_url: str
) -> None:
    refund = refund_in(RefundState.NEEDS_ADDRESS, stage)
    open_page(page, refund, site_url)
    page.keyboard.press("Tab")
    page.keyboard.type(WALLET)
    page.keyboard.press("Tab")
    page.keyboard.type(WALLET)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "The shop is checking your refund"
    )
    expect(page.locator("#address")).to_have_text(WALLET)


def test_a_mistake_is_read_with_its_field_which_has_the_focus(
    page: Page, stage: Stage, site_url: str
) -> None:
    open_page(page, refund_in(RefundState.NEEDS_ADDRESS, stage), site_url)
    name_address(page, TRON_WALLET, TRON_WALLET)
    field = page.get_by_role("textbox", name="Your USDT address on Ethereum")
    expect(field).to_be_focused()
    expect(field).to_have_value(TRON_WALLET)
    expect(field).to_have_accessible_description(
        re.compile("This is an address on TRON, but the coins go back on Ethereum")
    )
    name_address(page, WALLET, WALLET[:-1])
    again = page.get_by_role("textbox", name="The same address once more")
    expect(again).to_be_focused()
    expect(again).to_have_accessible_description(re.compile("differ"))


def test_without_javascript_an_address_is_named_and_followed(
    browser: Browser, stage: Stage, site_url: str
) -> None:
    refund = refund_in(RefundState.NEEDS_ADDRESS, stage)
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        open_page(page, refund, site_url)
        assert "UTC" in page.locator(".clock").inner_text()
        name_address(page, WALLET, WALLET)
        assert page.locator("#address").inner_text() == WALLET
        assert page.locator("noscript meta[http-equiv=refresh]").count() == 1


def test_the_page_follows_the_refund_to_its_end(
    page: Page, stage: Stage, site_url: str
) -> None:
    refund = refund_in(RefundState.APPROVED, stage)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    open_page(page, refund, site_url)
    look_again = "document.dispatchEvent(new Event('visibilitychange'))"
    headline = page.get_by_role("heading", level=1)
    expect(headline).to_have_text("Your refund will be sent soon")
    rows = Refund.objects.filter(pk=refund.pk)
    rows.update(state="sending")
    rows.update(state="sent", hash=HASH)
    page.evaluate(look_again)
    expect(headline).to_have_text("Your refund is on its way")
    expect(page.get_by_role("link", name=f"Transaction {HASH}")).to_be_visible()
    rows.update(state="confirmed")
    page.evaluate(look_again)
    expect(headline).to_have_text("Your refund has arrived")
    assert complaints == []


def test_what_is_being_typed_survives_the_polls(
    page: Page, stage: Stage, site_url: str
) -> None:
    open_page(page, refund_in(RefundState.NEEDS_ADDRESS, stage), site_url)
    page.locator("#to").fill("0xD12")
    with page.expect_response("**/status/") as polled:
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert polled.value.status == 304
    expect(page.locator("#to")).to_have_value("0xD12")


def test_the_way_from_the_payment_and_back(
    page: Page, stage: Stage, site_url: str
) -> None:
    refund = refund_in(RefundState.NEEDS_ADDRESS, stage)
    page.goto(f"{site_url}pay/{refund.payment.token}/")
    page.get_by_role("link", name="Give an address for your refund").click()
    expect(page.locator("#to")).to_be_visible()
    page.get_by_role("link", name="The payment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Payment complete")
