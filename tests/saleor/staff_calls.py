"""The calls of Saleor's GraphQL that staff make, and storefronts in odd cases."""

INITIALIZE_PART = """
mutation($id: ID!, $gateway: String!, $data: JSON, $amount: PositiveDecimal,
         $key: String) {
  transactionInitialize(id: $id, amount: $amount, idempotencyKey: $key,
                        paymentGateway: {id: $gateway, data: $data}) {
    transaction { id }
    transactionEvent { type message amount { amount } }
    data errors { field message code }
  }
}
"""
REQUEST = """
mutation($id: ID!, $action: TransactionActionEnum!, $amount: PositiveDecimal) {
  transactionRequestAction(id: $id, actionType: $action, amount: $amount) {
    errors { field message code }
  }
}
"""
GRANT = """
mutation($id: ID!, $transaction: ID!) {
  orderGrantRefundCreate(id: $id, input: {amount: 5, transactionId: $transaction}) {
    grantedRefund { id } errors { field message code }
  }
}
"""
REFUND_GRANT = """
mutation($grant: ID!, $transaction: ID!) {
  transactionRequestRefundForGrantedRefund(grantedRefundId: $grant, id: $transaction) {
    errors { field message code }
  }
}
"""
ORDER = """
query($id: ID!) {
  order(id: $id) {
    status chargeStatus isPaid totalBalance { amount } metadata { key value }
    events { type message } grantedRefunds { status }
  }
}
"""
FIND_ORDERS = """
query($words: String!) {
  orders(first: 5, filter: {search: $words}) { edges { node { id } } }
}
"""
CHANNEL = """
mutation($id: ID!, $input: ChannelUpdateInput!) {
  channelUpdate(id: $id, input: $input) { errors { field message code } }
}
"""
COMPLETE = """
mutation($id: ID!) {
  checkoutComplete(id: $id) { order { id } errors { field message code } }
}
"""
CANCEL_ORDER = """
mutation($id: ID!) { orderCancel(id: $id) { errors { field message code } } }
"""
MARK_AS_PAID = """
mutation($id: ID!) { orderMarkAsPaid(id: $id) { errors { field message code } } }
"""
SET_STOCK = """
mutation($id: ID!, $stocks: [StockInput!]!) {
  productVariantStocksUpdate(variantId: $id, stocks: $stocks) {
    errors { field message code }
  }
}
"""
VOUCHER = """
mutation($code: String!) {
  voucherCreate(input: {addCodes: [$code], name: $code, type: ENTIRE_ORDER,
                        discountValueType: FIXED}) {
    voucher { id } errors { field message code }
  }
}
"""
VOUCHER_LISTING = """
mutation($id: ID!, $channel: ID!, $discount: PositiveDecimal!) {
  voucherChannelListingUpdate(
    id: $id, input: {addChannels: [{channelId: $channel, discountValue: $discount}]}
  ) { errors { field message code } }
}
"""
GIFT_CARD = """
mutation($amount: PositiveDecimal!) {
  giftCardCreate(input: {balance: {amount: $amount, currency: "USD"}, isActive: true}) {
    giftCard { code } errors { field message code }
  }
}
"""
PROMO = """
mutation($id: ID!, $code: String!) {
  checkoutAddPromoCode(id: $id, promoCode: $code) {
    checkout { totalPrice { gross { amount } } totalBalance { amount } }
    errors { field message code }
  }
}
"""
APPS = "{ apps(first: 50) { edges { node { id name } } } }"
DELETE_APP = """
mutation($id: ID!) { appDelete(id: $id) { errors { field message code } } }
"""
ADD_TO_ORDER = """
mutation($id: ID!, $variant: ID!) {
  orderLinesCreate(
    id: $id, input: [{variantId: $variant, quantity: 1, forceNewLine: true}]
  ) {
    errors { field message code }
  }
}
"""
REMOVE_FROM_ORDER = """
mutation($id: ID!) { orderLineDelete(id: $id) { errors { field message code } } }
"""
LINES = "query($id: ID!) { order(id: $id) { lines { id } } }"
RECORD_PAYMENT = """
mutation($id: ID!, $amount: PositiveDecimal!) {
  transactionCreate(id: $id, transaction: {
    name: "Cash", amountCharged: {amount: $amount, currency: "USD"}
  }) { transaction { id } errors { field message code } }
}
"""
ALLOCATED = """
query($id: ID!) { productVariant(id: $id) { stocks { quantityAllocated } } }
"""
DEACTIVATE_APP = """
mutation($id: ID!) { appDeactivate(id: $id) { errors { field message code } } }
"""
DELETE_CUSTOMER = """
mutation($id: ID!) { customerDelete(id: $id) { errors { field message code } } }
"""
WAREHOUSES = "{ warehouses(first: 1) { edges { node { id } } } }"
