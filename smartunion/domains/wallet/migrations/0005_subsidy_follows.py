"""A wallet's subsidy of the month is no column any more: it follows from its counter.

Measured: the check that held the column to the counter was read anew for every payment, and cost
a fifth of it. What is not written cannot be false.
"""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

LOCKED = (Path(__file__).parents[1] / "sql/pay_locked.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("wallet", "0004_departures")]
    operations = [
        migrations.RunSQL(LOCKED, migrations.RunSQL.noop),
        migrations.RemoveConstraint("wallet", "wallet_subsidy_is_f_of_net"),
        migrations.RemoveField("wallet", "subsidy_fen"),
        migrations.AlterField(
            "wallet",
            "device",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="wallet.device",
                verbose_name="绑定设备",
            ),
        ),
    ]
