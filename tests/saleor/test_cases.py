"""What staff have to decide on a real Saleor, and the refund that is one click away."""

from collections import Counter
from decimal import Decimal

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from demo.services.graphql import GraphQLError
from demo.services.saleor import EMAIL, PASSWORD, RunningSaleor

from . import payments_api
from .shell import Shell
from .shopping import SOON, Session, wait_until
from .test_desk import desk_url
from .test_refunds import Till, till

__all__ = ["till"]

USDT = {"asset": "usdt@ethereum"}

# What the outbox waits for between its attempts is over.
AT_ONCE = """
from django.utils import timezone

from saleor_cryptopay.models import Effect

waiting = Effect.objects.filter(payment__token=token, done_at=None)
waiting.update(next_attempt_at=timezone.now())
"""
CASES = """
from saleor_cryptopay.models import Case

for case in Case.objects.filter(payment__token=token).order_by("pk"):
    print(case.why, "|", case.closed_by)
"""


REFUND_TOKEN = """
from saleor_cryptopay.models import Refund

print(Refund.objects.get(payment__token=token).token)
"""


def desk(saleor: RunningSaleor) -> httpx.Client:
    """Return a client that works at the desk with a token of staff."""
    headers = {"Authorization": f"Bearer {saleor.staff_token()}"}
    return httpx.Client(base_url=desk_url(saleor), headers=headers, timeout=60)


class Dossiers:
    """Sales that cannot become an order, and the desk that they are decided at."""

    def __init__(self, till: Till, shell: Shell) -> None:
        self.till, self.shell = till, shell
        self.staff, self.shopper = till.staff, till.shopper

    def sold_out(self) -> Session:
        """Return the payment of a checkout whose goods were sold meanwhile."""
        session = self.shopper.initialize(self.shopper.checkout(), USDT)
        self.staff.set_stock(self.shopper.catalogue.shirt.variant_id, 0)
        self.shopper.send(session)
        self.shopper.sandbox.mine()
        self.staff.wait_for_credit(session)
        wait_until(lambda: bool(self.call(session)), SOON, "a call for staff")
        return session

    def cases(self, session: Session) -> list[str]:
        """Return the payment's cases: why, and what closed them."""
        written = self.shell.run(CASES, token=session.payment["token"])
        return [line.strip() for line in written.splitlines()]

    def deliver(self, session: Session) -> None:
        """Have the shop told what waits, now."""
        self.shell.run(AT_ONCE, token=session.payment["token"])
        self.shell.beat("deliver_effects")

    def call(self, session: Session) -> list[str]:
        """Have the shop told once more; return what staff are called for."""
        self.deliver(session)
        return self.cases(session)


@pytest.fixture
def dossiers(till: Till, shell: Shell) -> Dossiers:
    """Give a shop that refunds after an approval."""
    return Dossiers(till, shell)


def open_desk(page: Page, dossiers: Dossiers) -> None:
    """Go where the mail to staff leads, and log in."""
    page.set_default_timeout(60_000)
    page.goto(f"{desk_url(dossiers.shopper.saleor)}#cases")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def test_a_paid_checkout_without_stock_is_given_back_with_one_click(
    dossiers: Dossiers, browser: Browser
) -> None:
    till, shopper = dossiers.till, dossiers.shopper
    before = till.went_out()
    session = dossiers.sold_out()
    (case,) = dossiers.cases(session)
    assert "cannot become an order" in case
    with browser.new_context() as context:
        page = context.new_page()
        open_desk(page, dossiers)
        page.on("dialog", lambda dialog: dialog.accept())
        payment_page = f"pay/{session.payment['token']}/"
        dossier = page.get_by_role("article").filter(
            has=page.locator(f"a[href$='{payment_page}']")
        )
        expect(dossier).to_contain_text("cannot become an order", timeout=60_000)
        dossier.get_by_role("button", name="Give back 50.1 USDT").click()
        expect(page.locator("#done")).to_contain_text("The refund is begun")

    # Goods that come in again are not sold for coins that go back.
    dossiers.staff.set_stock(shopper.catalogue.shirt.variant_id, 100)
    dossiers.deliver(session)
    till.expect(session, (0, Decimal("50.1"), 0))
    assert shopper.transaction(session)["order"] is None

    link = till.link(session)
    till.name_address(link)
    till.refunds("approve", till.refund_id(link))
    till.send()
    till.expect(session, (0, 0, Decimal("50.1")))
    assert till.went_out() - before == Counter(["50.1"])
    assert shopper.transaction(session)["order"] is None
    (case,) = dossiers.cases(session)
    assert case.endswith("| refund")


def test_coins_of_the_payments_api_go_back_and_make_no_order_any_more(
    dossiers: Dossiers,
) -> None:
    till, shopper = dossiers.till, dossiers.shopper
    counter, checkout = payments_api.Counter(shopper), shopper.checkout()
    payment_id, shirt = counter.create(checkout), shopper.catalogue.shirt.variant_id
    payment = counter.ask(checkout)["payment"]
    dossiers.staff.set_stock(shirt, 0)
    counter.send(payment)
    session = Session("", {}, {"payment": payment})
    wait_until(lambda: bool(dossiers.call(session)), SOON, "a call for staff")

    with desk(shopper.saleor) as client:
        (dossier,) = client.get("cases/", params={"of": payment["address"]}).json()[
            "cases"
        ]
        (offer,) = dossier["offers"]
        given = {"offer": offer["key"], "reason": "Sold out."}
        answer = client.post(f"cases/{dossier['id']}/give-back/", json=given)
    assert answer.status_code == 200
    dossiers.staff.set_stock(shirt, 100)
    dossiers.deliver(session)
    with pytest.raises(GraphQLError, match="gives these coins back"):
        counter.complete(checkout)
    token = till.shell.run(REFUND_TOKEN, token=payment["token"]).strip()
    link = f"{payment['page_url'].rpartition('pay/')[0]}refund/{token}/"
    till.name_address(link)
    till.refunds("approve", till.refund_id(link))
    till.send()
    wait_until(
        lambda: (
            counter.payment(payment_id)["chargeStatus"] == "FULLY_REFUNDED"
            and dossiers.cases(session)[0].endswith("| refund")
        ),
        SOON,
        "a refund",
    )
    assert counter.payment(payment_id)["order"] is None


def test_a_case_ends_by_itself_when_there_is_stock_again(dossiers: Dossiers) -> None:
    session = dossiers.sold_out()
    dossiers.staff.set_stock(dossiers.shopper.catalogue.shirt.variant_id, 100)
    dossiers.deliver(session)
    dossiers.shopper.wait_for_order(session, SOON)
    wait_until(
        lambda: dossiers.cases(session)[0].endswith("| shop"),
        SOON,
        "an end of the case",
    )


def test_a_part_of_a_checkout_is_no_case_any_more_once_the_rest_has_come(
    dossiers: Dossiers,
) -> None:
    shopper, checkout = dossiers.shopper, dossiers.shopper.checkout()
    part = dossiers.staff.initialize_part(checkout, "20.00")
    shopper.send(part)
    shopper.sandbox.mine()
    wait_until(lambda: bool(dossiers.cases(part)), SOON, "a case")
    dossiers.shell.beat("expire")
    assert dossiers.cases(part)[0].endswith("|")
    rest = shopper.initialize(checkout, USDT)
    shopper.send(rest)
    shopper.sandbox.mine()
    shopper.wait_for_order(rest, SOON)
    dossiers.shell.beat("expire")
    assert dossiers.cases(part)[0].endswith("| shop")
