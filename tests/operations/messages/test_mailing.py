"""Handing letters to a real mail server."""

import logging

import pytest

from saleor_cryptopay.core.errors import PostError
from saleor_cryptopay.operations.messages.mailing import send_letter
from saleor_cryptopay.operations.ports import Letter
from tests.mail_server import MailServer

ADDRESS = "ada@example.com"
LETTER = Letter(
    "Zahlung vollständig · Bestellung 7",
    "Danke für 50,10 €\n",
    "<p>Danke für <b>50,10 €</b></p>",
    "<cryptopay-1-20260301@api.shop.example>",
    "de",
)


def refusal(to: str = ADDRESS) -> PostError:
    with pytest.raises(PostError) as caught:
        send_letter(LETTER, [to])
    return caught.value


def test_a_letter_arrives_as_text_and_html(mail_server: MailServer) -> None:
    send_letter(LETTER, [ADDRESS], "Tea & Cups <tea@example.com>")
    (mail,) = mail_server.mails
    assert mail.recipients == (ADDRESS,)
    assert mail.subject == LETTER.subject
    assert mail.part("plain").strip() == "Danke für 50,10 €"
    assert mail.part("html").strip() == LETTER.html
    assert mail.message_id == LETTER.message_id
    assert mail.message["From"] == "Tea & Cups <tea@example.com>"
    assert mail.message["Content-Language"] == "de"
    assert mail.message["Auto-Submitted"] == "auto-generated"


def test_the_sender_is_the_shops_own_unless_named(mail_server: MailServer) -> None:
    send_letter(LETTER, [ADDRESS])
    assert mail_server.mails[0].message["From"] == "shop@example.com"


def test_a_server_that_is_away_may_come_back(mail_server: MailServer) -> None:
    mail_server.stop()
    assert not refusal().is_final
    mail_server.start()
    send_letter(LETTER, [ADDRESS])
    assert len(mail_server.mails) == 1


@pytest.mark.parametrize(
    ("answer", "is_final"),
    [("550 no such user ada@example.com", True), ("450 ada@example.com later", False)],
)
def test_a_refused_recipient_is_named_nowhere(
    mail_server: MailServer,
    caplog: pytest.LogCaptureFixture,
    answer: str,
    *,
    is_final: bool,
) -> None:
    caplog.set_level(logging.DEBUG)
    mail_server.refusals[ADDRESS] = answer
    error = refusal()
    assert error.is_final == is_final
    assert answer[:3] in str(error)
    assert error.__cause__ is None
    ours = [row.getMessage() for row in caplog.records if "saleor" in row.name]
    assert "ada" not in f"{error} {ours}"


@pytest.mark.parametrize(
    ("answer", "is_final"), [("554 spam", True), ("451 busy", False)]
)
def test_a_refused_letter_is_tried_again_where_time_can_help(
    mail_server: MailServer, answer: str, *, is_final: bool
) -> None:
    mail_server.answer = answer
    assert refusal().is_final == is_final


def test_what_is_no_address_is_given_up(mail_server: MailServer) -> None:
    error = refusal("ada@exa\nmple.com")
    assert error.is_final
    assert mail_server.mails == []


def test_a_subject_of_two_lines_becomes_one(mail_server: MailServer) -> None:
    letter = Letter("One\nBcc: x@example.com", "text", "html", "<1@a>", "en")
    send_letter(letter, [ADDRESS])
    (mail,) = mail_server.mails
    assert mail.recipients == (ADDRESS,)
    assert mail.subject == "One Bcc: x@example.com"
