"""An order is found by its value day: a day's matching no longer reads all orders."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("wallet", "0005_subsidy_follows")]
    operations = [
        migrations.AddIndex(
            model_name="bankorder",
            index=models.Index(fields=["occurred_at"], name="order_value_day"),
        ),
    ]
