"""The hooks of the Payments API that Saleor finds wherever they are defined."""

from typing import Any

from saleor.payment import TransactionKind
from saleor.payment.interface import GatewayResponse, PaymentData

from saleor_cryptopay.operations.runtime import Runtime

from . import answers, refunds


class PaymentsHooks:
    """Hooks for the plugin's class to inherit."""

    def runtime(self) -> Runtime:
        """Return what the operations need; the plugin's class knows."""
        raise NotImplementedError

    def token_is_required_as_payment_input(self, previous_value: Any) -> bool:  # noqa: ARG002 - Saleor's signature
        """Ask a storefront for no token: coins need none."""
        return False

    def confirm_payment(
        self,
        payment_information: PaymentData,
        previous_value: Any,  # noqa: ARG002 - Saleor's signature
    ) -> GatewayResponse:
        """Answer `checkoutComplete` from the second time on."""
        return answers.answer_completion(self.runtime, payment_information)

    def capture_payment(
        self,
        payment_information: PaymentData,
        previous_value: Any,  # noqa: ARG002 - Saleor's signature
    ) -> GatewayResponse:
        """Answer staff who ask for a capture."""
        return answers.refuse(payment_information, TransactionKind.CAPTURE)

    def refund_payment(
        self,
        payment_information: PaymentData,
        previous_value: Any,  # noqa: ARG002 - Saleor's signature
    ) -> GatewayResponse:
        """Answer staff, or a completion that failed, asking for a refund."""
        return refunds.answer_refund(self.runtime, payment_information)

    def void_payment(
        self,
        payment_information: PaymentData,
        previous_value: Any,  # noqa: ARG002 - Saleor's signature
    ) -> GatewayResponse:
        """Answer staff who ask for a void."""
        return answers.refuse(payment_information, TransactionKind.VOID)
