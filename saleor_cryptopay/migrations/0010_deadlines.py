"""What the gateway refused expires at its deadline; coins may be reported twice."""

from django.db import migrations, models

# State → the states it may become, as it was before. Frozen here, as in 0004.
BEFORE = (
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
ADDED = (("failed", "expired"),)


def guards(legal: tuple[tuple[str, str], ...]) -> str:
    pairs = ", ".join(f"('{before}', '{after}')" for before, after in legal)
    return f"""
CREATE OR REPLACE FUNCTION saleor_cryptopay_guard_state() RETURNS trigger
LANGUAGE plpgsql
AS $body$
BEGIN
  IF (OLD.state, NEW.state) NOT IN ({pairs}) THEN
    RAISE EXCEPTION 'a payment cannot go from % to %', OLD.state, NEW.state
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $body$;

CREATE OR REPLACE FUNCTION saleor_cryptopay_guard_entry() RETURNS trigger
LANGUAGE plpgsql
AS $body$
BEGIN
  IF NEW.state_before <> NEW.state_after
    AND (NEW.state_before, NEW.state_after) NOT IN ({pairs}) THEN
    RAISE EXCEPTION 'an entry cannot go from % to %', NEW.state_before, NEW.state_after
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $body$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_cryptopay", "0009_spans"),
    ]

    operations = [
        migrations.RunSQL(guards(BEFORE + ADDED), guards(BEFORE)),
        migrations.RemoveIndex(model_name="payment", name="cryptopay_payment_due"),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "awaiting_payment",
                            "failed",
                            "payment_detected",
                            "payment_insufficient",
                        ],
                    )
                ),
                fields=["expires_at"],
                name="cryptopay_payment_due",
            ),
        ),
        migrations.AlterField(
            model_name="transfer",
            name="verdict",
            field=models.CharField(
                choices=[
                    ("counted", "counted"),
                    ("wrong_asset", "wrong asset"),
                    ("late", "late"),
                    ("old_address", "old address"),
                    ("unpriced", "no rate at the time"),
                    ("repeated", "reported twice"),
                ],
                max_length=16,
            ),
        ),
    ]
