"""Every name and signature of Saleor that the bridge uses, in one place.

`find_problems`, run inside a Saleor's own environment, gives one line for each that is
not there as the bridge needs it. A new version of Saleor is tried with this first: it
says what changed before anything fails far from the cause.
"""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Call:
    """How something is called: so many positional arguments, and these keywords."""

    positional: int = 0
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Members:
    """Attributes that a class or module must have."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """Fields that a model must have, reverse relations included."""

    names: tuple[str, ...]


Use = Call | Members | Fields

MONEY_EVENT: Final = (
    "INFO",
    "AUTHORIZATION_REQUEST",
    "CHARGE_REQUEST",
    "CHARGE_SUCCESS",
    "CHARGE_FAILURE",
    "CHARGE_BACK",
    "REFUND_REQUEST",
    "REFUND_SUCCESS",
    "REFUND_FAILURE",
    "CANCEL_FAILURE",
)

# What other gateways write.
BANK_EVENT: Final = (
    "AUTHORIZATION_ACTION_REQUIRED",
    "AUTHORIZATION_FAILURE",
    "AUTHORIZATION_SUCCESS",
    "CANCEL_SUCCESS",
    "CHARGE_ACTION_REQUIRED",
)

SURFACE: Final[dict[str, tuple[Use, ...]]] = {
    "saleor.account.models:StaffNotificationRecipient": (
        Members(("get_email",)),
        Fields(("active", "user")),
    ),
    "saleor.app.models:App": (
        Fields(
            ("identifier", "name", "type", "is_active", "is_installed", "removed_at")
        ),
    ),
    "saleor.app.types:AppType": (Members(("THIRDPARTY",)),),
    "saleor.celeryconf:app": (Members(("loader",)),),
    "saleor.channel:TransactionFlowStrategy": (Members(("AUTHORIZATION",)),),
    "saleor.channel.models:Channel": (Fields(("slug", "currency_code", "is_active")),),
    "saleor.checkout:CheckoutAuthorizeStatus": (Members(("FULL",)),),
    "saleor.checkout.complete_checkout:complete_checkout": (
        Call(3, ("payment_data", "store_source", "user", "app")),
    ),
    "saleor.checkout.fetch:fetch_checkout_info": (Call(3),),
    "saleor.checkout.fetch:fetch_checkout_lines": (Call(1),),
    "saleor.checkout.lock_objects:checkout_qs_select_for_update": (Call(),),
    "saleor.checkout.models:Checkout": (
        Members(
            (
                "get_customer_email",
                "get_last_active_payment",
                "get_total_gift_cards_balance",
                "total",
            )
        ),
        Fields(
            (
                "authorize_status",
                "channel",
                "currency",
                "gift_cards",
                "language_code",
                "lines",
                "payments",
                "payment_transactions",
                "user",
            )
        ),
    ),
    "saleor.checkout.payment_utils:update_checkout_payment_statuses": (
        Call(0, ("checkout", "checkout_total_gross", "checkout_has_lines")),
    ),
    "saleor.core.auth:SALEOR_AUTH_HEADER": (),
    "saleor.core.db.connection:allow_writer": (Call(),),
    "saleor.core.notification.utils:get_site_context": (Call(),),
    "saleor.core.prices:quantize_price": (Call(2),),
    "saleor.core.taxes:zero_money": (Call(1),),
    "saleor.core.utils:build_absolute_uri": (Call(1),),
    "saleor.core.utils.events:call_event": (Call(2),),
    "saleor.discount.models:VoucherCode": (Fields(("code", "voucher")),),
    "saleor.discount.utils.voucher:get_customer_email_for_voucher_usage": (Call(1),),
    "saleor.discount.utils.voucher:release_voucher_code_usage": (Call(3),),
    "saleor.graphql.app.dataloaders:get_app_promise": (Call(1),),
    "saleor.permission.enums:PaymentPermissions": (Members(("HANDLE_PAYMENTS",)),),
    "saleor.order.events:external_notification_event": (
        Call(0, ("order", "user", "app", "message", "parameters")),
    ),
    "saleor.order.events:transaction_event": (
        Call(0, ("order", "user", "app", "reference", "message")),
    ),
    # `requestor` came with 3.23, and a promise as its answer; the bridge looks first.
    "saleor.order.calculations:fetch_order_prices_if_expired": (
        Call(0, ("order", "manager", "requestor?")),
    ),
    "saleor.order:OrderAuthorizeStatus": (Members(("NONE",)),),
    "saleor.order:OrderChargeStatus": (
        Members(("NONE", "PARTIAL", "FULL", "OVERCHARGED")),
    ),
    "saleor.order:OrderStatus": (
        Members(("UNCONFIRMED", "UNFULFILLED", "CANCELED", "EXPIRED")),
    ),
    "saleor.order.actions:call_order_event": (Call(3),),
    "saleor.order.actions:order_charged": (Call(6),),
    "saleor.order.actions:order_refunded": (Call(6),),
    # `site_settings` came with 3.23; the bridge looks before it calls.
    "saleor.order.actions:cancel_order": (
        Call(0, ("order", "user", "app", "manager", "site_settings?")),
    ),
    "saleor.order.fetch:fetch_order_info": (Call(1),),
    "saleor.order.lock_objects:order_qs_select_for_update": (Call(),),
    "saleor.order.models:Order": (
        Members(("can_cancel", "get_customer_email")),
        Fields(
            (
                "authorize_status",
                "channel",
                "charge_status",
                "currency",
                "granted_refunds",
                "language_code",
                "lines",
                "metadata",
                "number",
                "payments",
                "payment_transactions",
                "should_refresh_prices",
                "status",
                "total_authorized_amount",
                "total_charged_amount",
                "total_gross_amount",
                "updated_at",
                "voucher_code",
            )
        ),
    ),
    "saleor.order.search:update_order_search_vector": (Call(1),),
    "saleor.order.utils:updates_amounts_for_order": (Call(1, ("save",)),),
    "saleor.payment:ChargeStatus": (Members(("NOT_CHARGED",)),),
    "saleor.payment:PaymentError": (Call(1),),
    "saleor.payment:TransactionAction": (Members(("REFUND",)),),
    "saleor.payment:TransactionEventType": (Members(MONEY_EVENT + BANK_EVENT),),
    "saleor.payment:TransactionKind": (
        Members(
            (
                "ACTION_TO_CONFIRM",
                "CANCEL",
                "CAPTURE",
                "CAPTURE_FAILED",
                "REFUND",
                "REFUND_FAILED",
                "REFUND_ONGOING",
                "VOID",
            )
        ),
    ),
    "saleor.payment.interface:GatewayResponse": (
        Call(
            0,
            (
                "is_success",
                "action_required",
                "kind",
                "amount",
                "currency",
                "transaction_id",
                "error",
                "raw_response",
                "action_required_data",
                "transaction_already_processed",
                "psp_reference",
            ),
        ),
    ),
    "saleor.payment.interface:PaymentData": (
        Call(
            0,
            (
                "gateway",
                "amount",
                "currency",
                "billing",
                "shipping",
                "payment_id",
                "graphql_payment_id",
                "order_id",
                "customer_ip_address",
                "customer_email",
                "data",
                "_resolve_lines_data",
            ),
        ),
    ),
    "saleor.payment.interface:PaymentGateway": (Call(4),),
    "saleor.payment.interface:PaymentGatewayData": (
        Call(0, ("app_identifier", "data", "error")),
    ),
    "saleor.payment.interface:TransactionActionData": (
        Call(
            0,
            (
                "action_type",
                "transaction",
                "event",
                "transaction_app_owner",
                "action_value",
                "granted_refund",
            ),
        ),
    ),
    "saleor.payment.interface:TransactionSessionData": (
        Call(
            0,
            (
                "transaction",
                "source_object",
                "action",
                "payment_gateway_data",
                "customer_ip_address",
                "idempotency_key",
            ),
        ),
    ),
    "saleor.payment.interface:TransactionSessionResult": (
        Call(0, ("app_identifier", "response")),
    ),
    "saleor.payment.lock_objects:transaction_item_qs_select_for_update": (Call(),),
    "saleor.payment.models:Payment": (
        Members(("store_value_in_private_metadata",)),
        Fields(
            (
                "captured_amount",
                "charge_status",
                "checkout",
                "currency",
                "gateway",
                "is_active",
                "modified_at",
                "order",
                "private_metadata",
                "total",
                "transactions",
            )
        ),
    ),
    "saleor.payment.models:TransactionEvent": (
        Fields(
            (
                "amount_value",
                "app",
                "app_identifier",
                "created_at",
                "currency",
                "external_url",
                "idempotency_key",
                "include_in_calculations",
                "message",
                "psp_reference",
                "related_granted_refund",
                "transaction",
                "type",
                "user",
            )
        ),
    ),
    "saleor.payment.models:TransactionItem": (
        Fields(
            (
                "app",
                "app_identifier",
                "authorize_pending_value",
                "authorized_value",
                "available_actions",
                "charge_pending_value",
                "charged_value",
                "checkout",
                "currency",
                "events",
                "external_url",
                "metadata",
                "modified_at",
                "name",
                "order",
                "refund_pending_value",
                "refunded_value",
                "token",
            )
        ),
    ),
    "saleor.payment.transaction_item_calculations:recalculate_transaction_amounts": (
        Call(1, ("save",)),
    ),
    "saleor.payment.utils:create_transaction": (
        Call(1, ("kind", "payment_information", "gateway_response")),
    ),
    "saleor.payment.utils:gateway_postprocess": (Call(2),),
    "saleor.payment.utils:process_order_or_checkout_with_transaction": (
        Call(
            4,
            (
                "previous_authorized_value",
                "previous_charged_value",
                "previous_refunded_value",
            ),
        ),
    ),
    "saleor.payment.utils:recalculate_refundable_for_checkout": (Call(3),),
    "saleor.payment.utils:truncate_transaction_event_message": (Call(1),),
    "saleor.payment.utils:update_payment_charge_status": (Call(2),),
    "saleor.plugins.base_plugin:BasePlugin": (
        Call(0, ("configuration", "active", "channel", "db_config")),
        # Hooks are annotations of the class: Saleor asks for them by these names.
        Members(
            (
                "save_plugin_configuration",
                "validate_plugin_configuration",
                "pre_save_plugin_configuration",
                "resolve_plugin_configuration",
                "get_payment_gateways",
                "token_is_required_as_payment_input",
                "webhook",
                "payment_gateway_initialize_session",
                "transaction_initialize_session",
                "transaction_process_session",
                "transaction_refund_requested",
                "transaction_charge_requested",
                "transaction_cancelation_requested",
                "process_payment",
                "confirm_payment",
                "capture_payment",
                "refund_payment",
                "void_payment",
            )
        ),
    ),
    "saleor.plugins.base_plugin:ConfigurationTypeField": (
        Members(
            ("STRING", "MULTILINE", "BOOLEAN", "SECRET", "SECRET_MULTILINE", "OUTPUT")
        ),
    ),
    "saleor.plugins.error_codes:PluginErrorCode": (Members(("PLUGIN_MISCONFIGURED",)),),
    "saleor.plugins.manager:get_plugins_manager": (Call(0, ("allow_replica",)),),
    "saleor.plugins.models:PluginConfiguration": (
        Fields(("identifier", "channel", "active", "configuration")),
    ),
    "saleor.webhook.event_types:WebhookEventAsyncType": (
        Members(("ORDER_UPDATED", "ORDER_METADATA_UPDATED")),
    ),
    # It has `digital_content` up to 3.22; the bridge looks first.
    "saleor.product.models:ProductVariant": (),
    "saleor.warehouse.lock_objects:allocation_with_stock_qs_select_for_update": (
        Call(),
    ),
}


def find_problems() -> Iterator[str]:
    """Yield one line for each use that this Saleor does not serve."""
    for place, uses in SURFACE.items():
        module, _, name = place.partition(":")
        try:
            found = getattr(import_module(module), name)
        except (ImportError, AttributeError) as error:
            yield f"{place} is not there: {error}"
            continue
        for use in uses:
            yield from (f"{place}: {words}" for words in _misfits(found, use))


def _misfits(found: Any, use: Use) -> Iterator[str]:
    if isinstance(use, Call):
        yield from _misfit_of_call(found, use)
        return
    if isinstance(use, Members):
        present = {*dir(found), *getattr(found, "__annotations__", {})}
    else:
        fields = found._meta.get_fields()
        present = {field.name for field in fields}
        present |= {field.get_accessor_name() for field in fields if _is_reverse(field)}
    for name in use.names:
        if name not in present:
            yield f"“{name}” is gone"


def _is_reverse(field: Any) -> bool:
    return field.auto_created and not field.concrete


def _misfit_of_call(found: Any, call: Call) -> Iterator[str]:
    signature = inspect.signature(found)
    needed = [name for name in call.keywords if not name.endswith("?")]
    optional = [name[:-1] for name in call.keywords if name.endswith("?")]
    present = [name for name in optional if name in signature.parameters]
    try:
        signature.bind(*range(call.positional), **dict.fromkeys([*needed, *present]))
    except TypeError as error:
        yield f"cannot be called as it is: {error}; it is {signature}"
