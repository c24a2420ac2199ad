"""The pages for those who do not look at a screen: printed, by keyboard, read aloud."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from saleor_cryptopay.core.refunds import RefundState
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Payment
from tests.stand_ins import Stage

from .refund_rows import refund_in
from .rows import ADDRESSES, make_payment, payment_in, send_coins

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = ADDRESSES["usdt@ethereum"]

# Everything that can be reached by keyboard, as it stands in the document.
REACHABLE = """() => [...document.querySelectorAll("a[href], button, input, summary")]
  .filter(one => one.checkVisibility({ visibilityProperty: true }))
  .map(one => one.outerHTML)"""
FOCUSED = """() => {
  const one = document.activeElement, look = getComputedStyle(one);
  const { top, bottom } = one.getBoundingClientRect();
  return { html: one === document.body ? "" : one.outerHTML,
    outline: look.outlineStyle === "none" ? 0 : parseFloat(look.outlineWidth),
    isSeen: bottom > 0 && top < innerHeight };
}"""


Node = dict[str, Any]


def nodes_of(page: Page) -> list[Node]:
    """Return Chromium's accessibility tree in the order in which it is read aloud.

    Each node has its own `within`: all that a screen reader is given inside it.
    """
    session = page.context.new_cdp_session(page)
    tree: list[Node] = session.send("Accessibility.getFullAXTree")["nodes"]
    by_id = {node["nodeId"]: node for node in tree}

    def walk(node: Node) -> list[Node]:
        children = [by_id[key] for key in node.get("childIds", ()) if key in by_id]
        node["within"] = [inner for child in children for inner in walk(child)]
        return node["within"] if node.get("ignored") else [node, *node["within"]]

    return walk(tree[0])


def named(page: Page, role: str) -> list[str]:
    """Return the accessible names of a role, in the order they are read."""
    return [node["name"]["value"] for node in nodes_of(page) if role_of(node) == role]


def role_of(node: Node) -> str:
    return str(node["role"]["value"])


def texts_within(page: Page, role: str) -> list[str]:
    """Return what is read inside each node of a role."""
    return [
        " ".join(
            inner["name"]["value"]
            for inner in node["within"]
            if role_of(inner) == "StaticText"
        )
        for node in nodes_of(page)
        if role_of(node) == role
    ]


def spoken_parts(page: Page) -> list[str]:
    """Return what stands in the live parts, which are spoken when they change."""
    texts = []
    for node in nodes_of(page):
        given = {row["name"]: row["value"].get("value") for row in node["properties"]}
        if given.get("live", "off") == "off":
            continue
        inner = [each for each in node["within"] if role_of(each) == "StaticText"]
        texts.append(" ".join(each["name"]["value"] for each in inner))
    return [text for text in texts if text]


def open_payment(page: Page, payment: Payment, site_url: str) -> None:
    page.goto(f"{site_url}pay/{payment.token}/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_printed_it_is_a_sheet_to_pay_by(
    scheme: Any, page: Page, stage: Stage, site_url: str
) -> None:
    page.emulate_media(media="print", color_scheme=scheme)
    open_payment(page, payment_in(PaymentState.AWAITING_PAYMENT, stage), site_url)
    for selector in ("#amount", ".network .name", ".code svg", "#order", "time"):
        expect(page.locator(selector).first).to_be_visible()
    assert page.locator("#address").inner_text() == ADDRESS
    for selector in ("button", ".button", "form", "nav", "summary", ".left"):
        for one in page.locator(selector).all():
            expect(one).to_be_hidden()
    ink, paper = page.evaluate(
        "[document.querySelector('#amount'), document.body].map(getComputedStyle)"
        ".map((look, at) => at ? look.backgroundColor : look.color)"
    )
    assert (ink, paper) == ("rgb(0, 0, 0)", "rgb(255, 255, 255)")
    sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))
    assert len(sheets) == 1


@pytest.mark.parametrize("look", ["paying", "choosing", "confirmed", "refund", "desk"])
def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(
    look: str, page: Page, stage: Stage, site_url: str
) -> None:
    page.set_viewport_size({"width": 375, "height": 667})
    if look == "refund":
        refund = refund_in(RefundState.NEEDS_ADDRESS, stage)
        page.goto(f"{site_url}refund/{refund.token}/")
    elif look == "desk":
        page.goto(f"{site_url}desk/refunds/")
    elif look == "choosing":
        open_payment(page, make_payment(stage), site_url)
    else:
        states = {"paying": "awaiting_payment", "confirmed": "confirmed"}
        payment = payment_in(PaymentState(states[look]), stage)
        open_payment(page, payment, site_url)
    if look == "desk":
        page.get_by_label("E-mail").focus()
        page.keyboard.press("Shift+Tab")
    wanted = _one_of_each_group(page.evaluate(REACHABLE))
    for html in wanted:
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        assert focused["html"] == html
        assert focused["outline"] >= 2, html
        assert focused["isSeen"], html
    assert len(wanted) >= 3


def _one_of_each_group(controls: list[str]) -> list[str]:
    """Drop all radio buttons of a group but its first: arrows reach the others."""
    found, seen = [], False
    for html in controls:
        if 'type="radio"' in html:
            if seen:
                continue
            seen = True
        found.append(html)
    return found


def test_a_screen_reader_is_told_all_there_is_to_pay(
    page: Page, stage: Stage, site_url: str
) -> None:
    open_payment(page, payment_in(PaymentState.AWAITING_PAYMENT, stage), site_url)
    assert named(page, "heading")[:4] == [
        "Waiting for your payment",
        "Amount",
        "Network",
        "Address",
    ]
    assert named(page, "image") == ["QR code for this payment"]
    assert named(page, "button") == ["Copy the amount", "Copy the address"]
    assert {"Open in wallet", "Back to the shop"} <= set(named(page, "link"))
    assert named(page, "navigation") == ["Language"]
    spoken = "".join(named(page, "StaticText"))
    assert "50.1" in spoken
    assert "Send only USDT on Ethereum" in spoken


def test_an_address_is_read_in_the_groups_that_it_is_seen_in(
    page: Page, stage: Stage, site_url: str
) -> None:
    open_payment(page, payment_in(PaymentState.AWAITING_PAYMENT, stage), site_url)
    spoken = " ".join("".join(named(page, "StaticText")).split())
    assert "0x5a Aeb6 053F 3E94 C9b9 A09f 3366 9435 E7Ef 1BeA ed" in spoken
    assert page.locator("#address").inner_text() == ADDRESS


def test_the_time_left_is_read_and_not_only_that_there_is_one(
    page: Page, stage: Stage, site_url: str
) -> None:
    open_payment(page, payment_in(PaymentState.AWAITING_PAYMENT, stage), site_url)
    # Of what has the role of a timer, its name is read in place of what it shows.
    assert named(page, "timer") == []
    spoken = named(page, "StaticText")
    time_left = spoken[spoken.index("Time left") + 1]
    assert re.fullmatch(r"2[34]:\d\d:\d\d", time_left)


def test_a_step_that_is_done_is_told_by_more_than_its_colour(
    page: Page, stage: Stage, site_url: str
) -> None:
    open_payment(page, payment_in(PaymentState.PAYMENT_DETECTED, stage), site_url)
    steps = [words.split() for words in texts_within(page, "listitem")[:3]]
    assert steps == [["✓", "Pay"], ["Confirming"], ["Done"]]


def test_a_change_of_state_is_spoken_as_one_sentence_by_a_part_that_was_there_before(
    page: Page, stage: Stage, site_url: str
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    open_payment(page, payment, site_url)
    page.evaluate("window.before = document.getElementById('said')")
    send_coins(payment, stage, "50.1")
    Payment.objects.update(state="payment_detected")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("heading", level=1)).to_have_text("Payment detected")
    assert page.evaluate("window.before === document.getElementById('said')")
    (spoken,) = spoken_parts(page)
    assert spoken == (
        "Payment detected. Your transfer is on its way and the network is confirming "
        "it. There is nothing more to do: you may close this page."
    )
    (bar,) = named(page, "progressbar")
    assert bar == "Confirmations"


@pytest.mark.parametrize("look", ["paying", "choosing", "refund"])
def test_what_is_there_from_the_start_is_in_no_live_part(
    look: str, page: Page, stage: Stage, site_url: str
) -> None:
    if look == "refund":
        refund = refund_in(RefundState.NEEDS_ADDRESS, stage)
        page.goto(f"{site_url}refund/{refund.token}/")
    elif look == "choosing":
        open_payment(page, make_payment(stage), site_url)
    else:
        payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
        open_payment(page, payment, site_url)
    # Screen readers read it once more, and piece by piece.
    assert spoken_parts(page) == []


def test_a_copied_address_is_spoken(page: Page, stage: Stage, site_url: str) -> None:
    open_payment(page, payment_in(PaymentState.AWAITING_PAYMENT, stage), site_url)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the address").click()
    expect(page.locator("#said")).to_have_text("Copied")
    assert spoken_parts(page) == ["Copied"]


def test_a_mistake_is_the_first_thing_read_of_its_field_and_is_read_once(
    page: Page, stage: Stage, site_url: str
) -> None:
    refund = refund_in(RefundState.NEEDS_ADDRESS, stage)
    page.goto(f"{site_url}refund/{refund.token}/")
    page.locator("#to").fill("0x12")
    page.locator("#again").fill("0x12")
    page.locator("form button").click()
    field = page.get_by_role("textbox", name="Your USDT address on Ethereum")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(
        re.compile("^This is no address on Ethereum.* Network Ethereum Give an address")
    )
    # The field has the focus and reads it: an alert would say it before that, too.
    expect(page.get_by_role("alert")).to_have_count(0)


def test_choices_are_read_with_coin_network_price_fee_and_wait(
    page: Page, stage: Stage, site_url: str
) -> None:
    open_payment(page, make_payment(stage), site_url)
    assert named(page, "radio")[0] == (
        "USDT on Ethereum 50.1 USDT high network fee · final in about 3 min"
    )
    assert named(page, "group") == ["Coin and network"]
