"""A payment that is paid, and what gives its coins back."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from saleor_cryptopay.core.refund_rules import RefundMode, RefundRules
from saleor_cryptopay.gateways.payouts import Payouts
from saleor_cryptopay.gateways.registry import build_payouts
from saleor_cryptopay.models import Payment, Refund
from saleor_cryptopay.operations import outbox
from saleor_cryptopay.operations.refunds.approval import approve
from saleor_cryptopay.operations.refunds.asking import RefundRequest, ask_refund
from saleor_cryptopay.operations.refunds.destinations import name_address
from saleor_cryptopay.operations.refunds.following import follow_refunds
from saleor_cryptopay.operations.refunds.sending import send_refunds
from tests.operations.conftest import Scene
from tests.playing import KEY

# Somebody's own wallet: none of the sandbox's addresses.
WALLET = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
TRON_WALLET = "TJRabPrwbZy45sbavfcjinPJC18kjpRTv8"

Source = Refund.Source


@dataclass
class Till:
    """A scene in which coins go back."""

    scene: Scene
    payouts: Payouts

    def rules(self, **changes: Any) -> None:
        """Change the merchant's rules about refunds."""
        rules = replace(self.scene.runtime.policies("").refunds, **changes)
        self.scene.with_policy(refunds=rules)

    def paid(
        self,
        amount: str = "50.1",
        asset: str = "usdt@ethereum",
        total: str = "50.10",
        **details: object,
    ) -> Payment:
        """Return a payment whose coins are final."""
        payment = self.scene.open(asset, total)
        self.scene.pay(payment, amount, **details)
        self.scene.sandbox.mine()
        self.scene.poll()
        payment.refresh_from_db()
        return payment

    def ask(
        self,
        payment: Payment,
        amount: str = "",
        key: str = "request 1",
        source: Refund.Source = Source.PAID,
        **details: Any,
    ) -> Refund:
        """Ask for a refund as staff do: of all that is left where no amount is."""
        money = Decimal(amount) if amount else None
        request = RefundRequest(key, source, "staff 1", money, **details)
        return ask_refund(payment.pk, request, self.scene.runtime)

    def name(self, refund: Refund, address: str = WALLET) -> Refund:
        """Name an address as the customer does."""
        return name_address(refund.token, address, address, self.scene.runtime)

    def approved(self, payment: Payment | None = None, amount: str = "") -> Refund:
        """Return a refund that is to be sent."""
        refund = self.name(self.ask(payment or self.paid(), amount))
        return approve(refund.pk, "staff 2", self.scene.runtime)

    def send(self) -> int:
        """Send what is approved."""
        return send_refunds(self.scene.runtime, self.payouts).done

    def follow(self) -> int:
        """Look after what was sent."""
        return follow_refunds(self.scene.runtime, self.payouts).done

    def tell(self) -> None:
        """Tell the shop."""
        outbox.deliver_effects(self.scene.runtime)

    def told(self, payment: Payment) -> list[str]:
        """Return what the shop was told of refunds, in order."""
        kinds = self.scene.told(payment)
        return [kind for kind in kinds if kind.startswith("refund")]

    def orders(self) -> list[dict[str, Any]]:
        """Return what the gateway was ordered to send."""
        found: list[dict[str, Any]] = self.scene.sandbox.state()["withdrawals"]
        return found

    def lose(self, order_id: str, status: str) -> None:
        """Let an order come to nothing at the gateway."""
        sandbox = self.scene.sandbox
        if status == "failed":
            sandbox.control(f"withdrawals/{order_id}/fail")
            return
        url, headers = f"{sandbox.api_url}/withdrawals/{order_id}", {"X-Api-Key": KEY}
        sandbox.client.delete(url, headers=headers).raise_for_status()


@pytest.fixture
def till(scene: Scene) -> Till:
    """Give a till that asks staff before it sends."""
    payouts = build_payouts("crypton", api_url=scene.sandbox.api_url, api_key=KEY)
    till = Till(scene, payouts)
    scene.with_policy(refunds=RefundRules(RefundMode.APPROVAL))
    return till
