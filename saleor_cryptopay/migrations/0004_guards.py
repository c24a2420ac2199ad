"""The database's own refusals, for whoever writes past the ledger.

A payment's state moves along the table of `core.states` (a test compares the two), a
line of the ledger never changes, nothing that holds money is deleted, and neither what
is owed nor where it is to be paid changes once a customer may have seen it.

Refusals are integrity errors: 23514, as of a check constraint.
"""

from django.db import migrations

# State → the states it may become. Frozen here: a change of the table of transitions
# is a migration of its own.
LEGAL = (
    ("awaiting_payment", "canceled"),
    ("awaiting_payment", "confirmed"),
    ("awaiting_payment", "expired"),
    ("awaiting_payment", "failed"),
    ("awaiting_payment", "needs_review"),
    ("awaiting_payment", "payment_detected"),
    ("awaiting_payment", "payment_insufficient"),
    ("canceled", "needs_review"),
    ("confirmed", "needs_review"),
    ("expired", "confirmed"),
    ("expired", "needs_review"),
    ("failed", "awaiting_payment"),
    ("failed", "needs_review"),
    ("needs_review", "confirmed"),
    ("payment_detected", "awaiting_payment"),
    ("payment_detected", "confirmed"),
    ("payment_detected", "needs_review"),
    ("payment_detected", "payment_insufficient"),
    ("payment_insufficient", "confirmed"),
    ("payment_insufficient", "needs_review"),
    ("payment_insufficient", "payment_detected"),
)

PAIRS = ", ".join(f"('{before}', '{after}')" for before, after in LEGAL)

REFUSE = """
CREATE FUNCTION saleor_cryptopay_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION '% of a row of % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
    USING ERRCODE = 'check_violation';
END $body$;
"""

STATE = f"""
CREATE FUNCTION saleor_cryptopay_guard_state() RETURNS trigger LANGUAGE plpgsql
AS $body$
BEGIN
  IF (OLD.state, NEW.state) NOT IN ({PAIRS}) THEN
    RAISE EXCEPTION 'a payment cannot go from % to %', OLD.state, NEW.state
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $body$;

CREATE TRIGGER cryptopay_guard_state
  BEFORE UPDATE OF state ON saleor_cryptopay_payment
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state)
  EXECUTE FUNCTION saleor_cryptopay_guard_state();
"""

OWED = """
CREATE TRIGGER cryptopay_guard_owed
  BEFORE UPDATE ON saleor_cryptopay_payment
  FOR EACH ROW WHEN (
    (OLD.id, OLD.token, OLD.reference, OLD.gateway, OLD.environment, OLD.total,
     OLD.currency)
    IS DISTINCT FROM
    (NEW.id, NEW.token, NEW.reference, NEW.gateway, NEW.environment, NEW.total,
     NEW.currency))
  EXECUTE FUNCTION saleor_cryptopay_refuse('what is owed stays as it was asked for');
"""

# A quote may be renewed until coins are seen; where they go to may never change.
ADDRESS = """
CREATE FUNCTION saleor_cryptopay_guard_quote() RETURNS trigger LANGUAGE plpgsql
AS $body$
BEGIN
  IF EXISTS (SELECT FROM saleor_cryptopay_transfer WHERE payment_id = OLD.payment_id)
  THEN
    RAISE EXCEPTION 'a quote holds once coins were seen'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $body$;

CREATE TRIGGER cryptopay_guard_quote
  BEFORE UPDATE OF units, minimum_units ON saleor_cryptopay_address
  FOR EACH ROW WHEN (
    OLD.address <> '' AND
    (OLD.units, OLD.minimum_units) IS DISTINCT FROM (NEW.units, NEW.minimum_units))
  EXECUTE FUNCTION saleor_cryptopay_guard_quote();

CREATE TRIGGER cryptopay_guard_issued
  BEFORE UPDATE ON saleor_cryptopay_address
  FOR EACH ROW WHEN (
    OLD.address <> '' AND
    (OLD.payment_id, OLD.asset_key, OLD.network, OLD.gateway_id, OLD.address)
    IS DISTINCT FROM
    (NEW.payment_id, NEW.asset_key, NEW.network, NEW.gateway_id, NEW.address))
  EXECUTE FUNCTION saleor_cryptopay_refuse('an address that was issued stays as it is');
"""

TRANSFER = """
CREATE TRIGGER cryptopay_guard_transfer
  BEFORE UPDATE ON saleor_cryptopay_transfer
  FOR EACH ROW WHEN (
    (OLD.payment_id, OLD.address_id, OLD.network, OLD.hash, OLD.index, OLD.coin,
     OLD.units)
    IS DISTINCT FROM
    (NEW.payment_id, NEW.address_id, NEW.network, NEW.hash, NEW.index, NEW.coin,
     NEW.units))
  EXECUTE FUNCTION saleor_cryptopay_refuse('what came stays as it came');
"""

ENTRY = f"""
CREATE FUNCTION saleor_cryptopay_guard_entry() RETURNS trigger LANGUAGE plpgsql
AS $body$
BEGIN
  IF NEW.state_before <> NEW.state_after
    AND (NEW.state_before, NEW.state_after) NOT IN ({PAIRS}) THEN
    RAISE EXCEPTION 'an entry cannot go from % to %', NEW.state_before, NEW.state_after
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $body$;

CREATE TRIGGER cryptopay_guard_entry
  BEFORE INSERT ON saleor_cryptopay_entry
  FOR EACH ROW EXECUTE FUNCTION saleor_cryptopay_guard_entry();

CREATE TRIGGER cryptopay_keep_entry
  BEFORE UPDATE OR DELETE ON saleor_cryptopay_entry
  FOR EACH ROW
  EXECUTE FUNCTION saleor_cryptopay_refuse('the ledger is only ever added to');
"""

KEPT = ("payment", "address", "transfer")

KEEP = "".join(
    f"""
CREATE TRIGGER cryptopay_keep_{table}
  BEFORE DELETE ON saleor_cryptopay_{table}
  FOR EACH ROW EXECUTE FUNCTION saleor_cryptopay_refuse('it is kept for the books');
"""
    for table in KEPT
)

TRIGGERS = (
    ("cryptopay_guard_state", "payment"),
    ("cryptopay_guard_owed", "payment"),
    ("cryptopay_guard_quote", "address"),
    ("cryptopay_guard_issued", "address"),
    ("cryptopay_guard_transfer", "transfer"),
    ("cryptopay_guard_entry", "entry"),
    ("cryptopay_keep_entry", "entry"),
    *((f"cryptopay_keep_{table}", table) for table in KEPT),
)

FUNCTIONS = ("guard_state", "guard_quote", "guard_entry", "refuse")

REMOVE = "".join(
    [
        *(
            f"DROP TRIGGER {name} ON saleor_cryptopay_{table};\n"
            for name, table in TRIGGERS
        ),
        *(f"DROP FUNCTION saleor_cryptopay_{name}();\n" for name in FUNCTIONS),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("saleor_cryptopay", "0003_bookkeeping")]

    operations = [
        migrations.RunSQL(
            f"{REFUSE}{STATE}{OWED}{ADDRESS}{TRANSFER}{ENTRY}{KEEP}", REMOVE
        ),
    ]
