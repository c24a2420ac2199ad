"""Refunds, and the database's own refusals for whoever writes past their ledger.

A refund's state moves along the table of `core.refunds` (a test compares the two), its
history is only ever added to, what and how much it is stays as it was asked for, and
where it goes stays as it was from the moment it may be sent.
"""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import saleor_cryptopay.core.refunds
import saleor_cryptopay.models.fields

# State → the states it may become. Frozen here: a change of the table of transitions
# is a migration of its own.
LEGAL = (
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

PAIRS = ", ".join(f"('{before}', '{after}')" for before, after in LEGAL)

# All but the token: asking again makes another.
KEPT = (
    *("id", "payment_id", "key", "source", "amount", "currency", "asset_key"),
    *("network", "units", "fee_units", "rate", "rate_source", "reason", "asked_at"),
)


def row(name: str, columns: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"{name}.{column}" for column in columns) + ")"


GUARDS = f"""
CREATE FUNCTION saleor_cryptopay_guard_refund() RETURNS trigger LANGUAGE plpgsql
AS $body$
BEGIN
  IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN ({PAIRS}) THEN
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

CREATE TRIGGER cryptopay_guard_refund
  BEFORE UPDATE ON saleor_cryptopay_refund
  FOR EACH ROW EXECUTE FUNCTION saleor_cryptopay_guard_refund();

CREATE TRIGGER cryptopay_keep_refund
  BEFORE DELETE ON saleor_cryptopay_refund
  FOR EACH ROW EXECUTE FUNCTION saleor_cryptopay_refuse('it is kept for the books');

CREATE FUNCTION saleor_cryptopay_guard_refund_entry() RETURNS trigger LANGUAGE plpgsql
AS $body$
BEGIN
  IF NEW.state_before <> NEW.state_after
    AND (NEW.state_before, NEW.state_after) NOT IN ({PAIRS}) THEN
    RAISE EXCEPTION 'an entry cannot go from % to %', NEW.state_before, NEW.state_after
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $body$;

CREATE TRIGGER cryptopay_guard_refund_entry
  BEFORE INSERT ON saleor_cryptopay_refundentry
  FOR EACH ROW EXECUTE FUNCTION saleor_cryptopay_guard_refund_entry();

CREATE TRIGGER cryptopay_keep_refund_entry
  BEFORE UPDATE OR DELETE ON saleor_cryptopay_refundentry
  FOR EACH ROW
  EXECUTE FUNCTION saleor_cryptopay_refuse('a history is only ever added to');
"""

REMOVE = """
DROP TRIGGER cryptopay_guard_refund ON saleor_cryptopay_refund;
DROP TRIGGER cryptopay_keep_refund ON saleor_cryptopay_refund;
DROP TRIGGER cryptopay_guard_refund_entry ON saleor_cryptopay_refundentry;
DROP TRIGGER cryptopay_keep_refund_entry ON saleor_cryptopay_refundentry;
DROP FUNCTION saleor_cryptopay_guard_refund();
DROP FUNCTION saleor_cryptopay_guard_refund_entry();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_cryptopay", "0004_guards"),
    ]

    operations = [
        migrations.AlterField(
            model_name="effect",
            name="kind",
            field=models.CharField(
                choices=[
                    ("notice", "notice"),
                    ("pending", "pending"),
                    ("credit", "credit"),
                    ("loss", "loss"),
                    ("reversal", "reversal"),
                    ("end", "end"),
                    ("complete", "complete"),
                    ("cancel_order", "cancel order"),
                    ("refund_begun", "refund begun"),
                    ("refund_done", "refund done"),
                    ("refund_failed", "refund failed"),
                ],
                max_length=16,
            ),
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "token",
                    models.CharField(
                        default=saleor_cryptopay.models.fields.new_token,
                        max_length=64,
                        unique=True,
                    ),
                ),
                ("key", models.CharField(max_length=255)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("paid", "what was credited"),
                            ("surplus", "what came beyond the total"),
                            ("set_aside", "what was never credited"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        default=saleor_cryptopay.core.refunds.RefundState[
                            "NEEDS_ADDRESS"
                        ],
                        max_length=16,
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=3, max_digits=20)),
                ("currency", models.CharField(max_length=3)),
                ("asset_key", models.CharField(max_length=64)),
                ("network", models.CharField(max_length=32)),
                ("units", saleor_cryptopay.models.fields.UnitsField()),
                ("fee_units", saleor_cryptopay.models.fields.UnitsField(default=0)),
                (
                    "rate",
                    models.DecimalField(decimal_places=18, max_digits=40, null=True),
                ),
                ("rate_source", models.CharField(blank=True, max_length=255)),
                ("address", models.CharField(blank=True, max_length=128)),
                ("mac", models.CharField(blank=True, max_length=64)),
                ("fee", models.CharField(blank=True, max_length=64)),
                ("gateway_id", models.CharField(blank=True, max_length=128)),
                ("hash", models.CharField(blank=True, max_length=128)),
                ("reason", models.TextField(blank=True)),
                ("asked_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("begun_at", models.DateTimeField(null=True)),
                ("checked_at", models.DateTimeField(null=True)),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="saleor_cryptopay.payment",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RefundEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("event", models.CharField(max_length=32)),
                ("state_before", models.CharField(max_length=16)),
                ("state_after", models.CharField(max_length=16)),
                ("actor", models.CharField(max_length=128)),
                ("note", models.TextField(blank=True)),
                ("order_id", models.CharField(blank=True, max_length=128)),
                ("created_at", models.DateTimeField()),
                (
                    "refund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="saleor_cryptopay.refund",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "refund entries",
            },
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            saleor_cryptopay.core.refunds.RefundState["APPROVED"],
                            saleor_cryptopay.core.refunds.RefundState["SENDING"],
                            saleor_cryptopay.core.refunds.RefundState["SENT"],
                        ],
                    )
                ),
                fields=["changed_at"],
                name="cryptopay_refund_at_work",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(
                fields=("payment", "key"), name="cryptopay_refund_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            saleor_cryptopay.core.refunds.RefundState["APPROVED"],
                            saleor_cryptopay.core.refunds.RefundState["CONFIRMED"],
                            saleor_cryptopay.core.refunds.RefundState["DECLINED"],
                            saleor_cryptopay.core.refunds.RefundState["FAILED"],
                            saleor_cryptopay.core.refunds.RefundState["LAPSED"],
                            saleor_cryptopay.core.refunds.RefundState["NEEDS_ADDRESS"],
                            saleor_cryptopay.core.refunds.RefundState["NEEDS_APPROVAL"],
                            saleor_cryptopay.core.refunds.RefundState["SENDING"],
                            saleor_cryptopay.core.refunds.RefundState["SENT"],
                        ],
                    )
                ),
                name="cryptopay_refund_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fee_units__gte", 0), ("units__gt", models.F("fee_units"))
                ),
                name="cryptopay_refund_units",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0)), name="cryptopay_refund_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="refundentry",
            constraint=models.UniqueConstraint(
                fields=("refund", "number"), name="cryptopay_refund_entry_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="refundentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("order_id", ""), _negated=True),
                fields=("order_id",),
                name="cryptopay_refund_entry_order_once",
            ),
        ),
        migrations.RunSQL(GUARDS, REMOVE),
    ]
