"""What a storefront builds on, from the wheel as installed beside a real Saleor."""

import httpx

from demo.services.saleor import RunningSaleor

from .shopping import Shopper

LANGUAGE = """
mutation($id: ID!, $code: LanguageCodeEnum!) {
  checkoutLanguageCodeUpdate(id: $id, languageCode: $code) {
    checkout { languageCode } errors { field message code }
  }
}
"""
SHOP = "https://shop.example"


def test_the_page_speaks_the_checkouts_language(
    shopper: Shopper, saleor: RunningSaleor
) -> None:
    purchase = shopper.checkout()
    saleor.api.mutate(LANGUAGE, {"id": purchase.id, "code": "DE"})
    page_url = shopper.initialize(purchase).payment["page_url"]
    page = httpx.get(page_url, headers={"Accept-Language": "fr"}, timeout=30)
    assert page.headers["Content-Language"] == "de"
    assert "<h1>Wählen Sie, wie Sie zahlen</h1>" in page.text
    assert "<h2>Ihre Bestellung</h2>" in page.text
    page = httpx.get(page_url, params={"lang": "ar"}, timeout=30)
    assert '<html lang="ar" dir="rtl">' in page.text


def test_without_a_choice_the_browsers_language_is_spoken(shopper: Shopper) -> None:
    page_url = shopper.initialize(shopper.checkout()).payment["page_url"]
    page = httpx.get(page_url, headers={"Accept-Language": "pl"}, timeout=30)
    assert page.headers["Content-Language"] == "pl"


def test_component_schemas_and_frames_are_served(shopper: Shopper) -> None:
    shopper.configure(
        frame_origins=SHOP, brand_colour="#0a7d33", brand_name="Tea & Cups"
    )
    try:
        page_url = shopper.initialize(shopper.checkout()).payment["page_url"]
        page = httpx.get(page_url, params={"embed": SHOP}, timeout=30)
        plugin = page_url.partition("/pay/")[0]
        script = httpx.get(f"{plugin}/kit/crypto-payment.js", timeout=30)
        schema = httpx.get(f"{plugin}/kit/status.schema.json", timeout=30)
    finally:
        shopper.configure(frame_origins="", brand_colour="", brand_name="")
    assert f"frame-ancestors {SHOP}" in page.headers["Content-Security-Policy"]
    assert f'data-parent="{SHOP}"' in page.text
    assert "--brand:#0a7d33" in page.text
    assert "Tea &amp; Cups" in page.text
    assert 'customElements.define("crypto-payment"' in script.text
    assert schema.json()["title"] == "Status"


def test_prometheus_reads_health(shopper: Shopper) -> None:
    page_url = shopper.initialize(shopper.checkout()).payment["page_url"]
    health = f"{page_url.partition('/pay/')[0]}/health/"
    figures = httpx.get(health, params={"format": "prometheus"}, timeout=30)
    assert "\ncryptopay_webhook_secrets{" in figures.text
