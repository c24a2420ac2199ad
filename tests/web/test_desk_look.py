"""The refund desk in a real Chromium: staff log in, look, decide."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from demo.stand_in.desk import EMAIL, PASSWORD
from saleor_cryptopay.core.refunds import RefundState
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Case, Payment, Refund, Transfer
from saleor_cryptopay.web.desk import LIMIT
from tests.stand_ins import Stage

from .looking import hold_to_rules
from .refund_rows import WALLET, allow_refunds, make_refund, refund_in
from .rows import make_payment, payment_in, send_coins

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Give a page whose complaints fail the test."""
    context = browser.new_context(
        reduced_motion="reduce", permissions=["clipboard-read", "clipboard-write"]
    )
    context.set_default_timeout(30_000)
    page, complaints = context.new_page(), list[str]()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def log_in(page: Page, site_url: str, password: str = PASSWORD, part: str = "") -> None:
    page.goto(f"{site_url}desk/refunds/{part}")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def accept(page: Page) -> list[str]:
    """Say yes to what the page asks; return the questions as they come."""
    questions: list[str] = []

    def answer(dialog: Dialog) -> None:
        questions.append(dialog.message)
        dialog.accept()

    page.on("dialog", answer)
    return questions


def await_decision(stage: Stage, payment: Payment) -> Case:
    """Have a paid payment wait for staff, with coins that were not credited."""
    allow_refunds(stage)
    payment.transfers.update(credited=payment.total)
    late = {"verdict": Transfer.Verdict.LATE, "status": "confirmed", "is_final": True}
    send_coins(payment, stage, "5", **late)
    why = "the shop did not take “complete”: Insufficient product stock."
    return Case.objects.create(
        payment=payment, key="1", why=why, opened_at=stage.clock()
    )


def state_of(refund: Refund) -> str:
    return Refund.objects.values_list("state", flat=True).get(pk=refund.pk)


@pytest.mark.parametrize(
    "look", ["door", "refused", "empty", "waiting", "cases", "over"]
)
def test_every_look_fits_and_breaks_no_rule_of_accessibility(
    look: str, page: Page, stage: Stage, site_url: str, axe: str
) -> None:
    payment = payment_in(PaymentState.CONFIRMED, stage)
    if look == "waiting":
        for state in (
            RefundState.NEEDS_APPROVAL,
            RefundState.IN_DOUBT,
            RefundState.FAILED,
        ):
            make_refund(payment, stage, key=state, state=state, address=WALLET)
    if look == "over":
        make_refund(payment, stage, state="confirmed", address=WALLET, hash="0x1")
    if look == "cases":
        await_decision(stage, payment)
    if look == "door":
        page.goto(f"{site_url}desk/refunds/")
    else:
        log_in(page, site_url, "wrong" if look == "refused" else PASSWORD)
    if look in ("door", "refused"):
        expect(page.get_by_role("alert")).to_have_count(int(look == "refused"))
    else:
        expect(page.get_by_role("heading", name="Refunds", exact=True)).to_be_focused()
    if look in ("cases", "over"):
        name = {"cases": "To decide", "over": "Over"}[look]
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("article")).to_have_count(1)
    hold_to_rules(page, axe)


def test_a_list_that_is_cut_says_so(
    page: Page, stage: Stage, site_url: str, axe: str
) -> None:
    payment = payment_in(PaymentState.CONFIRMED, stage)
    for number in range(LIMIT + 1):
        make_refund(payment, stage, key=f"{number}", coins="0.1", state="lapsed")
    log_in(page, site_url)
    expect(page.get_by_role("article")).to_have_count(LIMIT)
    more = page.get_by_text("There are more than can be shown here")
    expect(more).to_be_visible()
    hold_to_rules(page, axe)
    page.get_by_role("button", name="Over").click()
    expect(more).to_be_hidden()


def test_a_wrong_password_opens_nothing_and_is_said(
    page: Page, stage: Stage, site_url: str
) -> None:
    refund_in(RefundState.NEEDS_APPROVAL, stage)
    log_in(page, site_url, "wrong")
    expect(page.get_by_role("alert")).to_have_text("Please, enter valid credentials")
    assert WALLET not in page.content()


def test_staff_see_the_whole_address_and_approve_it(
    page: Page, stage: Stage, site_url: str
) -> None:
    refund = refund_in(RefundState.NEEDS_APPROVAL, stage)
    questions = accept(page)
    log_in(page, site_url)
    slip = page.get_by_role("article", name="50.1 USDT on Ethereum")
    assert slip.locator(".address").inner_text() == WALLET
    expect(slip).to_contain_text("Order 1042")
    slip.get_by_role("button", name="Approve and send").click()
    expect(page.locator("#done")).to_have_text("The coins will be sent.")
    expect(page.get_by_text("Nothing here.")).to_be_visible()
    assert questions == [f"Send 50.1 USDT to\n{WALLET}\non Ethereum?"]
    assert state_of(refund) == "approved"


def test_no_to_the_question_sends_nothing(
    page: Page, stage: Stage, site_url: str
) -> None:
    refund = refund_in(RefundState.NEEDS_APPROVAL, stage)
    page.on("dialog", lambda dialog: dialog.dismiss())
    log_in(page, site_url)
    page.get_by_role("button", name="Approve and send").click()
    expect(page.get_by_role("article")).to_have_count(1)
    assert state_of(refund) == "needs_approval"


def test_an_address_is_refused_with_a_reason(
    page: Page, stage: Stage, site_url: str
) -> None:
    refund = refund_in(RefundState.NEEDS_APPROVAL, stage)
    log_in(page, site_url)
    refuse = page.get_by_role("button", name="Refuse the address")
    refuse.click()
    reason = page.get_by_label("Reason, for the customer")
    expect(reason).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Please give a reason")
    assert state_of(refund) == "needs_approval"
    reason.fill("That is an address of ours.")
    refuse.click()
    expect(page.get_by_text("Nothing here.")).to_be_visible()
    assert refund.entries.get().note == "That is an address of ours."
    page.get_by_role("button", name="Underway").click()
    expect(page.get_by_text("Waits for the customer's address")).to_be_visible()


def test_a_doubt_is_settled_by_whoever_says_how_they_know(
    page: Page, stage: Stage, site_url: str
) -> None:
    refund = refund_in(RefundState.IN_DOUBT, stage)
    questions = accept(page)
    log_in(page, site_url)
    expect(page.get_by_role("article")).to_contain_text("gateway's own console")
    settle = page.get_by_role("button", name="Not sent: send it again")
    settle.click()
    expect(page.get_by_role("alert")).to_contain_text("Say how you know")
    assert (questions, state_of(refund)) == ([], "in_doubt")
    page.get_by_label("How you know that it was not sent").fill("None there.")
    settle.click()
    expect(page.locator("#done")).to_have_text("It will be sent again.")
    assert "twice" in questions[0]
    assert state_of(refund) == "approved"


def test_a_colleague_who_was_faster_is_told(
    page: Page, stage: Stage, site_url: str
) -> None:
    refund = refund_in(RefundState.NEEDS_APPROVAL, stage)
    accept(page)
    log_in(page, site_url)
    expect(page.get_by_role("article")).to_have_count(1)
    Refund.objects.filter(pk=refund.pk).update(state="declined")
    page.get_by_role("button", name="Approve and send").click()
    expect(page.get_by_role("alert")).to_contain_text("declined")


def test_the_customers_link_is_copied(page: Page, stage: Stage, site_url: str) -> None:
    refund = refund_in(RefundState.LAPSED, stage)
    log_in(page, site_url)
    page.get_by_role("button", name="Ask again with a new link").click()
    page.get_by_role("button", name="Underway").click()
    expect(page.get_by_text("Waits for the customer's address")).to_be_visible()
    page.get_by_role("button", name="Copy the customer's link").click()
    expect(page.locator("#done")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    token = refund.token
    refund.refresh_from_db()
    assert copied == f"{stage.base_url}refund/{refund.token}/"
    assert refund.token != token


def test_a_login_is_kept_alive_and_ends_with_the_page(
    page: Page, stage: Stage, site_url: str
) -> None:
    refund_in(RefundState.NEEDS_APPROVAL, stage)
    log_in(page, site_url)
    expect(page.get_by_role("article")).to_have_count(1)
    expired = stage.desk.give_token()
    stage.desk.access_salt = "after five minutes"
    assert stage.desk.identify(expired) is None
    page.get_by_role("button", name="Underway").click()
    expect(page.get_by_text("Nothing here.")).to_be_visible()
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.reload()
    expect(page.get_by_label("E-mail")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(0)


def test_a_token_may_be_used_in_place_of_a_password(
    page: Page, stage: Stage, site_url: str
) -> None:
    refund_in(RefundState.NEEDS_APPROVAL, stage)
    page.goto(f"{site_url}desk/refunds/")
    page.get_by_text("Use a token instead").click()
    field = page.get_by_label("Access token of Saleor, of staff or of an app")
    field.fill("forged")
    page.get_by_role("button", name="Use this token").click()
    expect(page.get_by_role("alert")).to_contain_text("may not handle payments")
    field.fill(stage.desk.give_token())
    page.get_by_role("button", name="Use this token").click()
    expect(page.get_by_role("article")).to_have_count(1)
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("article")).to_have_count(0)
    expect(page.get_by_label("E-mail")).to_be_focused()


def test_a_refund_is_one_click_away_from_a_case(
    page: Page, stage: Stage, site_url: str
) -> None:
    payment = payment_in(PaymentState.CONFIRMED, stage)
    await_decision(stage, payment)
    questions = accept(page)
    # As the mail to staff has it.
    log_in(page, site_url, part=f"#cases={payment.pk}")
    dossier = page.get_by_role("article", name="Order 1042 · 50.10 USD")
    expect(dossier).to_contain_text("Insufficient product stock.")
    dossier.get_by_label("Reason, for the customer").fill("Sold out.")
    dossier.get_by_role("button", name="Give back 50.1 USDT (50.10 USD)").click()
    expect(page.locator("#done")).to_contain_text("The refund is begun")
    expect(page.get_by_text("Waits for the customer's address")).to_be_visible()
    expect(page.get_by_role("button", name="Underway")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert questions[0].startswith("Give back 50.1 USDT")
    refund = payment.refunds.get()
    assert (refund.amount, refund.reason) == (payment.total, "Sold out.")


def test_coins_that_a_colleague_has_given_back_are_not_given_twice(
    page: Page, stage: Stage, site_url: str
) -> None:
    payment = payment_in(PaymentState.CONFIRMED, stage)
    await_decision(stage, payment)
    accept(page)
    log_in(page, site_url, part="#cases")
    give_back = page.get_by_role("button", name="Give back 50.1 USDT")
    expect(give_back).to_be_visible()
    make_refund(payment, stage, amount=payment.total)
    give_back.click()
    expect(page.get_by_role("alert")).to_contain_text("changed since you looked")
    # What is shown is what is so by now.
    expect(give_back).to_have_count(0)
    assert payment.refunds.count() == 1


def test_a_case_is_closed_by_whoever_says_what_was_decided(
    page: Page, stage: Stage, site_url: str
) -> None:
    case = await_decision(stage, payment_in(PaymentState.CONFIRMED, stage))
    log_in(page, site_url, part="#cases")
    close = page.get_by_role("button", name="Close: nothing goes back")
    close.click()
    reason = page.get_by_label("what was decided")
    expect(reason).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Say what was decided")
    reason.fill("The customer takes the blue one.")
    close.click()
    expect(page.get_by_text("Nothing here.")).to_be_visible()
    case.refresh_from_db()
    assert case.note == "The customer takes the blue one."


def test_any_other_payment_is_found_by_its_hash(
    page: Page, stage: Stage, site_url: str
) -> None:
    case = await_decision(stage, payment_in(PaymentState.CONFIRMED, stage))
    found = make_payment(stage)
    log_in(page, site_url, part="#cases")
    search = page.get_by_label("Any other payment")
    search.fill(str(found.pk))
    page.get_by_role("button", name="Find").click()
    article = page.get_by_role("article")
    expect(article).to_contain_text("Waits for the customer's coins")
    expect(article.get_by_role("button")).to_have_count(0)
    search.fill("0x12")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("No payment has this.")).to_be_visible()
    page.get_by_role("button", name="Show what waits").click()
    expect(article).to_contain_text(str(case.payment_id))
