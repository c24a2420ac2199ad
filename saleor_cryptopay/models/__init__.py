"""What is kept: fields and constraints, no decisions.

Coin amounts are whole base units of the row's asset (up to 78 digits), fiat amounts
are Decimal with three places beside a currency, times are aware UTC. Only
`operations.ledger` changes a payment's state, and only `operations.refunds.ledger` a
refund's.
"""

from .cases import Case
from .deliveries import Delivery
from .fields import UnitsField, new_token
from .ledger import Effect, Entry
from .market import MarketPair, MarketRate
from .messages import Message, Trouble
from .payments import Address, PastQuote, Payment
from .polling import Cursor, Spending
from .refunds import Refund, RefundEntry
from .transfers import UNDERWAY, Transfer

__all__ = [
    "UNDERWAY",
    "Address",
    "Case",
    "Cursor",
    "Delivery",
    "Effect",
    "Entry",
    "MarketPair",
    "MarketRate",
    "Message",
    "PastQuote",
    "Payment",
    "Refund",
    "RefundEntry",
    "Spending",
    "Transfer",
    "Trouble",
    "UnitsField",
    "new_token",
]
