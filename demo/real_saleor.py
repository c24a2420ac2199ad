"""The real Saleor as the demo's shop: found, furnished and switched on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from .ground import Ground, RunningShop
from .offer import ASSETS, PAYMENT_WINDOW_MINUTES, QUOTE_MINUTES, RATES
from .sandbox import KEY, PROJECT, SECRET
from .services.catalogue import create_catalogue
from .services.installs import SaleorInstall, find_saleors, saleor_home
from .services.overlays import build_wheel, make_overlay
from .services.postgres import Postgres
from .services.processes import ServiceError
from .services.refunds import SaleorStaff
from .services.saleor import EMAIL, PASSWORD, RunningSaleor, start_saleor
from .services.saleor import Ground as SaleorGround
from .services.staff import configure_plugin
from .services.templates import NEEDED_EXTENSION
from .storefront.saleor import SaleorShop

# The first of these that is there is the shop.
PREFERRED: Final = ("3.23", "main", "3.22", "3.21")


def find_saleor(postgres: Postgres) -> SaleorInstall | None:
    """Return the Saleor to run, or None where the stand-in has to do.

    `SALEOR` names one; `SALEOR=none` asks for the stand-in.

    Raises:
        ServiceError: the Saleor that was asked for cannot run here.
    """
    wanted = os.environ.get("SALEOR", "")
    if wanted == "none":
        return None
    found = {install.version: install for install in find_saleors()}
    if wanted and wanted not in found:
        there = ", ".join(found) or "nothing"
        raise ServiceError(f"no Saleor {wanted} in {saleor_home()}: {there} is there")
    versions = [wanted] if wanted else [v for v in PREFERRED if v in found]
    if not versions:
        print(f"No Saleor was found in {saleor_home()}.")
        return None
    if not postgres.has_extension(NEEDED_EXTENSION):
        words = f"this PostgreSQL lacks {NEEDED_EXTENSION}, which Saleor needs"
        if wanted:
            raise ServiceError(words)
        print(f"Saleor {versions[0]} is there, but {words}.")
        return None
    return found[versions[0]]


@contextmanager
def start_real_saleor(ground: Ground, install: SaleorInstall) -> Iterator[RunningShop]:
    """Run a Saleor with the plugin in it, something on sale, and coins on offer.

    Raises:
        ServiceError: something does not start, or Saleor refuses a setting.
    """
    print(f"  Saleor {install.version}: installing the plugin beside it")
    wheel = build_wheel(PROJECT, ground.folder / "wheel")
    python = make_overlay(install, wheel, ground.folder / "venv")
    own = SaleorGround(install, python, ground.postgres, ground.broker, ground.folder)
    print(f"  Saleor {install.version}: starting server, worker and beat")
    with start_saleor(own, ground.database) as saleor:
        catalogue = create_catalogue(saleor)
        configure_plugin(saleor, _settings(ground))
        _call(saleor, CONNECT)
        staff = SaleorStaff(saleor, lambda: _call(saleor, SEND_REFUNDS))
        addresses = {
            "Saleor's API": f"{saleor.url}/graphql/  ({EMAIL} / {PASSWORD})",
            "Refund desk": f"{staff.desk_url}  (the same)",
        }
        shop = SaleorShop(saleor, catalogue)
        yield RunningShop(shop, addresses, saleor.database_url, staff)


CONNECT: Final = "saleor_cryptopay.keep_connections"
SEND_REFUNDS: Final = "saleor_cryptopay.send_refunds"


def _call(saleor: RunningSaleor, task: str) -> None:
    """Have done at once what the schedule would do minutes later."""
    saleor.python("-m", "celery", "--app", "saleor.celeryconf:app", "call", task)


def _settings(ground: Ground) -> dict[str, str]:
    """Return what a merchant would write into the plugin's form."""
    return {
        "api_url": ground.sandbox.api_url,
        "api_key": KEY,
        "webhook_secrets": SECRET,
        "assets": "\n".join(ASSETS),
        "rates": "\n".join(f"{coin}/usd = {price}" for coin, price in RATES.items()),
        "payment_window_minutes": str(PAYMENT_WINDOW_MINUTES),
        "quote_minutes": str(QUOTE_MINUTES),
        "refunds": "approval",
        "refund_api_key": KEY,
        "return_url": f"{ground.storefront_url}/returned/?transaction={{transaction}}",
    }
