"""Busy accounts are read in shorter slices: how short, each cursor remembers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_cryptopay", "0008_told"),
    ]

    operations = [
        migrations.AddField(
            model_name="cursor",
            name="span",
            field=models.DurationField(null=True),
        ),
    ]
