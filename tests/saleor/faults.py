"""What can be wrong with the database, brought about and cleared again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .shell import Shell

SQL = """
from django.db import connection

with connection.cursor() as cursor:
    cursor.execute(statement)
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """A statement that brings a fault about, and the one that clears it."""

    begin: str
    end: str


def hidden(table: str) -> Fault:
    """Return the fault of a table that is not there (yet)."""
    return Fault(
        f"ALTER TABLE {table} RENAME TO hidden_{table}",
        f"ALTER TABLE hidden_{table} RENAME TO {table}",
    )


# Nothing of ours gets into a transaction's history.
NO_ANSWERS = Fault(
    """
    CREATE FUNCTION refuse_answer() RETURNS trigger AS $$
    BEGIN RAISE EXCEPTION 'deadlock detected'; END; $$ LANGUAGE plpgsql;
    CREATE TRIGGER refuse_answer BEFORE INSERT ON payment_transactionevent
    FOR EACH ROW WHEN (NEW.app_identifier = 'saleor_cryptopay')
    EXECUTE FUNCTION refuse_answer();
    """,
    """
    DROP TRIGGER refuse_answer ON payment_transactionevent;
    DROP FUNCTION refuse_answer();
    """,
)


@contextmanager
def broken(shell: Shell, fault: Fault) -> Iterator[None]:
    """Have the database refuse something for a while."""
    shell.run(SQL, statement=fault.begin)
    try:
        yield
    finally:
        shell.run(SQL, statement=fault.end)
