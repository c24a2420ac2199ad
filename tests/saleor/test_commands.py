"""`manage.py cryptopay …` as an operator runs it: a process inside each Saleor.

These run after all others on a Saleor: the books of everything they did must balance.
"""

import csv
import re
import subprocess
from collections.abc import Iterator
from io import StringIO

import httpx
import pytest

from demo.services.catalogue import STOCK
from demo.services.saleor import RunningSaleor
from tests.playing import KEY

from .giving import TOLD
from .shell import Shell
from .shopping import SOON, Session, Shopper, wait_until
from .staffing import Staff

USDT = {"asset": "usdt@ethereum"}

# What Saleor shows as charged, changed behind our backs; and what is not told yet.
CHANGE = """
from decimal import Decimal

from django.db.models import F
from saleor.payment.models import TransactionItem

from saleor_cryptopay.models import Payment

payment = Payment.objects.get(token=token)
items = TransactionItem.objects.filter(token=payment.reference)
items.update(charged_value=F("charged_value") + Decimal(amount))
print(payment.id)
"""
PAYMENTS = """
from saleor_cryptopay.models import Payment

found = Payment.objects.filter(reference__in=references)
print(*found.values_list("pk", flat=True))
"""
NAMED = re.compile(r"^DIFFERENCE payment (\S+):", re.MULTILINE)
COUNT = """
from saleor_cryptopay.models import Payment

print(Payment.objects.count())
"""
# As it is after a day of tries.
GIVE_UP = """
from saleor_cryptopay.models import Effect

waiting = Effect.objects.filter(payment__token=token, done_at=None)
assert waiting.update(is_dead=True)
"""
TRIES = """
from saleor_cryptopay.models import Effect

effect = Effect.objects.get(payment__token=token, kind=Effect.Kind.COMPLETE)
assert effect.done_at
print(effect.attempts)
"""
WAITING = """
from saleor_cryptopay.models import Delivery, Effect

waiting = Effect.objects.filter(done_at=None, is_dead=False).count()
stored = Delivery.objects.filter(status=Delivery.Status.STORED).count()
print(waiting + stored)
"""


@pytest.fixture
def paid(shopper: Shopper, shell: Shell) -> Session:
    """Pay a checkout, and wait until nothing waits any more."""
    session = shopper.initialize(shopper.checkout(), USDT)
    shopper.send(session)
    shopper.sandbox.mine()
    shopper.wait_for_order(session, SOON)
    shell.beat("reconcile")
    wait_until(lambda: shell.run(WAITING).strip() == "0", SOON, "nothing that waits")
    return session


@pytest.fixture
def forgotten_webhook(shopper: Shopper, shell: Shell) -> Iterator[None]:
    """Have the gateway forget where to call, and told again afterwards."""
    for row in shopper.sandbox.state()["webhooks"]:
        url = f"{shopper.sandbox.api_url}/webhooks/{row['id']}"
        httpx.delete(url, headers={"X-Api-Key": KEY}).raise_for_status()
    yield
    shell.beat("keep_connections")
    assert shopper.sandbox.state()["webhooks"]


def start(saleor: RunningSaleor, *arguments: str) -> "subprocess.Popen[str]":
    """Start a command as an operator does."""
    command, environment, folder = saleor.interpreter("manage.py", *arguments)
    return subprocess.Popen(
        [str(part) for part in command],
        env=environment,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def end(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Wait for a command; return its exit status and what it wrote."""
    with process:
        written = process.communicate()[0]
        return process.returncode, written


@pytest.mark.usefixtures("paid")
def test_the_books_of_all_that_was_done_balance(shell: Shell) -> None:
    status, written = shell.manage("cryptopay", "audit")
    named = set(NAMED.findall(written))
    assert named <= told_past_the_books(shell), written
    assert "≠" not in written
    assert (status, "0 differences" in written) == ((1, False) if named else (0, True))


def test_the_export_has_a_line_for_each_payment(paid: Session, shell: Shell) -> None:
    status, written = shell.manage("cryptopay", "export")
    assert status == 0
    rows = list(csv.DictReader(StringIO(written)))
    assert len(rows) == int(shell.run(COUNT))
    payment_id = shell.run(CHANGE, token=paid.payment["token"], amount="0").strip()
    (row,) = [row for row in rows if row["payment"] == payment_id]
    assert (row["received"], row["state"]) == ("50.1", "confirmed")


def test_the_check_finds_nothing_amiss_and_then_the_webhook(
    paid: Session, shell: Shell, request: pytest.FixtureRequest
) -> None:
    del paid
    status, written = shell.manage("cryptopay", "check")
    assert (status, "error" in written) == (0, False), written
    request.getfixturevalue("forgotten_webhook")
    status, written = shell.manage("cryptopay", "check")
    assert status == 1
    assert "is not registered" in written


def test_a_difference_is_named_and_what_failed_is_made_good_from_a_shell(
    paid: Session, staff: Staff, shell: Shell
) -> None:
    shopper, shirt = staff.shopper, staff.shopper.catalogue.shirt.variant_id
    failed = shopper.initialize(shopper.checkout(), USDT)
    staff.set_stock(shirt, 0)
    shopper.send(failed)
    shopper.sandbox.mine()
    staff.wait_for_credit(failed)
    wait_until(lambda: "cannot become" in notes(shopper, failed), SOON, "a failure")
    shell.run(GIVE_UP, token=failed.payment["token"])
    staff.set_stock(shirt, STOCK)
    token = paid.payment["token"]
    payment_id = shell.run(CHANGE, token=token, amount="1").strip()
    auditing = start(shopper.saleor, "cryptopay", "audit")
    retrying = start(shopper.saleor, "cryptopay", "outbox", "--retry")
    status, written = end(auditing)
    assert status == 1
    named = set(NAMED.findall(written))
    assert payment_id in named
    assert named - {payment_id} <= told_past_the_books(shell)
    shell.run(CHANGE, token=token, amount="-1")
    status, written = end(retrying)
    assert status == 0, written
    # In that process, which is no worker, and at its first try.
    assert shell.run(TRIES, token=failed.payment["token"]).strip() == "1"
    assert shopper.transaction(failed)["order"]["chargeStatus"] == "FULL"


def told_past_the_books(shell: Shell) -> set[str]:
    """Return the payments of which tests told this shop what our books do not hold."""
    return set(shell.run(PAYMENTS, references=sorted(TOLD)).split())


def notes(shopper: Shopper, session: Session) -> str:
    return " ".join(note["message"] for note in shopper.events(session, "INFO"))
