"""What the two sides do: our operations, and Saleor's own."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from saleor.app.models import AppToken
from saleor.checkout.tasks import (
    automatic_checkout_completion_task,
    delete_expired_checkouts,
)
from saleor.order.tasks import expire_orders_task
from saleor.payment.models import Payment as SaleorPayment
from saleor.payment.tasks import transaction_release_funds_for_checkout_task

from demo.services.graphql import GraphQLError
from saleor_cryptopay.bridge.identity import PLUGIN_ID
from saleor_cryptopay.bridge.purchases.edited_orders import settle_edited_orders
from saleor_cryptopay.operations import cancellation, expiry, outbox
from saleor_cryptopay.operations.refunds import following
from saleor_cryptopay.operations.runtime import Runtime

from .goods import USDT, Purchase, Shop, global_id

OTHER_REFERENCE: Final = "other-1"
OTHER_AMOUNT: Final = "5.00"

COMPLETE: Final = """mutation($id: ID!) { checkoutComplete(id: $id) {
  order { id } confirmationNeeded errors { message code } } }"""
PROCESS: Final = """mutation($token: UUID!) { transactionProcess(token: $token) {
  transactionEvent { type } data errors { message code } } }"""
INITIALIZE: Final = """mutation($id: ID!, $gateway: String!) {
  transactionInitialize(id: $id, paymentGateway: {id: $gateway}) {
    transaction { token } transactionEvent { type message } data
    errors { message code } } }"""
REPORT: Final = """mutation($token: UUID!, $psp: String!, $amount: PositiveDecimal!) {
  transactionEventReport(token: $token, type: CHARGE_SUCCESS, pspReference: $psp,
                         amount: $amount) {
    alreadyProcessed errors { message code } } }"""
REFUND: Final = """mutation($token: UUID!, $amount: PositiveDecimal) {
  transactionRequestAction(token: $token, actionType: REFUND, amount: $amount) {
    errors { message code } } }"""
CANCEL: Final = """mutation($id: ID!) { orderCancel(id: $id) {
  order { status } errors { message code } } }"""
REFUND_GRANT: Final = """mutation($grant: ID!) {
  transactionRequestRefundForGrantedRefund(grantedRefundId: $grant) {
    errors { message code } } }"""
CONFIRM: Final = """mutation($id: ID!, $data: JSONString) {
  checkoutComplete(id: $id, paymentData: $data) {
    order { id } confirmationNeeded confirmationData errors { message code } } }"""
CAPTURE: Final = """mutation($id: ID!) { paymentCapture(paymentId: $id) {
  errors { message code } } }"""
VOID: Final = """mutation($id: ID!) { paymentVoid(paymentId: $id) {
  errors { message code } } }"""
REFUND_PAYMENT: Final = """mutation($id: ID!, $amount: PositiveDecimal) {
  paymentRefund(paymentId: $id, amount: $amount) { errors { message code } } }"""
ADD_LINE: Final = """mutation($id: ID!, $variant: ID!) {
  orderLinesCreate(
    id: $id, input: [{variantId: $variant, quantity: 1, forceNewLine: true}]
  ) { errors { message code } } }"""
REMOVE_LINE: Final = """mutation($id: ID!) { orderLineDelete(id: $id) {
  errors { message code } } }"""

Answer = dict[str, Any]


class BrokenError(Exception):
    """Something broke inside Saleor, and it said so to whoever asked.

    Attributes:
        codes: the classes of the exceptions.
    """

    def __init__(self, answer: GraphQLError) -> None:
        """Read them out of an answer."""
        found = [each.get("extensions", {}) for each in answer.errors]
        self.codes = {str(each.get("exception", {}).get("code")) for each in found}
        super().__init__(" ".join(sorted(self.codes)))


def deliver(shop: Shop, _: Purchase) -> int:
    """Tell Saleor what the outbox holds."""
    return outbox.deliver_effects(shop.runtime)


def expire(shop: Shop, _: Purchase) -> int:
    """Close what is due, and tell Saleor."""
    expiry.expire_due(shop.runtime)
    return outbox.deliver_effects(shop.runtime)


def close_unwanted(shop: Shop, _: Purchase) -> int:
    """Stop payments that Saleor does not want any more, and tell it."""
    cancellation.close_unwanted(shop.runtime)
    return outbox.deliver_effects(shop.runtime)


def lapse_refunds(shop: Shop, _: Purchase) -> int:
    """Give up refunds that nobody named an address for, and tell Saleor."""
    following.lapse_links(shop.runtime)
    return outbox.deliver_effects(shop.runtime)


def settle(shop: Shop, _: Purchase) -> int:
    """Bring orders that staff have changed up to date, as beat does every minute."""
    return settle_edited_orders(shop.runtime)


def initialize(shop: Shop, purchase: Purchase) -> Answer:
    """Have a storefront start a transaction with us."""
    variables = {"id": purchase.global_id, "gateway": PLUGIN_ID}
    return _ask(shop, INITIALIZE, variables)


def process(shop: Shop, purchase: Purchase) -> Answer:
    """Have a storefront ask how far the transaction is."""
    return _ask(shop, PROCESS, {"token": purchase.reference})


def complete(shop: Shop, purchase: Purchase) -> Answer:
    """Have a storefront complete the checkout."""
    return _ask(shop, COMPLETE, {"id": purchase.global_id})


def complete_automatically(_: Shop, purchase: Purchase) -> None:
    """Run Saleor's task that completes paid checkouts."""
    automatic_checkout_completion_task(purchase.source.pk, None, None)


def report_other(shop: Shop, purchase: Purchase) -> Answer:
    """Have the other app report a charge of its transaction."""
    variables = {
        "token": str(purchase.other.token),
        "psp": OTHER_REFERENCE,
        "amount": OTHER_AMOUNT,
    }
    return _ask(shop, REPORT, variables, app_token(shop))


def request_refund(shop: Shop, purchase: Purchase) -> Answer:
    """Have staff ask for a refund."""
    variables = {"token": purchase.reference, "amount": "3.00"}
    return _ask(shop, REFUND, variables, shop.saleor.staff_token())


def cancel(shop: Shop, purchase: Purchase) -> Answer:
    """Have staff cancel the order."""
    return _ask(shop, CANCEL, {"id": purchase.global_id}, shop.saleor.staff_token())


def refund_grant(shop: Shop, purchase: Purchase) -> Answer:
    """Have staff ask for the refund that was granted."""
    variables = {"grant": global_id(purchase.grant)}
    return _ask(shop, REFUND_GRANT, variables, shop.saleor.staff_token())


def release_funds(_: Shop, __: Purchase) -> None:
    """Run Saleor's task that asks for the money of abandoned checkouts back."""
    transaction_release_funds_for_checkout_task()


def confirm(shop: Shop, purchase: Purchase) -> Answer:
    """Have a storefront of the Payments API complete the checkout in a coin."""
    variables = {"id": purchase.global_id, "data": json.dumps({"asset": USDT.key})}
    return _ask(shop, CONFIRM, variables)


def capture(shop: Shop, purchase: Purchase) -> Answer:
    """Have staff capture a payment of the Payments API."""
    return _ask_of_row(shop, CAPTURE, purchase)


def void(shop: Shop, purchase: Purchase) -> Answer:
    """Have staff void a payment of the Payments API."""
    return _ask_of_row(shop, VOID, purchase)


def refund_payment(shop: Shop, purchase: Purchase) -> Answer:
    """Have staff refund a part of a payment of the Payments API."""
    return _ask_of_row(shop, REFUND_PAYMENT, purchase, amount="3.00")


def add_line(shop: Shop, purchase: Purchase) -> Answer:
    """Have staff add a book to an order that is not confirmed."""
    variables = {"id": purchase.global_id, "variant": shop.book_id}
    return _ask(shop, ADD_LINE, variables, shop.saleor.staff_token())


def remove_line(shop: Shop, purchase: Purchase) -> Answer:
    """Have staff take the last line off such an order."""
    last = purchase.source.lines.order_by("created_at").last()
    variables = {"id": global_id(last)}
    return _ask(shop, REMOVE_LINE, variables, shop.saleor.staff_token())


def delete_abandoned(_: Shop, __: Purchase) -> None:
    """Run Saleor's task that deletes abandoned checkouts."""
    delete_expired_checkouts()


def expire_orders(_: Shop, __: Purchase) -> None:
    """Run Saleor's task that expires orders nobody has begun to pay."""
    expire_orders_task()


def app_token(shop: Shop) -> str:
    """Return a token of the other app, made at the first call."""
    if not shop.app_tokens:
        _, token = AppToken.objects.create(app=shop.other_app)
        shop.app_tokens.append(token)
    return shop.app_tokens[0]


def later(runtime: Runtime, by: timedelta = timedelta(days=1)) -> Runtime:
    """Return a runtime whose clock is ahead."""
    clock = runtime.clock
    return replace(runtime, clock=lambda: clock() + by)


def _ask_of_row(shop: Shop, query: str, purchase: Purchase, **variables: str) -> Answer:
    row = SaleorPayment.objects.get(pk=purchase.row_key)
    token = shop.saleor.staff_token()
    return _ask(shop, query, {"id": global_id(row), **variables}, token)


def _ask(shop: Shop, query: str, variables: Answer, token: str | None = None) -> Answer:
    """Return the payload; refusals in it are an answer.

    Raises:
        BrokenError: Saleor answered that something broke in it.
    """
    try:
        (payload,) = shop.saleor.api.execute(query, variables, token).values()
    except GraphQLError as error:
        raise BrokenError(error) from error
    answer: Answer = payload
    return answer
