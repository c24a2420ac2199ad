"""Refunds on a real Saleor: staff ask, the customer names an address, coins go back."""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import httpx
import pytest

from tests.playing import KEY

from . import payments_api
from .shell import Shell
from .shopping import SOON, Session, wait_until
from .staffing import Staff
from .test_funds_release import RELEASE

USDT = {"asset": "usdt@ethereum"}
WALLET = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
LINK = re.compile(r"https?://\S+/refund/[\w-]+/")


class Till:
    """Refunds in one shop, from the request to the coins."""

    def __init__(self, staff: Staff, shell: Shell) -> None:
        self.staff, self.shell = staff, shell
        self.shopper = staff.shopper

    def paid_order(self) -> tuple[str, Session]:
        """Sell something and have it paid; return the order and its transaction."""
        order = self.shopper.unpaid_order()
        session = self.shopper.initialize(order, USDT)
        self.shopper.send(session)
        self.shopper.sandbox.mine()
        self.shopper.wait_for_order(session, SOON)
        return order.id, session

    def link(self, session: Session) -> str:
        """Return the customer's link, as staff read it in the transaction."""
        (request,) = self.shopper.events(session, "REFUND_REQUEST")
        found = LINK.search(request["message"])
        assert found, request
        return found[0]

    def name_address(self, link: str, address: str = WALLET) -> str:
        """Name an address as the customer does; return the page that follows."""
        reply = httpx.post(
            link,
            data={"address": address, "repeated": address},
            follow_redirects=True,
            timeout=60,
        )
        return reply.text

    def refunds(self, *arguments: str) -> str:
        """Run `cryptopay refunds …`."""
        status, written = self.shell.manage("cryptopay", "refunds", *arguments)
        assert status == 0, written
        return written

    def refund_id(self, link: str) -> str:
        """Return which refund a link is of."""
        code = "from saleor_cryptopay.models import Refund\n"
        code += "print(Refund.objects.get(token=token).pk)"
        return self.shell.run(code, token=link.rstrip("/").rsplit("/", 1)[1]).strip()

    def send(self) -> None:
        """Have what is approved sent, arrive and be told."""
        self.shell.beat("send_refunds")
        for _ in range(3):
            self.shopper.sandbox.mine()
            self.shell.beat("send_refunds")
        self.shell.beat("deliver_effects")

    def amounts(self, session: Session) -> tuple[object, object, object]:
        """Return (charged, being refunded, refunded) as staff see it."""
        found = self.shopper.saleor.graphql(
            """query($id: ID!) { transaction(id: $id) {
                 chargedAmount { amount } refundPendingAmount { amount }
                 refundedAmount { amount } } }""",
            {"id": session.transaction},
            self.shopper.saleor.staff_token(),
        )["transaction"]
        names = ("chargedAmount", "refundPendingAmount", "refundedAmount")
        charged, pending, refunded = (Decimal(found[name]["amount"]) for name in names)
        return charged, pending, refunded

    def expect(self, session: Session, amounts: tuple[object, object, object]) -> None:
        """Wait for (charged, being refunded, refunded): a worker tells Saleor too."""
        wait_until(lambda: self.amounts(session) == amounts, SOON, f"{amounts}")

    def went_out(self) -> Counter[str]:
        """Return which amounts the gateway was ordered to send to the customer."""
        orders = self.shopper.sandbox.state()["withdrawals"]
        return Counter(row["amount"] for row in orders if row["to_address"] == WALLET)


@pytest.fixture
def till(staff: Staff, shell: Shell) -> Iterator[Till]:
    """Give a shop that refunds after an approval."""
    staff.shopper.configure(refunds="approval", refund_api_key=KEY)
    staff.shopper.sandbox.control("faults", kind="none")
    yield Till(staff, shell)
    staff.shopper.configure(refunds="off", refund_api_key="")


def test_a_full_refund_goes_back_and_the_order_shows_it(till: Till) -> None:
    before = till.went_out()
    order_id, session = till.paid_order()
    till.staff.request(session, "REFUND")
    assert till.shopper.events(session, "REFUND_FAILURE") == []
    till.expect(session, (0, 12, 0))

    link = till.link(session)
    assert "TRON" in till.name_address(link, "TJRabPrwbZy45sbavfcjinPJC18kjpRTv8")
    till.name_address(link)
    till.send()
    assert till.went_out() == before
    till.refunds("approve", till.refund_id(link))
    till.send()

    till.expect(session, (0, 0, 12))
    assert till.went_out() - before == Counter(["12"])
    (success,) = till.shopper.events(session, "REFUND_SUCCESS")
    (request,) = till.shopper.events(session, "REFUND_REQUEST")
    assert success["pspReference"] == request["pspReference"]
    assert success["externalUrl"].startswith("https://etherscan.io/tx/0x")
    assert till.staff.order(order_id)["chargeStatus"] == "NONE"


def test_a_part_goes_back_and_the_rest_can_follow(till: Till) -> None:
    before = till.went_out()
    _, session = till.paid_order()
    till.staff.request(session, "REFUND", "5")
    link = till.link(session)
    till.name_address(link)
    till.refunds("approve", till.refund_id(link))
    till.send()
    till.expect(session, (7, 0, 5))
    assert till.went_out() - before == Counter(["5"])
    till.staff.request(session, "REFUND")
    till.expect(session, (0, 7, 5))


def test_a_granted_refund_is_pending_and_then_made(till: Till) -> None:
    order_id, session = till.paid_order()
    till.staff.refund_by_grant(order_id, session)
    (grant,) = till.staff.order(order_id)["grantedRefunds"]
    assert grant["status"] == "PENDING"
    link = till.link(session)
    till.name_address(link)
    till.refunds("approve", till.refund_id(link))
    till.send()
    till.expect(session, (7, 0, 5))
    (grant,) = till.staff.order(order_id)["grantedRefunds"]
    assert grant["status"] == "SUCCESS"


def test_a_refund_that_fails_is_told_and_can_be_tried_again(till: Till) -> None:
    order_id, session = till.paid_order()
    till.staff.refund_by_grant(order_id, session)
    link = till.link(session)
    till.name_address(link)
    refund_id = till.refund_id(link)
    till.refunds("approve", refund_id)
    till.shopper.sandbox.control("faults", kind="no_permission")
    till.shell.beat("send_refunds", "deliver_effects")
    till.shopper.sandbox.control("faults", kind="none")
    till.expect(session, (12, 0, 0))
    (grant,) = till.staff.order(order_id)["grantedRefunds"]
    assert grant["status"] == "FAILURE"

    till.refunds("try-again", refund_id)
    till.expect(session, (7, 5, 0))
    till.send()
    till.expect(session, (7, 0, 5))
    (grant,) = till.staff.order(order_id)["grantedRefunds"]
    assert grant["status"] == "SUCCESS"


def test_without_approval_coins_go_out_as_soon_as_there_is_an_address(
    till: Till,
) -> None:
    before = till.went_out()
    till.shopper.configure(refunds="automatic")
    _, session = till.paid_order()
    till.staff.request(session, "REFUND")
    till.name_address(till.link(session))
    till.send()
    till.expect(session, (0, 0, 12))
    assert till.went_out() - before == Counter(["12"])


def test_what_cannot_be_refunded_is_answered_in_words(till: Till) -> None:
    _, session = till.paid_order()
    till.staff.request(session, "REFUND", "5")
    till.refunds("decline", till.refund_id(till.link(session)), "--reason", "no")
    till.expect(session, (12, 0, 0))
    (failure,) = till.shopper.events(session, "REFUND_FAILURE")
    assert "declined. no" in failure["message"]


def test_a_checkout_that_became_an_order_is_refunded_there(till: Till) -> None:
    checkout = till.shopper.checkout()
    session = till.shopper.initialize(checkout, USDT)
    till.shopper.send(session)
    till.shopper.sandbox.mine()
    till.shopper.wait_for_order(session, SOON)
    till.staff.request(session, "REFUND", "10")
    link = till.link(session)
    till.name_address(link)
    till.refunds("approve", till.refund_id(link))
    till.send()
    till.expect(session, (checkout.total - 10, 0, 10))


def test_saleor_asking_for_an_abandoned_checkout_begins_a_refund(till: Till) -> None:
    checkout = till.shopper.checkout()
    part = till.staff.initialize_part(checkout, "20.00")
    till.shopper.send(part)
    till.shopper.sandbox.mine()
    till.staff.wait_for_credit(part)
    till.staff.release_funds(is_on=True)
    try:
        for _ in range(2):
            till.shell.run(RELEASE, checkout=checkout.id)
    finally:
        till.staff.release_funds(is_on=False)
    till.expect(part, (0, 20, 0))
    assert till.shopper.events(part, "REFUND_FAILURE") == []
    till.name_address(till.link(part))


def test_the_payments_api_refunds_as_well(till: Till) -> None:
    counter = payments_api.Counter(till.shopper)
    checkout = till.shopper.checkout()
    payment_id = counter.create(checkout)
    counter.send(counter.ask(checkout)["payment"])
    counter.wait_for_order(payment_id, SOON)
    counter.request("Refund", payment_id)
    kinds = [row["kind"] for row in counter.payment(payment_id)["transactions"]]
    assert kinds.count("REFUND_ONGOING") == 1
    code = "from saleor_cryptopay.models import Refund\n"
    code += "print(Refund.objects.latest('asked_at').token)"
    token = till.shell.run(code).strip()
    link = counter.shopper.saleor.url
    link += f"/plugins/global/saleor_cryptopay/refund/{token}/"
    till.name_address(link)
    till.refunds("approve", till.refund_id(link))
    till.send()
    wait_until(
        lambda: counter.payment(payment_id)["chargeStatus"] == "FULLY_REFUNDED",
        SOON,
        "a refund",
    )
    assert Decimal(counter.payment(payment_id)["capturedAmount"]["amount"]) == 0


def test_a_key_that_the_gateway_refuses_cannot_be_saved(till: Till) -> None:
    with pytest.raises(Exception, match="The gateway says"):
        till.shopper.configure(refund_api_key="sk_test_stranger")
