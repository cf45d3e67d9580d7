"""A coupon's worth never changes and only falls; a redemption stays, and is paid for once."""

from django.db import migrations

KEPT = """
CREATE FUNCTION coupons_coupon_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.kind, NEW.holder_id, NEW.face_fen, NEW.document, NEW.budget_code, NEW.fund_source,
      NEW.issued_at, NEW.expires_on)
    IS DISTINCT FROM (OLD.kind, OLD.holder_id, OLD.face_fen, OLD.document, OLD.budget_code,
      OLD.fund_source, OLD.issued_at, OLD.expires_on)
    OR NEW.left_fen > OLD.left_fen OR NEW.expired_fen < OLD.expired_fen THEN
    RAISE EXCEPTION 'a coupon only falls' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE UPDATE ON coupons_coupon
  FOR EACH ROW EXECUTE FUNCTION coupons_coupon_kept();

CREATE FUNCTION coupons_redemption_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.payout_id IS NOT NULL OR (to_jsonb(NEW) - 'payout_id') <> (to_jsonb(OLD) - 'payout_id')
  THEN
    RAISE EXCEPTION 'a redemption stays as it was' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE UPDATE ON coupons_redemption
  FOR EACH ROW EXECUTE FUNCTION coupons_redemption_kept();
"""
APPEND_ONLY = "".join(
    f"""
CREATE TRIGGER stays BEFORE DELETE OR TRUNCATE ON coupons_{table}
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();"""
    for table in ("coupon", "redemption", "venuepayout")
)
UNDO = """
DROP FUNCTION coupons_coupon_kept CASCADE;
DROP FUNCTION coupons_redemption_kept CASCADE;
DROP TRIGGER stays ON coupons_coupon;
DROP TRIGGER stays ON coupons_redemption;
DROP TRIGGER stays ON coupons_venuepayout;
"""


class Migration(migrations.Migration):
    dependencies = [("coupons", "0001_initial"), ("ledger", "0002_append_only")]
    operations = [migrations.RunSQL(KEPT + APPEND_ONLY, UNDO)]
