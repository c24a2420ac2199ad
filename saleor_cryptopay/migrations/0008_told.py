"""Staff are written to in their own languages: which of them have a message already."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_cryptopay", "0007_doubt"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="told",
            field=models.JSONField(default=list),
        ),
    ]
