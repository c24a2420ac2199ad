"""The page in the customer's language."""

from dataclasses import replace

import pytest
from django.test import Client, RequestFactory

from saleor_cryptopay.core.languages import LANGUAGES, find_language
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.web.languages import choose_language
from tests.recording_shop import ORDER
from tests.stand_ins import Stage

from .rows import ADDRESSES, make_payment, payment_in
from .site import PREFIX, page_of

WAITING = {
    "en": "Waiting for your payment",
    "de": "Wir warten auf Ihre Zahlung",
    "es": "Esperando su pago",
    "fr": "En attente de votre paiement",
    "pl": "Czekamy na Twoją płatność",
    "pt": "À espera do seu pagamento",
    "tr": "Ödemeniz bekleniyor",
    "zh-hans": "等待您付款",
    "ja": "お支払いを待っています",
    "ar": "في انتظار دفعتك",
}


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("de", "de"),
        ("DE-at", "de"),
        ("pt_BR", "pt"),
        ("zh-hans", "zh-hans"),
        ("zh-TW", "zh-hans"),
        ("da", ""),
        ("", ""),
        ("../../etc", ""),
    ],
)
def test_a_code_means_one_of_our_languages_or_none(code: str, language: str) -> None:
    assert find_language(code) == language


@pytest.mark.parametrize(
    ("asked", "storefront", "accepted", "language"),
    [
        ("", "", "", "en"),
        ("", "", "da, fr;q=0.8, de;q=0.9", "de"),
        ("", "", "da", "en"),
        ("", "", "*;q=0.1, garbage;;;", "en"),
        ("", "pl", "fr", "pl"),
        ("", "da", "fr", "fr"),
        ("tr", "pl", "fr", "tr"),
        ("da", "pl", "fr", "pl"),
    ],
)
def test_who_asks_for_a_language_goes_before_storefront_and_browser(
    asked: str, storefront: str, accepted: str, language: str
) -> None:
    request = RequestFactory().get(
        "/", {"lang": asked}, headers={"Accept-Language": accepted}
    )
    assert choose_language(request, storefront) == language


@pytest.mark.django_db
@pytest.mark.parametrize("code", list(LANGUAGES))
def test_the_page_speaks_the_language_that_is_asked_for(
    code: str, client: Client, stage: Stage
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    response = client.get(page_of(payment), {"lang": code})
    assert f"<h1>{WAITING[code]}</h1>" in response.text
    direction = ' dir="rtl"' if code == "ar" else ""
    assert f'<html lang="{code}"{direction}>' in response.text
    assert response["Content-Language"] == code
    assert response["Vary"] == "Accept-Language"
    assert f'data-copy="{ADDRESSES["usdt@ethereum"]}"' in response.text
    for other, name in LANGUAGES.items():
        mark = ' aria-current="true"' if other == code else ""
        assert f'lang="{other}"{mark}>{name}</a>' in response.text


@pytest.mark.django_db
def test_the_storefronts_language_goes_before_the_browsers(
    client: Client, stage: Stage
) -> None:
    stage.shop.described = replace(ORDER, language="pl")
    payment = payment_in(PaymentState.CONFIRMED, stage)
    response = client.get(page_of(payment), headers={"Accept-Language": "fr"})
    assert response["Content-Language"] == "pl"
    assert "Płatność zakończona" in response.text


@pytest.mark.django_db
@pytest.mark.usefixtures("stage")
def test_a_page_that_is_not_there_is_not_there_in_any_language(client: Client) -> None:
    response = client.get(f"{PREFIX}/pay/x/", headers={"Accept-Language": "ja"})
    assert response.status_code == 404
    assert "ここに支払いはありません" in response.text


@pytest.mark.django_db
def test_choosing_a_coin_keeps_the_language(client: Client, stage: Stage) -> None:
    payment = make_payment(stage)
    stage.gateway.addresses = [ADDRESSES["btc@bitcoin"]]
    response = client.post(f"{page_of(payment)}?lang=ar", {"asset": "btc@bitcoin"})
    assert response["Location"] == ".?lang=ar"


@pytest.mark.django_db
def test_a_refusal_is_told_in_the_customers_language(
    client: Client, stage: Stage
) -> None:
    page = f"{page_of(make_payment(stage))}?lang=de"
    response = client.post(page, {"asset": "doge@dogecoin"})
    assert response.status_code == 422
    assert "Dieser Coin kann für diese Zahlung nicht gewählt werden" in response.text
