"""Refunds of which nobody knows whether the gateway has them: a state of their own.

Out of it leads an order that is found, or a person; the database refuses all else.
"""

from django.db import migrations, models

from saleor_cryptopay.core.refunds import RefundState as State

# State → the states it may become, as it was before. Frozen here, as in 0005.
BEFORE = (
    ("approved", "declined"),
    ("approved", "sending"),
    ("failed", "approved"),
    ("failed", "declined"),
    ("lapsed", "declined"),
    ("lapsed", "needs_address"),
    ("needs_address", "approved"),
    ("needs_address", "declined"),
    ("needs_address", "lapsed"),
    ("needs_address", "needs_approval"),
    ("needs_approval", "approved"),
    ("needs_approval", "declined"),
    ("needs_approval", "needs_address"),
    ("sending", "approved"),
    ("sending", "failed"),
    ("sending", "sent"),
    ("sent", "confirmed"),
    ("sent", "failed"),
)
ADDED = (
    ("in_doubt", "approved"),
    ("in_doubt", "sent"),
    ("sending", "in_doubt"),
)

# All but the token: asking again makes another.
KEPT = (
    *("id", "payment_id", "key", "source", "amount", "currency", "asset_key"),
    *("network", "units", "fee_units", "rate", "rate_source", "reason", "asked_at"),
)


def row(name: str, columns: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"{name}.{column}" for column in columns) + ")"


def guards(legal: tuple[tuple[str, str], ...]) -> str:
    pairs = ", ".join(f"('{before}', '{after}')" for before, after in legal)
    return f"""
CREATE OR REPLACE FUNCTION saleor_cryptopay_guard_refund() RETURNS trigger
LANGUAGE plpgsql
AS $body$
BEGIN
  IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN ({pairs}) THEN
    RAISE EXCEPTION 'a refund cannot go from % to %', OLD.state, NEW.state
      USING ERRCODE = 'check_violation';
  END IF;
  IF {row("OLD", KEPT)} IS DISTINCT FROM {row("NEW", KEPT)} THEN
    RAISE EXCEPTION 'a refund stays as it was asked for'
      USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.address <> NEW.address
    AND OLD.state NOT IN ('needs_address', 'needs_approval') THEN
    RAISE EXCEPTION 'where a refund goes stays as it was approved'
      USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.token <> NEW.token AND OLD.state <> 'lapsed' THEN
    RAISE EXCEPTION 'a link holds until it has expired'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $body$;

CREATE OR REPLACE FUNCTION saleor_cryptopay_guard_refund_entry() RETURNS trigger
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
        ("saleor_cryptopay", "0006_messages"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="refund", name="cryptopay_refund_at_work"),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            State.APPROVED,
                            State.IN_DOUBT,
                            State.SENDING,
                            State.SENT,
                        ],
                    )
                ),
                fields=["changed_at"],
                name="cryptopay_refund_at_work",
            ),
        ),
        migrations.RemoveConstraint(model_name="refund", name="cryptopay_refund_state"),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            State.APPROVED,
                            State.CONFIRMED,
                            State.DECLINED,
                            State.FAILED,
                            State.IN_DOUBT,
                            State.LAPSED,
                            State.NEEDS_ADDRESS,
                            State.NEEDS_APPROVAL,
                            State.SENDING,
                            State.SENT,
                        ],
                    )
                ),
                name="cryptopay_refund_state",
            ),
        ),
        migrations.RunSQL(guards(BEFORE + ADDED), guards(BEFORE)),
    ]
