"""A redemption typed wrongly is undone by somebody else; its invoice may then be paid rightly."""

import django.db.models.deletion
from django.db import migrations, models


KEPT = """
CREATE OR REPLACE FUNCTION coupons_coupon_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.kind, NEW.holder_id, NEW.face_fen, NEW.document, NEW.budget_code, NEW.fund_source,
      NEW.issued_at, NEW.expires_on)
    IS DISTINCT FROM (OLD.kind, OLD.holder_id, OLD.face_fen, OLD.document, OLD.budget_code,
      OLD.fund_source, OLD.issued_at, OLD.expires_on)
    OR NEW.expired_fen < OLD.expired_fen
    OR NEW.left_fen > OLD.left_fen AND NEW.left_fen <> NEW.face_fen - NEW.expired_fen - COALESCE((
      SELECT sum(amount_fen) FROM coupons_redemption
      WHERE coupon_id = NEW.id AND undone_at IS NULL), 0) THEN
    RAISE EXCEPTION 'a coupon only falls' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION coupons_redemption_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_ends text[] := ARRAY['payout_id', 'undone_by_id', 'undone_at', 'undone_because'];
BEGIN
  IF OLD.payout_id IS NOT NULL OR OLD.undone_at IS NOT NULL
    OR (to_jsonb(NEW) - v_ends) <> (to_jsonb(OLD) - v_ends) THEN
    RAISE EXCEPTION 'a redemption stays as it was' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("coupons", "0002_kept"), ("people", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="redemption",
            name="undone_at",
            field=models.DateTimeField(null=True, verbose_name="撤销时间"),
        ),
        migrations.AddField(
            model_name="redemption",
            name="undone_because",
            field=models.CharField(
                blank=True, default="", max_length=200, verbose_name="撤销理由"
            ),
        ),
        migrations.AddField(
            model_name="redemption",
            name="undone_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.person",
                verbose_name="撤销人",
            ),
        ),
        migrations.RemoveConstraint(model_name="redemption", name="redemption_invoice_once"),
        migrations.AddConstraint(
            model_name="redemption",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("invoice", ""), _negated=True), ("undone_at__isnull", True)
                ),
                fields=("invoice",),
                name="redemption_invoice_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="redemption",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("undone_at__isnull", True),
                        ("undone_because", ""),
                        ("undone_by__isnull", True),
                    ),
                    models.Q(
                        ("payout__isnull", True),
                        ("undone_at__isnull", False),
                        ("undone_by__isnull", False),
                        models.Q(("undone_because", ""), _negated=True),
                        models.Q(("undone_by", models.F("by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="redemption_undone_by_another",
            ),
        ),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
    ]
