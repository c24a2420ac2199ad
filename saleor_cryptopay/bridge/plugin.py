"""The plugin: Saleor's hooks, each translated and handed on.

Global, not per channel: for a channel Saleor runs the global plugins last, in order,
so that our answer follows the one of the built-in WebhookPlugin, which knows no
webhook of ours and would otherwise have the last word.
"""

import logging
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from saleor.core.db.connection import allow_writer
from saleor.payment.interface import (
    GatewayResponse,
    PaymentData,
    PaymentGateway,
    PaymentGatewayData,
    TransactionActionData,
    TransactionSessionData,
    TransactionSessionResult,
)
from saleor.plugins.base_plugin import BasePlugin
from saleor.plugins.error_codes import PluginErrorCode

from saleor_cryptopay.core.errors import SettingError
from saleor_cryptopay.operations.runtime import Runtime
from saleor_cryptopay.web.urls import dispatch

from . import tasks
from .active import active_runtime
from .app_row import ensure_app
from .identity import PLUGIN_ID, PLUGIN_NAME
from .payments_api import answers
from .payments_api.hooks import PaymentsHooks
from .purchases import offers
from .runtime import build_runtime, hand_over
from .saving import check_form
from .services import pulse
from .settings.configuration import Configuration, read_configuration
from .settings.form import DEFAULT_CONFIGURATION, FORM, HEALTH, HEALTH_FIELDS
from .transactions_api import actions, sessions

logger = logging.getLogger(__name__)

# PostgreSQL has no such table, or no such column: new code on the old ones.
NOT_MIGRATED: Final = ("42P01", "42703")


class CryptopayPlugin(PaymentsHooks, BasePlugin):
    """Cryptocurrency payments through a gateway of the merchant's choice."""

    PLUGIN_ID = PLUGIN_ID
    PLUGIN_NAME = PLUGIN_NAME
    PLUGIN_DESCRIPTION = (
        "Customers pay with coins: address, QR code and countdown on a page of the"
        " shop; transfers become Saleor transactions by webhook and by polling."
    )
    CONFIGURATION_PER_CHANNEL = False
    CONFIG_STRUCTURE = FORM
    DEFAULT_CONFIGURATION = DEFAULT_CONFIGURATION

    def read(self) -> Configuration:
        """Return the settings.

        Raises:
            SettingError: they cannot be used.
        """
        return read_configuration(self.configuration)

    def runtime(self) -> Runtime:
        """Return what the operations need, composed from the settings.

        Raises:
            SettingError: they cannot be used.
        """
        return build_runtime(self.read())

    @classmethod
    def validate_plugin_configuration(cls, plugin_configuration: Any, **_: Any) -> None:
        """Refuse settings that cannot work, with the field and the reason.

        While the plugin is switched off, only what is typed now has to be right.
        """
        try:
            check_form(plugin_configuration)
        except SettingError as error:
            code = PluginErrorCode.PLUGIN_MISCONFIGURED.value
            # The Dashboard shows the words alone, not the field that they are about.
            words = f"{FORM[error.field]['label']}: {error.reason}"
            raise ValidationError(
                {error.field: ValidationError(words, code=code)}
            ) from None

    @classmethod
    def pre_save_plugin_configuration(cls, plugin_configuration: Any) -> None:
        """Keep the App row in step with the switch in the Dashboard."""
        ensure_app(is_active=plugin_configuration.active)

    @classmethod
    def save_plugin_configuration(
        cls, plugin_configuration: Any, cleaned_data: dict[str, Any]
    ) -> Any:
        """Save the form, then have our webhook registered, and rates asked for."""
        saved = super().save_plugin_configuration(plugin_configuration, cleaned_data)
        for task in (tasks.keep_connections, tasks.refresh_rates):
            hand_over(task, countdown=1)
        return saved

    def resolve_plugin_configuration(self, request: Any) -> Any:  # noqa: ARG002 - Saleor's signature
        """Return the form's values, with the lines of health as they are now."""
        rows = [row for row in self.configuration if row["name"] not in HEALTH_FIELDS]
        health = _health().items()
        return [
            *({**FORM[name], "name": name, "value": value} for name, value in health),
            *rows,
        ]

    def webhook(
        self, request: HttpRequest, path: str, previous_value: HttpResponse
    ) -> HttpResponse:
        """Answer whatever comes in under the plugin's address."""
        if not self.active:
            return previous_value
        try:
            runtime = self.runtime()
        except SettingError:
            return HttpResponse("The plugin is not set up.", status=503)
        return dispatch(request, path, runtime)

    def payment_gateway_initialize_session(
        self,
        amount: Any,
        payment_gateways: list[PaymentGatewayData] | None,
        source_object: Any,
        previous_value: list[PaymentGatewayData] | None,
    ) -> list[PaymentGatewayData]:
        """Tell a storefront which coins are on offer, and what they would ask for."""
        others = [
            row for row in previous_value or [] if row.app_identifier != PLUGIN_ID
        ]
        asked = {row.app_identifier for row in payment_gateways or []}
        if not self.active or (asked and PLUGIN_ID not in asked):
            return list(previous_value or [])
        return [*others, offers.offer(self.runtime, amount, source_object)]

    def transaction_initialize_session(
        self,
        transaction_session_data: TransactionSessionData,
        previous_value: TransactionSessionResult,
    ) -> TransactionSessionResult:
        """Open a payment and answer with its address."""
        if not self._is_ours(transaction_session_data):
            return previous_value
        return sessions.initialize(self.runtime, transaction_session_data)

    def transaction_process_session(
        self,
        transaction_session_data: TransactionSessionData,
        previous_value: TransactionSessionResult,
    ) -> TransactionSessionResult:
        """Answer how far a payment is; choose its coin if one is named."""
        if not self._is_ours(transaction_session_data):
            return previous_value
        return sessions.process(self.runtime, transaction_session_data)

    def transaction_refund_requested(
        self, transaction_data: TransactionActionData, previous_value: Any
    ) -> Any:
        """Answer staff who ask for a refund."""
        self._answer_staff(transaction_data)
        return previous_value

    def transaction_charge_requested(
        self, transaction_data: TransactionActionData, previous_value: Any
    ) -> Any:
        """Answer staff who ask for a charge."""
        self._answer_staff(transaction_data)
        return previous_value

    def transaction_cancelation_requested(
        self, transaction_data: TransactionActionData, previous_value: Any
    ) -> Any:
        """Answer staff who ask for a cancellation."""
        self._answer_staff(transaction_data)
        return previous_value

    def get_payment_gateways(
        self,
        currency: str | None,
        checkout_info: Any,
        checkout_lines: Any,  # noqa: ARG002 - Saleor's signature
        previous_value: Any,  # noqa: ARG002 - Saleor's signature
    ) -> list[PaymentGateway]:
        """List us for the Payments API where a coin has a price."""
        if not self.active:
            return []
        found: list[PaymentGateway] = answers.gateways(
            self.runtime, currency, checkout_info
        )
        return found

    def process_payment(
        self,
        payment_information: PaymentData,
        previous_value: Any,  # noqa: ARG002 - Saleor's signature
    ) -> GatewayResponse:
        """Answer the first `checkoutComplete` of a payment.

        Here and not with the other hooks of that API: Saleor lists as gateways the
        classes that define this one themselves.
        """
        return answers.answer_completion(self.runtime, payment_information)

    def _answer_staff(self, data: TransactionActionData) -> None:
        if self.active and data.transaction.app_identifier == PLUGIN_ID:
            actions.answer(self.runtime, data)

    def _is_ours(self, data: TransactionSessionData) -> bool:
        return bool(
            self.active and data.payment_gateway_data.app_identifier == PLUGIN_ID
        )


@allow_writer()
def _health() -> dict[str, str]:
    """Return the lines of health; settings are read anew, the form's are masked.

    Saleor lists all plugins at once: whatever is wrong with us is a line here.
    """
    try:
        runtime = active_runtime()
        return pulse.describe(runtime) if runtime else {HEALTH: "The plugin is off."}
    except SettingError as error:
        return {HEALTH: f"These settings cannot be used. {error}"}
    except DatabaseError as error:
        logger.exception("Health is not known")
        if getattr(error.__cause__, "sqlstate", "") in NOT_MIGRATED:
            return {HEALTH: "Not known: run “manage.py migrate”."}
    except Exception:
        logger.exception("Health is not known")
    return {HEALTH: "Not known: see the server's log."}
