"""What reads locks off SQL sees what is wrong, where something is."""

from .locks import Transaction

LOCK_ORDER = 'SELECT "order_order"."id" FROM "order_order" WHERE 1=1 FOR UPDATE OF "o"'
LOCK_ITEM = (
    'SELECT "payment_transactionitem"."id" FROM "payment_transactionitem"'
    ' WHERE 1=1 FOR UPDATE OF "payment_transactionitem"'
)
LOCK_STOCK = (
    'SELECT "warehouse_allocation"."id" FROM "warehouse_allocation"'
    ' INNER JOIN "warehouse_stock" ON 1=1 FOR UPDATE OF "warehouse_allocation"'
)
SAVE_SUMS = 'UPDATE "payment_transactionitem" SET "charged_value" = 1 WHERE 1=1'
SAVE_ORDER = 'UPDATE "order_order" SET "status" = %s'
MAKE_ORDER = 'INSERT INTO "order_order" ("id") VALUES (%s)'


def transaction(*statements: str) -> Transaction:
    made = Transaction()
    for sql in statements:
        made.note(sql)
    return made


def test_saleors_order_is_right() -> None:
    found = transaction(LOCK_ORDER, LOCK_ITEM, SAVE_SUMS, SAVE_ORDER)

    assert found.is_ordered
    assert not found.has_unlocked_sums
    assert str(found) == "order_order > payment_transactionitem"


def test_an_order_that_is_locked_after_its_transaction_is_noticed() -> None:
    assert not transaction(LOCK_ITEM, SAVE_SUMS, SAVE_ORDER).is_ordered


def test_an_order_that_was_made_just_now_is_nobody_elses() -> None:
    assert transaction(MAKE_ORDER, LOCK_ITEM, SAVE_ORDER).is_ordered


def test_stock_that_is_locked_with_an_order_in_hand_is_noticed() -> None:
    assert not transaction(LOCK_ORDER, LOCK_STOCK).is_ordered
    assert transaction(LOCK_STOCK, LOCK_ORDER, LOCK_STOCK).is_ordered
    assert transaction(MAKE_ORDER, LOCK_STOCK, SAVE_ORDER).is_ordered


def test_sums_that_are_saved_without_a_lock_are_noticed() -> None:
    assert transaction(SAVE_SUMS).has_unlocked_sums
    assert transaction(LOCK_ORDER, SAVE_SUMS).has_unlocked_sums
