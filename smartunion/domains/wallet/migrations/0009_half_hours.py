"""The heat map's half hours are kept by the fold; those that were folded before are counted once."""

import django.db.models.deletion
from django.db import migrations, models

FOLDED = """
INSERT INTO wallet_halfhour (day, merchant_id, begins_at, count, payers)
SELECT y.biz_date, y.merchant_id,
  date_bin('30 minutes', y.occurred_at, timestamptz '2025-01-01 00:00:00+08'),
  count(*), bit_or(1::bigint << (y.wallet_id % 63)::int)
FROM (
  SELECT biz_date, merchant_id, occurred_at, wallet_id FROM wallet_payment
  WHERE born = 'S' AND xid < COALESCE((SELECT MAX(to_xid) FROM wallet_fold), 0)
  UNION ALL
  SELECT p.biz_date, p.merchant_id, p.occurred_at, p.wallet_id
  FROM wallet_paymentevent e JOIN wallet_payment p ON p.id = e.payment_id
  WHERE e.now = 'S' AND e.xid < COALESCE((SELECT MAX(to_xid) FROM wallet_fold), 0)
) y GROUP BY 1, 2, 3
"""


class Migration(migrations.Migration):
    dependencies = [("wallet", "0008_clawed")]
    operations = [
        migrations.CreateModel(
            name="HalfHour",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="营业日")),
                ("begins_at", models.DateTimeField(verbose_name="开始时间")),
                ("count", models.IntegerField(verbose_name="笔数")),
                ("payers", models.BigIntegerField(verbose_name="付款人位图")),
                (
                    "merchant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wallet.merchant",
                        verbose_name="商户",
                    ),
                ),
            ],
            options={"verbose_name": "半小时汇总", "verbose_name_plural": "半小时汇总"},
        ),
        migrations.AddConstraint(
            model_name="halfhour",
            constraint=models.UniqueConstraint(
                fields=("day", "merchant", "begins_at"), name="halfhour_once"
            ),
        ),
        migrations.RunSQL(FOLDED, migrations.RunSQL.noop),
    ]
