"""Accounts may be net assets: what was brought forward is neither debt nor income."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_append_only")]
    operations = [
        migrations.AlterField(
            model_name="account",
            name="kind",
            field=models.CharField(
                choices=[
                    ("asset", "资产"),
                    ("liability", "负债"),
                    ("net", "净资产"),
                    ("income", "收入"),
                    ("expense", "支出"),
                ],
                max_length=10,
                verbose_name="类别",
            ),
        ),
    ]
