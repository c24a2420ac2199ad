"""What a letter says: the figures of the page, in the language of whoever reads it."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from django.template import TemplateSyntaxError
from django.utils import translation
from pytest_django import Settings

from saleor_cryptopay.core.languages import LANGUAGES
from saleor_cryptopay.core.messages import KINDS, Audience, MessageName, names_for
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Message
from saleor_cryptopay.operations import integrity, stuck
from saleor_cryptopay.operations.descriptions import (
    CHANGES,
    CONTRADICTED,
    SET_ASIDE,
)
from saleor_cryptopay.operations.messages import post_message
from saleor_cryptopay.operations.messages.letters import write_letter
from saleor_cryptopay.operations.messages.payloads import build_payload
from saleor_cryptopay.operations.outbox import INCOMPLETE
from saleor_cryptopay.operations.ports import Letter
from saleor_cryptopay.operations.transfers import Change
from saleor_cryptopay.web.prices import figures_now
from tests.web.catalogues import said_messages

from .conftest import TRANSFER, Desk

DOCS = Path(__file__).parents[3] / "docs"
CUSTOMERS = sorted(names_for(Audience.CUSTOMER))
STAFF = sorted(names_for(Audience.STAFF))
FOREIGN = [code for code in LANGUAGES if code != "en"]


def letter_in(language: str, desk: Desk, name: MessageName) -> Letter:
    shop = desk.stage.shop
    shop.described = replace(shop.described, language=language)
    return write_letter(desk.post_fitting(name), desk.stage.runtime)


def untranslated(letter: Letter, english: Letter) -> set[str]:
    """Return the lines that two letters share, but for names and lone figures."""
    shared = set(letter.text.splitlines()) & set(english.text.splitlines())
    return {line for line in shared if len(line.split()) > 3}


Form = dict[str, object]


def forms_of(name: MessageName) -> list[Form]:
    """Return what is written down with a message to staff in each of its forms."""
    trouble: Form = {"since": "2026-03-01 12:30 UTC", "pair": "BTC/USD"}
    forms: dict[MessageName, list[Form]] = {
        MessageName.NEEDS_REVIEW: [
            *[Form(transfer=TRANSFER, reason=reason) for reason in REASONS],
            *[Form(why=why) for why in (*INCOMPLETE.values(), stuck.WORDS)],
            Form(effect="credit", note="No.", why="In English: no."),
        ],
        MessageName.REFUND_FAILED: [{}, {"note": integrity.REFUND_CHANGED}],
        MessageName.SECRET_TROUBLE: [
            {"refused": 20, "why": "In English."},
            {"secret": 2, "days": 30, "why": "In English."},
        ],
        MessageName.AUDIT_DIFFERENCE: [{"differences": ["differs"] * 25}],
    }
    over = [] if name in ALWAYS else [{**trouble, "is_over": True}]
    return [{**trouble, **form} for form in forms.get(name, [{}])] + over


# What staff are told of for good.
ALWAYS = {name for name in STAFF if name.startswith(("needs", "refund"))}

REASONS = [
    *SET_ASIDE.values(),
    CHANGES[Change.REVERSED],
    integrity.CHANGED,
    CONTRADICTED,
]


@pytest.mark.parametrize("language", FOREIGN)
@pytest.mark.parametrize("name", STAFF)
def test_staff_read_their_own_language_whatever_the_customer_speaks(
    desk: Desk, name: MessageName, language: str
) -> None:
    desk.stage.shop.described = replace(desk.stage.shop.described, language="en")
    payment = desk.payment()
    refund = desk.refund(payment) if name.startswith("refund") else None
    for number, data in enumerate(forms_of(name)):
        is_about = payment if name in ALWAYS else None
        now = desk.stage.clock()
        post_message(is_about, name, key=str(number), now=now, refund=refund, data=data)
        message = Message.objects.latest("pk")
        letter = write_letter(message, desk.stage.runtime, language)
        english = write_letter(message, desk.stage.runtime, "en")
        assert letter.language == language
        assert f'lang="{language}"' in letter.html
        assert letter.subject != english.subject
        assert untranslated(letter, english) == set()
        assert "%(" not in letter.text
        for bits in (
            "In English",
            "None",
            " on Ethereum",
            *REASONS,
            *INCOMPLETE.values(),
        ):
            assert bits.casefold() not in letter.text.casefold()


def test_every_reason_of_ours_is_tried(desk: Desk) -> None:
    """What is written down for staff in English is a message of the catalogues."""
    said = said_messages()
    assert {*REASONS, *INCOMPLETE.values(), stuck.WORDS} <= said
    letter = write_letter(
        desk.post(MessageName.NEEDS_REVIEW, desk.payment(), why="The moon is full."),
        desk.stage.runtime,
        "de",
    )
    # Of what others say no catalogue knows.
    assert "The moon is full." in letter.text


def test_commands_and_times_keep_their_order_amid_arabic(desk: Desk) -> None:
    message = desk.post(
        MessageName.GATEWAY_TROUBLE, since="2026-03-01 12:30 UTC", why="HTTP 502."
    )
    letter = write_letter(message, desk.stage.runtime, "ar")
    assert '<html lang="ar" dir="rtl">' in letter.html
    for body in (letter.text, letter.html):
        assert "\u20662026-03-01 12:30 UTC\u2069" in body
        assert "\u2066HTTP 502.\u2069" in body
    message = desk.post(MessageName.AUDIT_DIFFERENCE, differences=["differs"])
    letter = write_letter(message, desk.stage.runtime, "ar")
    assert "\u2066`manage.py cryptopay audit`\u2069" in letter.text


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_message_can_be_written(desk: Desk, name: MessageName) -> None:
    letter = letter_in("", desk, name)
    assert letter.language == "en"
    assert letter.subject.splitlines() == [letter.subject]
    for body in (letter.text, letter.html):
        assert "Tea &" in body
        assert "None" not in body
        assert "%(" not in body
    assert letter.text.count("\n\n\n") == 0


@pytest.mark.parametrize("language", FOREIGN)
@pytest.mark.parametrize("name", CUSTOMERS)
def test_customers_read_their_own_language(
    desk: Desk, name: MessageName, language: str
) -> None:
    letter = letter_in(language, desk, name)
    assert letter.language == language
    assert f'lang="{language}"' in letter.html
    with translation.override("en"):
        desk.stage.shop.described = replace(desk.stage.shop.described, language="en")
        english = write_letter(Message.objects.latest("pk"), desk.stage.runtime)
    assert untranslated(letter, english) == set()


@pytest.mark.parametrize(
    ("spoken", "shops", "expected"),
    [
        ("de-at", "en", "de"),
        ("", "fr", "fr"),
        ("", "en-us", "en"),
        ("zh-hant", "en", "zh-hans"),
        ("nl", "pl", "pl"),
        ("nl", "nl", "en"),
    ],
)
def test_what_the_storefront_set_comes_before_what_the_shop_has(
    desk: Desk, settings: Settings, spoken: str, shops: str, expected: str
) -> None:
    settings.LANGUAGE_CODE = shops
    assert letter_in(spoken, desk, MessageName.PAYMENT_CONFIRMED).language == expected


def test_arabic_runs_from_the_right(desk: Desk) -> None:
    letter = letter_in("ar", desk, MessageName.PAYMENT_CONFIRMED)
    assert '<html lang="ar" dir="rtl">' in letter.html


def test_coins_keep_their_order_amid_arabic(desk: Desk) -> None:
    letter = letter_in("ar", desk, MessageName.PAYMENT_INSUFFICIENT)
    for body in (letter.text, letter.html):
        assert "\u206630.1 USDT\u2069" in body


@pytest.mark.parametrize(("shops", "expected"), [("pl", "pl"), ("nl", "en")])
def test_staff_of_whom_nothing_is_known_read_what_the_shop_speaks(
    desk: Desk, settings: Settings, shops: str, expected: str
) -> None:
    settings.LANGUAGE_CODE = shops
    assert letter_in("ja", desk, MessageName.NEEDS_REVIEW).language == expected


def test_a_rest_is_told_with_amount_deadline_and_link(desk: Desk) -> None:
    payment = desk.payment(PaymentState.PAYMENT_INSUFFICIENT)
    message = desk.post(MessageName.PAYMENT_INSUFFICIENT, payment)
    letter = write_letter(message, desk.stage.runtime)
    assert letter.subject == "A part is still missing · Order 1042"
    url = f"{desk.stage.base_url}pay/{payment.token}/"
    deadline = f"{payment.expires_at:%H:%M} UTC"
    for body in (letter.text, letter.html):
        assert "We have received 20 of 50.1 USDT" in body
        assert "30.1 USDT" in body
        assert deadline in body
        assert url in body


@pytest.mark.parametrize(
    ("name", "state", "late", "asks"),
    [
        ("payment_detected", "payment_detected", "review", False),
        ("payment_detected", "payment_detected", "accept", True),
        ("payment_insufficient", "payment_insufficient", "review", False),
        ("payment_insufficient", "payment_insufficient", "accept", False),
    ],
)
def test_a_late_letter_asks_for_no_rest_that_would_come_too_late(
    desk: Desk,
    name: str,
    state: str,
    late: str,
    asks: bool,  # noqa: FBT001 - a table
) -> None:
    payment = desk.payment(PaymentState.PAYMENT_INSUFFICIENT)
    payment.state, payment.late_policy = state, late
    payment.save()
    message = desk.post(name, payment)
    on_time = write_letter(message, desk.stage.runtime)
    assert "send the remaining" in on_time.text.replace("\n", " ")
    desk.stage.clock.now += timedelta(days=2)
    words = write_letter(message, desk.stage.runtime).text.replace("\n", " ")
    assert ("send the remaining" in words) is asks
    assert ("Please do not send any more coins" in words) is not asks


def test_the_rest_is_what_the_page_asks_for_after_the_price_lapsed(desk: Desk) -> None:
    payment = desk.payment(PaymentState.PAYMENT_INSUFFICIENT)
    address = payment.address
    assert address is not None
    desk.rule(rates={("usdt", "USD"): Decimal("0.98")})
    address.quote_expires_at = desk.stage.clock() - timedelta(minutes=1)
    address.save()
    page = figures_now(payment, list(payment.transfers.all()), desk.stage.runtime)
    message = desk.post(MessageName.PAYMENT_INSUFFICIENT, payment)
    message.refresh_from_db()
    letter = write_letter(message, desk.stage.runtime)
    assert page.coins(page.remaining) != "30.1"
    assert f"{page.coins(page.remaining)} USDT" in letter.text


def test_an_address_that_staff_refused_is_asked_for_with_their_words(
    desk: Desk,
) -> None:
    payment = desk.payment()
    post_message(
        payment,
        MessageName.REFUND_NEEDS_ADDRESS,
        key="1",
        now=desk.stage.clock(),
        refund=desk.refund(payment),
        data={"note": "That one is an exchange's."},
    )
    letter = write_letter(Message.objects.latest("pk"), desk.stage.runtime)
    assert "It says: That one is an exchange's." in letter.text
    assert "send you 20 USDT on Ethereum" in letter.text


@pytest.mark.parametrize(
    ("name", "part"),
    [
        (MessageName.REFUND_NEEDS_APPROVAL, ""),
        (MessageName.REFUND_FAILED, ""),
        (MessageName.NEEDS_REVIEW, "#cases={payment}"),
    ],
)
def test_staff_are_sent_to_the_desk(desk: Desk, name: MessageName, part: str) -> None:
    letter = letter_in("", desk, name)
    part = part.format(payment=Message.objects.latest("pk").payment_id)
    url = f"{desk.stage.base_url}desk/refunds/{part}"
    assert f"Open the refund desk: {url}" in letter.text.replace("\n", " ")
    assert f'href="{url}"' in letter.html


def test_a_refund_is_told_without_the_fee_that_is_taken_off(desk: Desk) -> None:
    payment = desk.payment()
    refund = desk.refund(payment)
    refund.fee_units = 500_000
    post_message(
        payment,
        MessageName.REFUND_SENT,
        key="1",
        now=desk.stage.clock(),
        refund=refund,
    )
    message = Message.objects.latest("pk")
    message.refund = refund
    letter = write_letter(message, desk.stage.runtime)
    assert "19.5 USDT" in letter.text


def test_words_of_others_are_no_markup(desk: Desk) -> None:
    shop = desk.stage.shop
    shop.described = replace(shop.described, shop_name="<b>Tea</b> & Cups")
    message = desk.post(
        MessageName.NEEDS_REVIEW, desk.payment(), why="<script>alert(1)</script>"
    )
    letter = write_letter(message, desk.stage.runtime)
    assert "<script>" not in letter.html
    assert "<b>Tea" not in letter.html
    assert "<b>Tea</b> & Cups" in letter.text


def test_nothing_is_loaded_from_elsewhere(desk: Desk) -> None:
    letter = letter_in("", desk, MessageName.PAYMENT_CONFIRMED)
    for mark in ("<img", "<script", "<link", "@import", "url("):
        assert mark not in letter.html


def test_the_name_of_a_letter_comes_of_its_row_and_the_shop(desk: Desk) -> None:
    payment = desk.payment()
    rows = [desk.post(MessageName.PAYMENT_CONFIRMED, payment) for _ in range(2)]
    first, second = (write_letter(row, desk.stage.runtime) for row in rows)
    again = write_letter(rows[0], desk.stage.runtime)
    assert first.message_id == again.message_id != second.message_id
    assert first.message_id.endswith("@api.shop.example>")


def test_each_language_of_the_staff_has_a_letter_of_its_own_name(desk: Desk) -> None:
    row = desk.post(MessageName.GATEWAY_TROUBLE, since="noon")
    names = [
        write_letter(row, desk.stage.runtime, language).message_id
        for language in ("de", "ja", "de")
    ]
    assert names[0] == names[2] != names[1]


def test_many_differences_are_cut_to_a_mail_that_is_read(desk: Desk) -> None:
    letter = letter_in("", desk, MessageName.AUDIT_DIFFERENCE)
    assert "The audit found differences: 25" in letter.subject
    assert "payment 19: differs" in letter.text
    assert "payment 20: differs" not in letter.text
    assert "and 5 more" in letter.text


def put_in_front(settings: Settings, folder: Path, name: str, source: str) -> None:
    path = folder / "saleor_cryptopay" / "messages" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)
    (engine,) = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "DIRS": [folder]}]


def test_a_merchants_template_takes_the_place_of_ours(
    desk: Desk, settings: Settings, tmp_path: Path
) -> None:
    put_in_front(
        settings,
        tmp_path,
        "payment_confirmed.html",
        "<p>Cheers, {{ payment.total }} {{ payment.currency }} for {{ title }}</p>",
    )
    letter = letter_in("", desk, MessageName.PAYMENT_CONFIRMED)
    assert letter.html == "<p>Cheers, 50.10 USD for Order 1042</p>"
    assert "Payment complete" in letter.text
    other = write_letter(
        desk.post(MessageName.GATEWAY_TROUBLE, since="noon"), desk.stage.runtime
    )
    assert "Cheers" not in other.html


def test_a_template_that_the_merchant_broke_harms_its_own_message_only(
    desk: Desk, settings: Settings, tmp_path: Path
) -> None:
    put_in_front(settings, tmp_path, "payment_confirmed.txt", "{% nonsense %}")
    payment = desk.payment()
    broken = desk.post(MessageName.PAYMENT_CONFIRMED, payment)
    desk.post(MessageName.PAYMENT_OVERPAID, payment)
    with pytest.raises(TemplateSyntaxError):
        write_letter(broken, desk.stage.runtime)
    assert desk.send().sent_at is not None
    broken.refresh_from_db()
    assert broken.sent_at is None
    assert "nonsense" in broken.note


@pytest.mark.parametrize("name", sorted(KINDS))
def test_apps_are_told_what_the_schema_says(desk: Desk, name: MessageName) -> None:
    schema = json.loads((DOCS / "messages.schema.json").read_text())
    payload = build_payload(desk.post_fitting(name), desk.stage.runtime)
    plain = json.loads(json.dumps(payload))
    jsonschema.Draft202012Validator(schema).validate(plain)
    # What the shop's side adds is described, too.
    assert {"recipient_email", "channel_slug"} <= set(schema["properties"])
