"""What is clawed back of a paid month is noted with its payment, and booked by settlement alone."""

from django.db import migrations, models

WHICH = """
DO $do$
DECLARE v_text text := pg_get_viewdef('wallet_movement'::regclass);
BEGIN
  IF strpos(v_text, '{was}') = 0 THEN
    RAISE EXCEPTION 'wallet_movement reads otherwise than this migration knows';
  END IF;
  EXECUTE 'CREATE OR REPLACE VIEW wallet_movement AS ' || replace(v_text, '{was}', '{now}');
END $do$;
"""
WAS = "JOIN wallet_payment p ON ((p.id = a.payment_id)))"
NOW = WAS + " WHERE a.kind::text <> ''clawed''"


class Migration(migrations.Migration):
    dependencies = [("wallet", "0007_skipped_numbers")]
    operations = [
        migrations.AlterField(
            model_name="subsidyadjustment",
            name="kind",
            field=models.CharField(
                choices=[
                    ("replay", "重算"),
                    ("late", "月结后补计"),
                    ("penalty", "套现扣减"),
                    ("clawed", "结算扣回"),
                ],
                max_length=8,
                verbose_name="类别",
            ),
        ),
        migrations.RunSQL(WHICH.format(was=WAS, now=NOW), migrations.RunSQL.noop),
    ]
