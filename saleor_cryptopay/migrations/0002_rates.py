import django.db.models.deletion
from django.db import migrations, models

import saleor_cryptopay.models


class Migration(migrations.Migration):
    dependencies = [("saleor_cryptopay", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="address",
            name="quote_holds_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="address",
            name="rate_basis",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="transfer",
            name="asked_units",
            field=saleor_cryptopay.models.UnitsField(default=0),
        ),
        migrations.AddField(
            model_name="transfer",
            name="rate",
            field=models.DecimalField(decimal_places=18, max_digits=40, null=True),
        ),
        migrations.AddField(
            model_name="transfer",
            name="rate_source",
            field=models.CharField(blank=True, max_length=255),
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
                ],
                max_length=16,
            ),
        ),
        migrations.CreateModel(
            name="MarketPair",
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
                ("base", models.CharField(max_length=16)),
                ("quote", models.CharField(max_length=3)),
                ("ticks", models.JSONField(default=list)),
                ("complaints", models.JSONField(default=list)),
                ("fetched_at", models.DateTimeField(null=True)),
                ("claimed_until", models.DateTimeField(null=True)),
                (
                    "value",
                    models.DecimalField(decimal_places=18, max_digits=40, null=True),
                ),
                ("agreed_at", models.DateTimeField(null=True)),
                (
                    "jumped_to",
                    models.DecimalField(decimal_places=18, max_digits=40, null=True),
                ),
                ("jumped_at", models.DateTimeField(null=True)),
                ("silent_since", models.DateTimeField(null=True)),
                ("alarmed_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("base", "quote"), name="cryptopay_market_pair_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PastQuote",
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
                ("units", saleor_cryptopay.models.UnitsField()),
                ("minimum_units", saleor_cryptopay.models.UnitsField()),
                ("rate", models.DecimalField(decimal_places=18, max_digits=40)),
                ("rate_source", models.CharField(max_length=255)),
                ("rate_as_of", models.DateTimeField()),
                ("rate_basis", models.JSONField(default=dict)),
                ("quoted_at", models.DateTimeField()),
                ("quote_expires_at", models.DateTimeField(null=True)),
                ("quote_holds_until", models.DateTimeField(null=True)),
                (
                    "address",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="past_quotes",
                        to="saleor_cryptopay.address",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MarketRate",
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
                ("ticks", models.JSONField(default=list)),
                ("value", models.DecimalField(decimal_places=18, max_digits=40)),
                ("agreed_at", models.DateTimeField()),
                (
                    "pair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rates",
                        to="saleor_cryptopay.marketpair",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["pair", "agreed_at"], name="cryptopay_market_rate_then"
                    )
                ],
            },
        ),
    ]
