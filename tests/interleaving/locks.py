"""Which rows a transaction locks, in which order, read off its SQL.

The order that everybody keeps to: checkout or order, then the transaction or payment,
then its events, then our own rows. Stock comes before an order that was there already:
whoever cancels one locks it first.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection
from psycopg.pq import TransactionStatus

RANKS: Final = {
    "checkout_checkout": 1,
    "order_order": 1,
    "payment_transactionitem": 2,
    "payment_payment": 2,
    "payment_transactionevent": 3,
    "payment_transaction": 3,
    "saleor_cryptopay_payment": 4,
    "saleor_cryptopay_address": 4,
    "saleor_cryptopay_transfer": 4,
    "saleor_cryptopay_effect": 4,
}

STOCK: Final = frozenset({"warehouse_allocation", "warehouse_stock"})
ORDER: Final = "order_order"

# A statement that waits for rows that others hold; inserted rows nobody else holds.
LOCK: Final = re.compile(r'FROM "(\w+)".* FOR UPDATE', re.DOTALL)
WRITE: Final = re.compile(r'^\s*(?:UPDATE|DELETE FROM) "(\w+)"')
NEW: Final = re.compile(r'^\s*INSERT INTO "(order_order|payment_transaction)"')
SUMS: Final = re.compile(
    r'^\s*UPDATE "payment_transactionitem" SET .*"charged_value" ='
)


@dataclass
class Transaction:
    """The rows of one transaction, by their tables.

    Attributes:
        tables: in the order in which they were first locked.
        locked: those that were locked by `FOR UPDATE`.
        made: those whose rows were made in it.
        has_stock: whether rows of the stock were locked.
        is_stock_late: whether they were, with an order in hand that others may want.
        has_unlocked_sums: whether sums were saved to a transaction nobody had locked.
    """

    tables: list[str] = field(default_factory=list)
    locked: set[str] = field(default_factory=set)
    made: set[str] = field(default_factory=set)
    has_stock: bool = False
    is_stock_late: bool = False
    has_unlocked_sums: bool = False

    def note(self, sql: str) -> None:
        """Take a statement into account."""
        lock, write = LOCK.search(sql), WRITE.search(sql)
        if lock:
            self.locked.add(lock[1])
        if SUMS.search(sql) and "payment_transactionitem" not in self.locked:
            self.has_unlocked_sums = True
        if made := NEW.search(sql):
            # What is made in this transaction is nobody else's to hold: an order, or
            # the Payments API's record of an answer, which Saleor writes to once more.
            self.made.add(made[1])
        found = lock or write
        table = found[1] if found else ""
        if table in STOCK:
            self.is_stock_late |= not self.has_stock and ORDER in self.tables
            self.has_stock = True
        if table in RANKS.keys() - self.made and table not in self.tables:
            self.tables.append(table)

    @property
    def is_ordered(self) -> bool:
        """Whether the locks were taken in the order that everybody keeps to."""
        ranks = [RANKS[table] for table in self.tables]
        return ranks == sorted(ranks) and not self.is_stock_late

    def __str__(self) -> str:
        return " > ".join(self.tables)


@dataclass
class Recorder:
    """Collects the transactions of this thread's session."""

    transactions: list[Transaction] = field(default_factory=list)

    def around(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,  # noqa: FBT001 - Django's
        context: Any,
    ) -> Any:
        """Note a statement in its transaction."""
        raw = context["connection"].connection
        is_new = raw is None or raw.info.transaction_status == TransactionStatus.IDLE
        if is_new or not self.transactions:
            self.transactions.append(Transaction())
        self.transactions[-1].note(str(sql))
        return execute(sql, params, many, context)


@contextmanager
def recording() -> Iterator[Recorder]:
    """Record what runs inside."""
    recorder = Recorder()
    with connection.execute_wrapper(recorder.around):
        yield recorder
