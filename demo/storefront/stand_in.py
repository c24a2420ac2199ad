"""The stand-in shop, over its small API."""

from decimal import Decimal
from typing import Any

import httpx

from .answers import open_payment
from .shops import Kind, Offer, OpenPayment, Product, ShopRefusalError, Standing


class StandInShop:
    """Implements `shops.Shop` on the stand-in."""

    name = "Stand-in shop"
    remark = (
        "This is a stand-in shop, not a Saleor. Everything behind the payment (page,"
        " ledger, worker, gateway) is the plugin's own."
    )

    def __init__(self, url: str) -> None:
        """Use the stand-in at `url`."""
        self._client = httpx.Client(base_url=url, timeout=30)

    def product(self) -> Product:
        """Return what is on sale."""
        data = self._ask("GET", "/api/product/")
        return Product(data["name"], Decimal(data["price"]), data["currency"])

    def start(self, kind: Kind) -> str:
        """Make a checkout or an unpaid order."""
        data = self._ask("POST", "/api/purchases/", {"kind": kind})
        return str(data["reference"])

    def offers(self, purchase: str) -> list[Offer]:
        """Return the coins it can be paid with."""
        data = self._ask("GET", f"/api/purchases/{purchase}/offers/")
        return [Offer(**row) for row in data["assets"]]

    def pay(self, purchase: str, asset: str) -> OpenPayment:
        """Open its payment in a coin."""
        path = f"/api/purchases/{purchase}/payment/"
        data = self._ask("POST", path, {"asset": asset})
        return open_payment(purchase, data["payment"])

    def standing(self, purchase: str) -> Standing:
        """Return how it stands."""
        data = self._ask("GET", f"/api/purchases/{purchase}/")
        return Standing(
            title=data["title"],
            total=f"{data['total']} {data['currency']}",
            is_order=data["is_order"],
            is_paid=data["is_paid"],
            is_canceled=data["is_canceled"],
            is_refunded=data["is_refunded"],
        )

    def _ask(
        self, method: str, path: str, body: dict[str, str] | None = None
    ) -> dict[str, Any]:
        response = self._client.request(method, path, json=body)
        if response.is_server_error:
            raise ShopRefusalError(f"The shop answers HTTP {response.status_code}.")
        data: dict[str, Any] = response.json()
        if response.is_client_error:
            raise ShopRefusalError(str(data.get("error", "The shop says no.")))
        return data
