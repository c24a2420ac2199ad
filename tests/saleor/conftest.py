"""One real Saleor after the other, each with the plugin's wheel beside it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from demo.services.catalogue import STOCK, Catalogue, create_catalogue
from demo.services.installs import VERSIONS, SaleorInstall, find_saleors, saleor_home
from demo.services.overlays import build_wheel, make_overlay
from demo.services.postgres import Postgres
from demo.services.redis import Broker, start_broker
from demo.services.saleor import Ground, RunningSaleor, start_saleor
from demo.services.staff import configure_plugin
from demo.services.templates import NEEDED_EXTENSION, template_database
from tests.mail_server import MailServer, running_mail_server
from tests.playing import KEY, SECRET, Sandbox, running_sandbox
from tests.price_lists import running_price_program

from .shell import Shell, running_shell
from .shopping import SOON, Shopper, wait_until
from .staffing import Staff

PROJECT = Path(__file__).parents[2]
INSTALLS = {install.version: install for install in find_saleors()}
SETTINGS = {
    "api_key": KEY,
    "webhook_secrets": SECRET,
    "assets": "usdt@ethereum\nusdt@tron\nbtc@bitcoin\neth@ethereum",
    "rates": "btc/usd = 64000.00\neth/usd = 2500.00",
    "payment_window_minutes": "60",
    "return_url": "https://shop.example/thanks?order={order}",
}

# Its tests hold the books of everything that the others did to account.
LAST = "test_commands.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the audit of a Saleor after all that was done to it."""
    items.sort(key=lambda item: item.path.name == LAST)


@pytest.fixture(scope="session")
def wheel(service_folder: Path) -> Path:
    """Build what a merchant would install, once."""
    return build_wheel(PROJECT, service_folder / "wheel")


@pytest.fixture(scope="session")
def broker(service_folder: Path) -> Iterator[Broker]:
    """Run what joins servers and workers."""
    with start_broker(service_folder / "broker") as running:
        yield running


@pytest.fixture(scope="session")
def sandbox(service_folder: Path) -> Iterator[Sandbox]:
    """Run the sandbox; its blocks come only when a test asks for them."""
    with running_sandbox(service_folder) as running:
        yield running


@pytest.fixture(scope="session")
def price_lists(service_folder: Path) -> Iterator[str]:
    """Run what stands in for the rate sources, in their own forms; give its address."""
    with running_price_program(service_folder) as url:
        yield url


@pytest.fixture(scope="session")
def mail_server() -> Iterator[MailServer]:
    """Run the mail server that all Saleors send to."""
    with running_mail_server() as running:
        yield running


@pytest.fixture(scope="session", params=sorted({*VERSIONS, *INSTALLS}))
def install(request: pytest.FixtureRequest) -> SaleorInstall:
    """Name the Saleor whose turn it is."""
    found = INSTALLS.get(request.param)
    if found is None:
        pytest.skip(f"no real Saleor found for {request.param} in {saleor_home()}")
    return found


@pytest.fixture(scope="session")
def ground(  # noqa: PLR0913 - one fixture for each thing it stands on
    install: SaleorInstall,  # first: without one, nothing else is started
    postgres: Postgres,
    wheel: Path,
    broker: Broker,
    price_lists: str,
    mail_server: MailServer,
    service_folder: Path,
) -> Ground:
    """Lay out what a Saleor with the plugin stands on."""
    if not postgres.has_extension(NEEDED_EXTENSION):
        pytest.skip(f"this PostgreSQL lacks {NEEDED_EXTENSION}, which Saleor needs")
    folder = service_folder / f"saleor-{install.version}"
    overlay = make_overlay(install, wheel, folder / "venv")
    variables = {
        "CRYPTOPAY_RATE_MIRROR": price_lists,
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_server.port}",
        "SHOP_KEY": KEY,
        "SHOP_SECRETS": SECRET,
    }
    return Ground(install, overlay, postgres, broker, folder, variables)


@pytest.fixture(scope="session")
def saleor(ground: Ground, pytestconfig: pytest.Config) -> Iterator[RunningSaleor]:
    """Run a Saleor with the plugin installed; the tests of a version share it."""
    with _visible_progress(pytestconfig):
        template_database(ground.install, ground.postgres)
    name = f"cryptopay_saleor_{ground.install.slug}_{os.getpid()}"
    with start_saleor(ground, name) as running:
        yield running


@contextmanager
def _visible_progress(config: pytest.Config) -> Iterator[None]:
    """Show what is printed at once: minutes of silence look like a hang."""
    capture = config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled() if capture else nullcontext():
        yield


@pytest.fixture(scope="session")
def catalogue(saleor: RunningSaleor) -> Catalogue:
    """Put something on sale."""
    return create_catalogue(saleor)


@pytest.fixture(scope="session")
def plugin(saleor: RunningSaleor, sandbox: Sandbox) -> None:
    """Switch the plugin on, and wait until the gateway knows where to call."""
    sandbox.reset()
    configure_plugin(saleor, {**SETTINGS, "api_url": sandbox.api_url})
    wait_until(lambda: bool(sandbox.state()["webhooks"]), SOON, "a webhook")


@pytest.fixture
def shopper(
    saleor: RunningSaleor,
    catalogue: Catalogue,
    sandbox: Sandbox,
    plugin: None,  # noqa: ARG001 - switched on
) -> Iterator[Shopper]:
    """Give a storefront and a customer; what a test breaks is mended after it."""
    yield Shopper(saleor, catalogue, sandbox)
    sandbox.control("faults", kind="none")
    sandbox.control("deliveries", drop=False, repeat=1)


@pytest.fixture
def staff(shopper: Shopper) -> Iterator[Staff]:
    """Give somebody who works in the shop; what they changed is changed back."""
    staff = Staff(shopper)
    yield staff
    staff.set_channel(paymentSettings={"defaultTransactionFlowStrategy": "CHARGE"})
    staff.set_orders(allowUnpaidOrders=False, automaticallyConfirmAllNewOrders=True)
    staff.set_stock(shopper.catalogue.shirt.variant_id, STOCK)


@pytest.fixture(scope="session")
def shell(saleor: RunningSaleor) -> Iterator[Shell]:
    """Run Python inside the Saleor; it is started once."""
    with running_shell(saleor) as running:
        yield running
