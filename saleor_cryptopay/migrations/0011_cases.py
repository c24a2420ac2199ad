"""Cases: what a person has to decide about a payment, until somebody has."""

import django.db.models.deletion
from django.db import migrations, models

# What staff were called for and nobody can have decided yet: payments that still need
# a person. Of which coins each call was, the message does not say by id.
OPEN_CASES = """
INSERT INTO saleor_cryptopay_case
    (payment_id, key, why, opened_at, closed_by, note)
SELECT message.payment_id, substr(message.key, length('needs_review:') + 1),
    coalesce(message.data ->> 'why', ''), message.created_at, '', ''
FROM saleor_cryptopay_message message
JOIN saleor_cryptopay_payment payment ON payment.id = message.payment_id
WHERE message.name = 'needs_review' AND payment.state = 'needs_review'
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_cryptopay", "0010_deadlines"),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
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
                ("key", models.CharField(max_length=255)),
                ("why", models.TextField()),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.CharField(blank=True, max_length=128)),
                ("note", models.TextField(blank=True)),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="saleor_cryptopay.payment",
                    ),
                ),
                (
                    "transfer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="saleor_cryptopay.transfer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at", None)),
                        fields=["opened_at"],
                        name="cryptopay_case_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("payment", "key"), name="cryptopay_case_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("closed_by", "")),
                            models.Q(
                                ("closed_at__isnull", False),
                                models.Q(("closed_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="cryptopay_case_closed_by_somebody",
                    ),
                ],
            },
        ),
        migrations.RunSQL(OPEN_CASES, migrations.RunSQL.noop),
    ]
