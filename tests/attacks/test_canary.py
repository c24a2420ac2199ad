"""A planted secret appears in no log, repr, traceback, page or row (F12, S6)."""

import hashlib
import hmac
import json
import logging
import traceback
from collections.abc import Callable

import pytest
from django.apps import apps
from django.test import RequestFactory
from django.views.debug import ExceptionReporter

from saleor_cryptopay.core.errors import CryptopayError
from saleor_cryptopay.gateways.registry import build_gateway
from saleor_cryptopay.operations import intake, reconciliation
from saleor_cryptopay.web.urls import dispatch
from tests.chaos.figures import Figure
from tests.chaos.world import World, passing_world
from tests.gateways.loopback import Loopback, answer, hang_up

KEY = "sk_test_canary_5c1d0e7f"
SECRET = "canary-webhook-secret-9b8a7f6e5d"
CANARIES = (KEY, SECRET, "canary")

ECHO = answer(
    {"error": {"code": "INVALID_API_KEY", "message": f"No key {KEY}"}}, "401 No"
)
SCRIPTS = {
    "refused, with the key in the refusal": ECHO,
    "hangs up": hang_up(),
    "nonsense": answer(b"<html>"),
    "fails": answer({"key": KEY}, "500 Internal Server Error"),
}

pytestmark = pytest.mark.django_db


def say_everything(error: BaseException) -> str:
    """Return all that could be printed of an error, with every frame's variables."""
    reporter = ExceptionReporter(None, type(error), error, error.__traceback__)
    plain = traceback.TracebackException.from_exception(error, capture_locals=True)
    return reporter.get_traceback_text() + "".join(plain.format())


def provoke(world: World) -> list[str]:
    """Have everything fail that asks the gateway; return what was said of it."""
    said = [repr(world.asked), str(world.asked), repr(world.runtime)]
    said += [
        said_on_failing(lambda: world.open("9.99")),
        said_on_failing(lambda: reconciliation.reconcile(world.runtime)),
        said_on_failing(world.asked.test_connection),
        said_on_failing(world.asked.networks),
        said_on_failing(
            lambda: world.asked.verify({"x-gateway-signature": "sha256=00"}, b"{}")
        ),
    ]
    # What was delivered cannot be looked up either; that is for another time.
    intake.apply_deliveries(world.runtime)
    return said


def said_on_failing(operation: Callable[[], object]) -> str:
    """Have something fail; return what was said of it, without this file's lines."""
    with pytest.raises(CryptopayError) as caught:
        operation()
    return _without_this_test(say_everything(caught.value))


def _without_this_test(text: str) -> str:
    """Leave out the lines of this file, which writes the canaries down."""
    return "\n".join(line for line in text.splitlines() if "CANARIES" not in line)


def answers(world: World, token: str) -> list[str]:
    """Return what the web says: pages, status, health, refusals."""
    paths = [f"/pay/{token}/", f"/pay/{token}/status/", "/health/", "/nowhere/"]
    said = []
    for path in paths:
        found = dispatch(RequestFactory().get(path), path, world.runtime)
        said.append(found.text)
    return said


def deliver(world: World, secret: str) -> str:
    body = b'{"event": "transaction.confirmed", "data": {"id": "tx_1"}}'
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    path = "/webhooks/crypton/"
    request = RequestFactory().generic(
        "POST", path, body, headers={"X-Gateway-Signature": f"sha256={digest}"}
    )
    return dispatch(request, path, world.runtime).text


def all_rows() -> str:
    """Return everything that our tables hold."""
    models = apps.get_app_config("saleor_cryptopay").get_models()
    rows = [list(model._default_manager.values()) for model in models]
    return json.dumps(rows, default=str)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_planted_secret_is_found_nowhere(
    name: str, caplog: pytest.LogCaptureFixture, figure: Figure
) -> None:
    caplog.set_level(logging.DEBUG)
    with passing_world() as world, Loopback(SCRIPTS[name]) as server:
        token = world.open().token
        world.asked = build_gateway(
            "crypton", api_url=server.url, api_key=KEY, webhook_secrets=[SECRET]
        )
        said = [deliver(world, SECRET), deliver(world, SECRET[:-1])]
        said += provoke(world)
        said += answers(world, token)
        rows = all_rows()
    assert token in rows
    for text in [*said, rows, caplog.text]:
        assert text
        for canary in CANARIES[:2]:
            assert canary not in text
    figure("planted secrets", "0 found in logs, reprs, tracebacks, pages, rows")
