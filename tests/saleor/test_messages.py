"""What customers and staff of a real Saleor are told: by mail, and by its apps."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from demo.services.purchases import CUSTOMER, Purchase
from tests.mail_server import Mail, MailServer

from .app_server import running_app
from .shell import PAYMENT_ID, Shell
from .shopping import SOON, Session, Shopper, wait_until

USDT = {"asset": "usdt@ethereum"}
STAFF = "staff@example.com"
ON_CALL = "on-call@example.com"  # hears of trouble, and of nothing before it
SCHEMA = Path(__file__).parents[2] / "docs" / "messages.schema.json"

SET_LANGUAGE = """
mutation($id: ID!, $code: LanguageCodeEnum!) {
  checkoutLanguageCodeUpdate(id: $id, languageCode: $code) {
    errors { field message code }
  }
}
"""
# What waits for its next try is due now; what a worker has just claimed is left to it.
HURRY = """
from datetime import timedelta

from django.utils import timezone

from saleor_cryptopay.bridge.tasks import deliver_messages
from saleor_cryptopay.models import Message

now = timezone.now()
waiting = Message.objects.filter(sent_at=None)
waiting.filter(next_attempt_at__lt=now + timedelta(seconds=100)).update(
    next_attempt_at=now
)
deliver_messages()
"""
STATE = """
import json

from saleor_cryptopay.models import Message

rows = Message.objects.filter(payment__token=token).order_by("pk")
print(json.dumps(list(rows.values("name", "note", "is_dead", "attempts"))), end="")
"""
HIRE = """
from saleor.account.models import StaffNotificationRecipient

StaffNotificationRecipient.objects.all().delete()
if staff:
    StaffNotificationRecipient.objects.create(staff_email=staff)
"""
HIRE_USER = """
from saleor.account.models import StaffNotificationRecipient, User

user, _ = User.objects.update_or_create(
    email=staff,
    defaults={"is_staff": True, "is_active": True, "language_code": language},
)
StaffNotificationRecipient.objects.create(user=user)
"""
# As Saleor reads its settings, with the merchant's own folder in front.
OVERRIDE = """
from pathlib import Path

from django.template import engines

from saleor_cryptopay.bridge.active import active_runtime
from saleor_cryptopay.models import Message
from saleor_cryptopay.operations.messages.letters import write_letter

engines["django"].engine.dirs.insert(0, Path(folder))
message = Message.objects.filter(name="payment_confirmed").latest("pk")
letter = write_letter(message, active_runtime())
engines["django"].engine.dirs.pop(0)
print(letter.html, letter.text, sep="|", end="")
"""
# A gateway that is away for half an hour, and comes back.
TROUBLE = """
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from saleor_cryptopay.bridge.active import active_runtime
from saleor_cryptopay.core.errors import RetryableError
from saleor_cryptopay.operations import alarms

runtime, now = active_runtime(), datetime.now(UTC)
for minutes in (30, 10, 5):
    then = now - timedelta(minutes=minutes)
    past = replace(runtime, clock=lambda: then)
    alarms.watch_gateway(past, RetryableError("It did not answer.", code="TIMEOUT"))
alarms.watch_gateway(runtime)
"""


@pytest.fixture(autouse=True)
def post_office(
    mail_server: MailServer, shopper: Shopper, shell: Shell
) -> Iterator[MailServer]:
    """Empty the mail server; what a test breaks is mended after it."""
    shell.run(HURRY)
    mail_server.mails.clear()
    yield mail_server
    mail_server.refusals.clear()
    mail_server.stop()
    mail_server.start()
    shopper.configure(customer_messages="all", staff_messages="all", message_from="")


def german_checkout(shopper: Shopper) -> Purchase:
    purchase = shopper.checkout()
    shopper.saleor.api.mutate(SET_LANGUAGE, {"id": purchase.id, "code": "DE"})
    return purchase


def mails_about(server: MailServer, session: Session) -> list[Mail]:
    url = session.payment["page_url"]
    return [mail for mail in list(server.mails) if url in mail.part("plain")]


def mails_to(server: MailServer, *staff: str) -> list[Mail]:
    wanted = {(one,) for one in staff}
    return [mail for mail in list(server.mails) if mail.recipients in wanted]


def headlines(server: MailServer, session: Session) -> list[str]:
    return [mail.subject.partition(" · ")[0] for mail in mails_about(server, session)]


def wait_for_mail(server: MailServer, session: Session, headline: str) -> Mail:
    wait_until(lambda: headline in headlines(server, session), SOON, headline)
    return mails_about(server, session)[-1]


def state_of(shell: Shell, session: Session) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        shell.run(STATE, token=session.payment["token"])
    )
    return found


def pay(shopper: Shopper, session: Session, amount: str | None = None) -> None:
    shopper.send(session, amount)
    shopper.sandbox.mine()


def test_two_parts_are_told_in_the_checkouts_language_each_once(
    shopper: Shopper, mail_server: MailServer, shell: Shell
) -> None:
    shopper.configure(message_from="Tee & Tassen <tee@example.com>")
    session = shopper.initialize(german_checkout(shopper), USDT)
    pay(shopper, session, "5")
    mail = wait_for_mail(mail_server, session, "Ein Teil fehlt noch")
    rest = shopper.status(session)["remaining"]
    assert mail.recipients == (CUSTOMER,)
    assert mail.message["From"] == "Tee & Tassen <tee@example.com>"
    assert mail.message["Content-Language"] == "de"
    for body in (mail.part("plain"), mail.part("html")):
        assert f"{rest} USDT" in body

    pay(shopper, session, rest)
    shopper.wait_for_order(session, SOON)
    done = wait_for_mail(mail_server, session, "Zahlung abgeschlossen")
    number = shopper.transaction(session)["order"]["number"]
    assert done.subject.endswith(f"Bestellung {number}")

    shell.beat("deliver_messages", "reconcile", "deliver_messages")
    mails = mails_about(mail_server, session)
    assert len({mail.message_id for mail in mails}) == len(mails)
    sent = headlines(mail_server, session)
    assert sent.count("Ein Teil fehlt noch") == 1
    assert sent.count("Zahlung abgeschlossen") == 1


def test_a_mail_server_that_was_away_gets_it_later_and_once(
    shopper: Shopper, mail_server: MailServer, shell: Shell
) -> None:
    session = shopper.initialize(german_checkout(shopper), USDT)
    mail_server.stop()
    pay(shopper, session, "5")
    shopper.wait_for_status(session, "payment_insufficient", SOON)
    pay(shopper, session, shopper.status(session)["remaining"])
    shopper.wait_for_order(session, SOON)
    wait_until(
        lambda: any(row["attempts"] for row in state_of(shell, session)),
        SOON,
        "a try",
    )
    mail_server.start()
    for _ in range(3):
        shell.run(HURRY)
    # Nobody is asked for a rest that has been paid.
    assert headlines(mail_server, session) == ["Zahlung abgeschlossen"]
    notes = {row["name"]: row["note"] for row in state_of(shell, session)}
    assert "overtaken" in notes["payment_insufficient"]


def test_what_is_switched_off_is_not_sent(
    shopper: Shopper, mail_server: MailServer, shell: Shell
) -> None:
    shopper.configure(customer_messages="payment_expired")
    session = shopper.initialize(shopper.checkout(), USDT)
    pay(shopper, session)
    shopper.wait_for_order(session, SOON)
    shell.run(HURRY)
    notes = {row["name"]: row["note"] for row in state_of(shell, session)}
    assert notes["payment_confirmed"] == "not sent: switched off"
    assert mails_about(mail_server, session) == []


def test_staff_hear_of_what_needs_a_person(
    shopper: Shopper, mail_server: MailServer, shell: Shell
) -> None:
    shell.run(HIRE, staff=STAFF)
    session = shopper.initialize(shopper.checkout(), USDT)
    pay(shopper, session, "5")
    shopper.wait_for_status(session, "payment_insufficient", SOON)
    shell.expire(session.payment["token"])
    wait_until(lambda: bool(mails_to(mail_server, STAFF)), SOON, "a mail to staff")
    shell.run(HIRE, staff="")
    (mail,) = mails_to(mail_server, STAFF)
    assert mail.subject.startswith("A payment needs a person")
    payment = shell.run(PAYMENT_ID, token=session.payment["token"])
    assert f"/desk/refunds/#cases={payment}" in mail.part("plain")


def test_staff_hear_of_trouble_once_and_of_its_end(
    mail_server: MailServer, shell: Shell
) -> None:
    shell.run(HIRE, staff=ON_CALL)
    shell.run(TROUBLE)
    shell.run(HURRY)
    wait_until(lambda: len(mails_to(mail_server, ON_CALL)) >= 2, SOON, "two mails")
    shell.run(HIRE, staff="")
    assert [mail.subject for mail in mails_to(mail_server, ON_CALL)] == [
        "The payment gateway does not answer",
        "The payment gateway answers again",
    ]


def test_each_of_the_staff_reads_their_own_language(
    mail_server: MailServer, shell: Shell
) -> None:
    english, german, arabic = "en@example.com", "de@example.com", "ar@example.com"
    staff = (english, german, arabic)
    shell.run(HIRE, staff=english)
    shell.run(HIRE_USER, staff=german, language="de")
    shell.run(HIRE_USER, staff=arabic, language="ar")
    shell.run(TROUBLE)
    shell.run(HURRY)
    wait_until(lambda: len(mails_to(mail_server, *staff)) >= 6, SOON, "six mails")
    shell.run(HURRY)
    shell.run(HIRE, staff="")
    mails = mails_to(mail_server, *staff)
    assert {(mail.recipients, mail.subject) for mail in mails} == {
        ((english,), "The payment gateway does not answer"),
        ((english,), "The payment gateway answers again"),
        ((german,), "Das Zahlungs-Gateway antwortet nicht"),
        ((german,), "Das Zahlungs-Gateway antwortet wieder"),
        ((arabic,), "بوابة الدفع لا تستجيب"),
        ((arabic,), "بوابة الدفع تستجيب من جديد"),
    }
    assert len({mail.message_id for mail in mails}) == 6


def test_apps_are_handed_each_message_where_the_merchant_wants_it(
    shopper: Shopper, mail_server: MailServer, shell: Shell
) -> None:
    set_apps(shopper, "true")
    shopper.configure(customer_messages="none")
    try:
        with running_app(shopper.saleor) as app:
            session = shopper.initialize(german_checkout(shopper), USDT)
            pay(shopper, session)
            event = "saleor_cryptopay.payment_confirmed"
            wait_until(lambda: event in app.events(), SOON, event)
            shell.run(HURRY)
            payload = app.payload(event)
    finally:
        set_apps(shopper, "false")
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(payload)
    assert payload["recipient_email"] == CUSTOMER
    assert payload["language"] == "de"
    assert payload["payment"]["page_url"] == session.payment["page_url"]
    assert payload["channel_slug"] == shopper.catalogue.channel
    assert mails_about(mail_server, session) == []


def set_apps(shopper: Shopper, wanted: str) -> None:
    shopper.configure(notify_apps=wanted)


def test_a_merchants_template_is_found_before_ours(
    shopper: Shopper, mail_server: MailServer, shell: Shell, tmp_path: Path
) -> None:
    session = shopper.initialize(german_checkout(shopper), USDT)
    pay(shopper, session)
    wait_for_mail(mail_server, session, "Zahlung abgeschlossen")
    own = tmp_path / "saleor_cryptopay" / "messages" / "payment_confirmed.html"
    own.parent.mkdir(parents=True)
    own.write_text("<p>Prost, {{ payment.total }} {{ payment.currency }}</p>")
    html, _, text = shell.run(OVERRIDE, folder=str(tmp_path)).partition("|")
    assert html == f"<p>Prost, {session.payment['total']} USD</p>"
    assert "Zahlung abgeschlossen" in text
