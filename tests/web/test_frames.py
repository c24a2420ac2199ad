"""The page in the merchant's dress, and in the frame of his storefront."""

import re

import pytest
from django.test import Client

from saleor_cryptopay.core.colours import words_on
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.operations.runtime import Appearance
from tests.stand_ins import Stage

from .rows import payment_in
from .site import html_of, page_of

pytestmark = pytest.mark.django_db

ORIGINS = ("https://shop.example", "http://localhost:3000")


def test_nobody_frames_the_page_unless_the_merchant_says_so(
    client: Client, stage: Stage
) -> None:
    payment = payment_in(PaymentState.CONFIRMED, stage)
    page = page_of(payment)
    answer = client.get(page, {"embed": "https://shop.example"})
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert "data-parent" not in answer.text.partition("<script")[0]
    stage.appearance = Appearance(frame_origins=ORIGINS)
    answer = client.get(page, {"embed": "https://shop.example"})
    policy = answer["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors https://shop.example http://localhost:3000")
    assert 'class="framed" data-parent="https://shop.example"' in answer.text
    assert re.search(r'href="https://shop[^"]*" target="_top"', answer.text)


@pytest.mark.parametrize("origin", ["", "https://evil.example", "*", 'x" onload="1'])
def test_another_origin_is_told_nothing(
    origin: str, client: Client, stage: Stage
) -> None:
    stage.appearance = Appearance(frame_origins=ORIGINS)
    payment = payment_in(PaymentState.CONFIRMED, stage)
    answer = client.get(page_of(payment), {"embed": origin})
    assert "data-parent" not in answer.text.partition("<script")[0]
    assert "onload=" not in answer.text


def test_name_colour_and_logo_are_the_merchants(client: Client, stage: Stage) -> None:
    logo = "data:image/png;base64,iVBORw0KGgo="
    stage.appearance = Appearance("Tea Ltd", "#ffcc00", logo)
    html = html_of(client, payment_in(PaymentState.CONFIRMED, stage))
    assert ":root{--brand:#ffcc00;--on-brand:#000}" in html
    assert f'<img src="{logo}" alt=""> Tea Ltd</p>' in html
    assert "<title>Payment complete · Tea Ltd</title>" in html


@pytest.mark.parametrize(
    ("colour", "words"),
    [
        ("#000000", "#fff"),
        ("#ffffff", "#000"),
        ("#ffcc00", "#000"),
        ("#0a7d33", "#fff"),
        ("#2a55e5", "#fff"),
    ],
)
def test_words_on_the_merchants_colour_can_be_read(colour: str, words: str) -> None:
    assert words_on(colour) == words
