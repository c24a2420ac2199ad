"""What staff see, in Saleor's own Dashboard in a real browser."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, ViewportSize, expect

from demo.services.installs import SaleorInstall
from demo.services.saleor import RunningSaleor
from demo.services.staff import PLUGIN_ID
from tests.playing import KEY, SECRET

from .conftest import SETTINGS
from .dashboard import (
    PATIENCE_MILLISECONDS,
    Dashboard,
    dashboard_home,
    find_dashboard,
    has_part,
    serve_dashboard,
)
from .shopping import SOON, Session, Shopper, wait_until

# Before a Saleor is started for nothing.
pytestmark = pytest.mark.usefixtures("build")

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
PICTURED = "3.23"
LOOPBACK = "127.0.0.1"
USUAL = ViewportSize(width=1280, height=900)
# Where nothing of a transaction is cut off.
WIDE = ViewportSize(width=1600, height=1000)
UNDER_WAY = "order-transaction-polling-throbber"
HEALTH = (
    "health",
    "health_worker",
    "health_gateway",
    "health_webhook",
    "health_waiting",
)
HELP = """
query($id: ID!) {
  plugin(id: $id) { globalConfiguration { configuration { name type helpText value } } }
}
"""


@pytest.fixture(scope="session")
def build(install: SaleorInstall) -> Path:
    """Give the build of the Dashboard for the Saleor whose turn it is."""
    found = find_dashboard(install.version)
    if found is None:
        pytest.skip(f"no Dashboard found for {install.version} in {dashboard_home()}")
    return found


@pytest.fixture(scope="session")
def dashboard(
    build: Path, saleor: RunningSaleor, browser: Browser
) -> Iterator[Dashboard]:
    """Give a member of staff, signed in."""
    with serve_dashboard(build, f"{saleor.url}/graphql/") as url:
        context = browser.new_context(viewport=USUAL, reduced_motion="reduce")
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        # It asks for films of its makers' products.
        context.route(lambda address: LOOPBACK not in address, lambda r: r.abort())
        dashboard = Dashboard(context.new_page(), url)
        dashboard.sign_in()
        yield dashboard
        context.close()


@pytest.fixture
def paid(shopper: Shopper) -> tuple[Session, str]:
    """Give a payment, and the order that it paid."""
    session = shopper.initialize(shopper.checkout(), {"asset": "usdt@ethereum"})
    shopper.send(session)
    shopper.sandbox.mine()
    return session, str(shopper.wait_for_order(session, SOON)["id"])


@pytest.fixture
def draw(install: SaleorInstall) -> Callable[..., None]:
    """Give what keeps a picture for the docs, where one is wanted of this Saleor."""
    is_wanted = os.environ.get("WRITE_FIGURES") and install.version == PICTURED
    return keep_picture if is_wanted else lambda *_: None


def keep_picture(name: str, first: Locator, last: Locator | None = None) -> None:
    """Keep a picture from one part to another."""
    first.page.set_viewport_size(WIDE)
    first.scroll_into_view_if_needed()
    start, end = (part.bounding_box() for part in (first, last or first))
    assert start
    assert end
    height = end["y"] + end["height"] - start["y"]
    clip = FloatRect(x=end["x"], y=start["y"], width=end["width"], height=height)
    first.page.screenshot(path=PICTURES / f"dashboard-{name}.png", clip=clip)
    first.page.set_viewport_size(USUAL)


def read_settings(shopper: Shopper) -> dict[str, dict[str, str]]:
    token = shopper.saleor.staff_token()
    found = shopper.saleor.graphql(HELP, {"id": PLUGIN_ID}, token)
    rows = found["plugin"]["globalConfiguration"]["configuration"]
    return {row["name"]: row for row in rows}


def test_every_setting_is_explained(shopper: Shopper, dashboard: Dashboard) -> None:
    dashboard.open_settings()
    for row in read_settings(shopper).values():
        # Of secrets the Dashboard shows the label alone.
        if not row["type"].startswith("SECRET"):
            expect(dashboard.page.get_by_text(row["helpText"]).first).to_be_attached()


@pytest.mark.usefixtures("build", "shopper")
def test_health_is_told_in_lines_that_are_seen_whole(
    dashboard: Dashboard, draw: Callable[..., None]
) -> None:
    dashboard.open_settings()
    for name in HEALTH:
        field = dashboard.field(name)
        assert field.input_value()
        assert field.get_attribute("readonly") is not None
        is_cut = field.evaluate("field => field.scrollWidth > field.clientWidth")
        assert not is_cut, field.input_value()
    title = dashboard.page.get_by_text("Plugin Settings", exact=True)
    draw("settings", title, dashboard.field("health_waiting").locator("../.."))


@pytest.mark.usefixtures("build", "shopper")
def test_of_secrets_no_more_than_the_end_is_there(dashboard: Dashboard) -> None:
    dashboard.open_settings()
    shown = dashboard.page.get_by_text("****").all_inner_texts()
    assert sorted(shown) == sorted(f"**** {text[-4:]}" for text in (KEY, SECRET))
    values = dashboard.page.locator("input, textarea").evaluate_all(
        "fields => fields.map(field => field.value)"
    )
    everything = dashboard.page.content() + str(values)
    assert KEY not in everything
    assert SECRET not in everything


@pytest.mark.usefixtures("build", "shopper")
def test_a_mistake_is_refused_with_field_and_reason(
    dashboard: Dashboard, draw: Callable[..., None]
) -> None:
    dashboard.open_settings()
    dashboard.fill("assets", "usdt@ethereum\ndoge@moon")
    dashboard.save()
    notice = dashboard.notice("Coins on offer: Line 2: “doge@moon” is no asset")
    draw("mistake", notice)
    dashboard.open_settings()
    expect(dashboard.field("assets")).to_have_value(SETTINGS["assets"])


def test_settings_are_saved(shopper: Shopper, dashboard: Dashboard) -> None:
    dashboard.open_settings()
    dashboard.fill("payment_window_minutes", "45")
    dashboard.save()
    dashboard.wait_until_saved()
    saved = read_settings(shopper)
    shopper.configure(payment_window_minutes=SETTINGS["payment_window_minutes"])
    assert saved["payment_window_minutes"]["value"] == "45"
    assert saved["assets"]["value"] == SETTINGS["assets"]


def test_a_secret_is_replaced(shopper: Shopper, dashboard: Dashboard) -> None:
    dashboard.open_settings()
    dashboard.replace_secret(
        "Webhook secrets", f"{SECRET}\nanother-secret-of-24-signs-1"
    )
    dashboard.wait_until_saved()
    saved = read_settings(shopper)["webhook_secrets"]["value"]
    shopper.configure(webhook_secrets=SECRET)
    assert saved == "ns-1"


def test_a_paid_order_tells_coin_hash_explorer_and_words(
    paid: tuple[Session, str],
    shopper: Shopper,
    dashboard: Dashboard,
    draw: Callable[..., None],
) -> None:
    session, order_id = paid
    transaction = dashboard.open_order(order_id)
    (credit,) = shopper.events(session, "CHARGE_SUCCESS")
    expect(transaction).to_contain_text("USDT on Ethereum")
    expect(transaction).to_contain_text(credit["pspReference"])
    links = transaction.locator(f'a[href="{credit["externalUrl"]}"]')
    expect(links.first).to_be_visible()
    words = [
        dashboard.words_behind(sign) for sign in dashboard.signs(transaction).all()
    ]
    assert words == [credit["message"], "Waiting for the customer's coins."]
    draw("transaction", transaction)


def test_what_is_under_way_ends_with_the_credit(
    build: Path, shopper: Shopper, dashboard: Dashboard
) -> None:
    if not has_part(build, UNDER_WAY):
        pytest.skip("this Dashboard shows no sign of what is under way")
    order = shopper.unpaid_order()
    session = shopper.initialize(order, {"asset": "usdt@ethereum"})
    dashboard.open_order(order.id)
    expect(dashboard.part(UNDER_WAY)).to_have_count(1)
    shopper.send(session)
    shopper.sandbox.mine()
    shopper.wait_for_order(session, SOON)
    dashboard.open_order(order.id)
    expect(dashboard.part(UNDER_WAY)).to_have_count(0)


def test_what_staff_are_told_of_coins_that_do_not_count_is_read_whole(
    shopper: Shopper, dashboard: Dashboard
) -> None:
    order = shopper.unpaid_order()
    session = shopper.initialize(order, {"asset": "usdt@ethereum"})
    payment = session.payment
    shopper.sandbox.pay(payment["address"], payment["amount"], coin="usdc")
    shopper.sandbox.mine()
    shopper.wait_for_status(session, "needs_review", SOON)
    wait_until(lambda: len(_told(shopper, session)) > 1, SOON, "words for staff")
    transaction = dashboard.open_order(order.id)
    assert _told(shopper, session) <= set(dashboard.readable_words(transaction))


def _told(shopper: Shopper, session: Session) -> set[str]:
    """Return what a transaction's notes say."""
    return {str(event["message"]) for event in shopper.events(session, "INFO")}


def test_an_order_carries_the_coins_as_metadata(
    paid: tuple[Session, str], dashboard: Dashboard
) -> None:
    session, order_id = paid
    dashboard.open_order(order_id)
    fields = dashboard.open_metadata().locator("input, textarea")
    fields.first.wait_for()
    values = fields.evaluate_all("fields => fields.map(field => field.value)")
    assert "cryptopay_transactions" in values
    assert session.payment["address"] in values


def test_staff_who_ask_for_a_refund_are_answered_in_words(
    paid: tuple[Session, str], shopper: Shopper, dashboard: Dashboard
) -> None:
    session, order_id = paid
    dashboard.open_order(order_id)
    dashboard.ask_refund("5")
    wait_until(lambda: bool(_refund_words(shopper, session)), SOON, "an answer")
    transaction = dashboard.open_order(order_id)
    expect(transaction).to_contain_text("Refund")
    words = dashboard.readable_words(transaction)
    assert set(_refund_words(shopper, session)) <= set(words)


def _refund_words(shopper: Shopper, session: Session) -> list[str]:
    """Return what the transaction's events about a refund say."""
    events = shopper.transaction(session)["events"]
    kinds = ("REFUND", "INFO")
    return [
        str(event["message"])
        for event in events
        if event["type"].startswith(kinds) and event["message"]
    ]
