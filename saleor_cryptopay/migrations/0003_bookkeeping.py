from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("saleor_cryptopay", "0002_rates")]

    operations = [
        migrations.AddField(
            model_name="address",
            name="mac",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="cursor",
            name="began_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="secret",
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.CreateModel(
            name="Spending",
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
                ("account", models.CharField(max_length=64)),
                ("window", models.CharField(max_length=8)),
                ("began_at", models.DateTimeField()),
                ("used", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "window"), name="cryptopay_spending_once"
                    )
                ],
            },
        ),
    ]
