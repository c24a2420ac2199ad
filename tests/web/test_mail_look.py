"""How a mail looks in a mail program: axe finds nothing wrong, and it fits a phone."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page

from saleor_cryptopay.core.messages import MessageName
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Message
from saleor_cryptopay.operations.messages import post_message
from saleor_cryptopay.operations.messages.letters import write_letter
from saleor_cryptopay.operations.runtime import Appearance
from tests.stand_ins import Stage

from .axe import violations
from .looking import SIZES
from .rows import payment_in

pytestmark = pytest.mark.django_db(transaction=True)

# A folder to look at the mails with one's own eyes.
KEEP = os.environ.get("CRYPTOPAY_PICTURES")


def mail_in(language: str, stage: Stage) -> str:
    """Return the HTML of the mail that asks for a rest."""
    stage.shop.described = replace(stage.shop.described, language=language)
    payment = payment_in(PaymentState.PAYMENT_INSUFFICIENT, stage)
    post_message(payment, MessageName.PAYMENT_INSUFFICIENT, key="1", now=stage.clock())
    return write_letter(Message.objects.latest("pk"), stage.runtime).html


@pytest.mark.parametrize("colour", ["", "#ffd54a"], ids=["ours", "theirs"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_mail_fits_and_breaks_no_rule_of_accessibility(
    language: str, colour: str, page: Page, stage: Stage, axe: str
) -> None:
    stage.appearance = Appearance(colour=colour)
    page.set_content(mail_in(language, stage))
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        assert violations(page, axe) == [], size
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= viewport["width"]
        if KEEP:
            name = f"mail-{language}-{size}{colour and '-colour'}.png"
            page.screenshot(path=Path(KEEP) / name, full_page=True)


def test_an_arabic_mail_runs_from_the_right(page: Page, stage: Stage) -> None:
    page.set_viewport_size(SIZES["desk"])
    page.set_content(mail_in("ar", stage))
    label = page.locator("th").first.bounding_box()
    value = page.locator("td").first.bounding_box()
    assert label
    assert value
    assert label["x"] > value["x"]
    assert page.locator("td bdi").first.inner_text() == "50.10 USD"
