"""F54 to F65: what the customer's browser is given, and what it can do."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from saleor_cryptopay.core.assets import find_asset
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.core.uris import payment_uri
from saleor_cryptopay.models import Address, Payment
from saleor_cryptopay.operations.opening import choose_asset
from saleor_cryptopay.web.figures import Figures
from saleor_cryptopay.web.status import payment_data, qr_text
from saleor_cryptopay.web.urls import urlpatterns
from saleor_cryptopay.web.wording import words_for
from tests.operations.conftest import Scene
from tests.operations.tampering import tamper
from tests.stand_ins import Stage
from tests.web.rows import ADDRESSES, payment_in
from tests.web.site import PREFIX, html_of, page_of

pytestmark = pytest.mark.django_db

OPEN = PaymentState.AWAITING_PAYMENT


def answers(client: Client, stage: Stage) -> list[tuple[str, dict[str, str]]]:
    """Return path and headers of every answer about a payment."""
    page = page_of(payment_in(OPEN, stage))
    paths = (page, f"{page}status/", f"{page}qr.svg", f"{PREFIX}/pay/nobody/")
    return [(path, dict(client.get(path).headers)) for path in paths]


def test_f54_the_page_asks_nobody_else_for_anything(
    client: Client, stage: Stage
) -> None:
    html = html_of(client, payment_in(OPEN, stage))
    loaded = re.findall(r"""(?:src|action|url\()\s*=?\s*["']?(https?:)?//""", html)
    assert loaded == []
    assert "qrserver" not in html
    assert "<svg" in html or "data:image/svg" in html


def test_f55_a_token_is_asked_for_as_a_token() -> None:
    usdt, address = find_asset("usdt@ethereum"), ADDRESSES["usdt@ethereum"]
    uri = payment_uri(usdt, address, 100_500_000)
    assert uri.startswith(f"ethereum:{usdt.contract}@1/transfer?")
    assert "uint256=100500000" in uri
    assert "value=" not in uri
    btc = payment_uri(find_asset("btc@bitcoin"), ADDRESSES["btc@bitcoin"], 150_000)
    assert btc == f"bitcoin:{ADDRESSES['btc@bitcoin']}?amount=0.0015"


def test_f56_nobody_finds_a_payment_without_its_token(
    client: Client, stage: Stage
) -> None:
    payment = payment_in(OPEN, stage)
    assert len(payment.token) * 6 >= 128
    last = "-" if payment.token.endswith("_") else "_"
    guesses = (payment.reference, str(payment.pk), payment.token[:-1] + last, "x" * 32)
    bodies = set()
    for guess in guesses:
        response = client.get(f"{PREFIX}/pay/{guess}/status/")
        assert response.status_code == 404
        bodies.add(response.content)
    assert len(bodies) == 1


def test_f57_asking_again_and_again_makes_no_more_addresses(scene: Scene) -> None:
    payment = scene.open()
    for _ in range(5):
        choose_asset(payment.pk, "usdt@tron", scene.runtime)
        choose_asset(payment.pk, "usdt@ethereum", scene.runtime)
    assert len(scene.sandbox.state()["addresses"]) == Address.objects.count() == 2


def test_f57_without_a_token_nothing_is_made(client: Client, stage: Stage) -> None:
    payment_in(OPEN, stage)
    before = Address.objects.count()
    for path in (f"{PREFIX}/pay/{'x' * 32}/", f"{PREFIX}/pay/", f"{PREFIX}/"):
        assert client.post(path, {"asset": "usdt@tron"}).status_code == 404
    assert Address.objects.count() == before


def test_f58_nothing_foreign_runs_and_nobody_frames_the_page(
    client: Client, stage: Stage
) -> None:
    for path, headers in answers(client, stage):
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert "frame-ancestors" in policy, path
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_f59_no_answer_is_kept_by_anybody(client: Client, stage: Stage) -> None:
    for path, headers in answers(client, stage):
        assert "no-store" in headers["Cache-Control"], path


def test_f60_an_address_that_was_swapped_is_not_shown(scene: Scene) -> None:
    payment = scene.open()
    assert payment.address is not None
    tamper(payment.address, address=ADDRESSES["eth@ethereum"].lower())
    data = payment_data(Payment.objects.get(), scene.runtime)
    assert (data["address"], data["qr_svg"], data["payment_uri"]) == (None,) * 3
    assert Payment.objects.get().state == "needs_review"


def test_f61_the_whole_address_is_shown_and_the_same_in_text_and_code(
    client: Client, stage: Stage
) -> None:
    payment = payment_in(OPEN, stage)
    address = payment.address
    assert address is not None
    html = html_of(client, payment)
    assert address.address in html
    assert qr_text(address, address.units) == address.address
    data = payment_data(payment, stage.runtime)
    assert str(data["address"])[2:].lower() in str(data["payment_uri"]).lower()


@pytest.mark.parametrize("state", list(PaymentState))
def test_f62_every_state_has_its_words_on_the_page_and_in_the_data(
    client: Client, stage: Stage, state: PaymentState
) -> None:
    payment = payment_in(state, stage)
    assert words_for(Figures(state, payment.address)).headline
    data = client.get(f"{page_of(payment)}status/").json()
    assert data["status"] == state
    assert f'data-state="{state}"' in html_of(client, payment)


def test_f63_a_poll_that_finds_nothing_new_is_answered_with_304(
    client: Client, stage: Stage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    path = f"{page_of(payment_in(OPEN, stage))}status/"
    tag = client.get(path).headers["ETag"]
    again = client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    with django_assert_num_queries(0):
        malformed = client.get(f"{PREFIX}/pay/ORDER_123/status/")
    assert malformed.status_code == 404


def test_f64_coming_back_proves_nothing(client: Client, stage: Stage) -> None:
    payment = payment_in(OPEN, stage)
    page = page_of(payment)
    for query in ("?status=confirmed", "?success=1", "?paid=true"):
        data = client.get(f"{page}status/{query}").json()
        assert data["status"] == "awaiting_payment"
        assert 'data-state="awaiting_payment"' in client.get(page + query).text


def test_f65_no_door_of_ours_takes_settings() -> None:
    """Keys are set in the Dashboard alone, where Saleor asks for MANAGE_PLUGINS."""
    doors = {str(pattern.pattern) for pattern in urlpatterns}
    assert not [door for door in doors if re.search("setting|config|admin|key", door)]
