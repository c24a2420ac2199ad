"""Many payments moved alike, in one statement: what the ledger does for a sweep.

Called by the ledger alone, under the payments' locks and in its commit. What it
writes is what the ledger writes for one of them; the database's guards look at each.
"""

import json
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.db import connection

from saleor_cryptopay.models import Effect, Entry

# The number of an entry that others are made after; each gets its payment's next.
FIRST: Final = 1

_MOVE: Final = """
WITH moved AS (
    UPDATE saleor_cryptopay_payment SET state = %(after)s, changed_at = %(now)s
    WHERE id = ANY(%(keys)s) AND state = %(before)s
    RETURNING id
), written AS (
    INSERT INTO saleor_cryptopay_entry
        (payment_id, number, event, state_before, state_after, note, created_at)
    SELECT id,
           (SELECT coalesce(max(number), 0) + 1 FROM saleor_cryptopay_entry
            WHERE payment_id = moved.id),
           %(event)s, %(before)s, %(after)s, %(note)s, %(now)s
    FROM moved
    RETURNING payment_id, number
)
INSERT INTO saleor_cryptopay_effect
    (payment_id, key, kind, data, created_at, attempts, next_attempt_at, is_dead, note)
SELECT payment_id, number || tail, kind, data, %(now)s, 0, %(now)s, false, ''
FROM written, unnest(%(tails)s::text[], %(kinds)s::text[], %(data)s::jsonb[])
     AS effects (tail, kind, data)
"""


def move_alike(keys: Sequence[UUID], entry: Entry, effects: Sequence[Effect]) -> None:
    """Move payments, and write the entry and the effects for each of them.

    Args:
        keys: payments in the entry's `state_before`, locked by the caller.
        entry: what is written, numbered `FIRST`; its payment is left out.
        effects: what follows from it and names no payment.
    """
    parameters: dict[str, Any] = {
        "keys": list(keys),
        "event": entry.event,
        "before": entry.state_before,
        "after": entry.state_after,
        "note": entry.note,
        "now": entry.created_at,
        "tails": [effect.key.removeprefix(str(FIRST)) for effect in effects],
        "kinds": [str(effect.kind) for effect in effects],
        "data": [json.dumps(effect.data) for effect in effects],
    }
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, parameters)
