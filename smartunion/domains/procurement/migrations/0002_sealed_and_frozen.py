"""What the database itself keeps: deadlines, seals, frozen notices, rows that are only added."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION procurement_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON procurement_clearing
  FOR EACH ROW EXECUTE FUNCTION procurement_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON procurement_judgment
  FOR EACH ROW EXECUTE FUNCTION procurement_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON procurement_linkruling
  FOR EACH ROW EXECUTE FUNCTION procurement_append_only();

CREATE FUNCTION procurement_quote_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE tender procurement_tender;
BEGIN
  SELECT * INTO tender FROM procurement_tender WHERE id = NEW.tender_id FOR SHARE;
  IF NEW.submitted_at > tender.closes_at OR tender.opened_at IS NOT NULL THEN
    RAISE EXCEPTION 'quote after the deadline of %', tender.number
      USING ERRCODE = 'check_violation', CONSTRAINT = 'quote_in_time';
  END IF;
  IF NEW.price_fen IS NOT NULL OR NEW.content IS NOT NULL THEN
    RAISE EXCEPTION 'a quote goes in sealed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER quote_in_time BEFORE INSERT ON procurement_quote
  FOR EACH ROW EXECUTE FUNCTION procurement_quote_in_time();

CREATE FUNCTION procurement_quote_stays_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.tender_id, NEW.supplier_id, NEW.commitment, NEW.sealed, NEW.device, NEW.submitted_at)
    IS DISTINCT FROM
     (OLD.tender_id, OLD.supplier_id, OLD.commitment, OLD.sealed, OLD.device, OLD.submitted_at)
  THEN
    RAISE EXCEPTION 'a sealed quote stays as it is' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.price_fen IS NOT NULL AND (NEW.price_fen, NEW.content)
    IS DISTINCT FROM (OLD.price_fen, OLD.content) THEN
    RAISE EXCEPTION 'an opened price stays as it is' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.price_fen IS NOT NULL AND NOT EXISTS (
    SELECT FROM procurement_tender WHERE id = NEW.tender_id AND opened_at IS NOT NULL) THEN
    RAISE EXCEPTION 'no price before the opening' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER quote_stays_sealed BEFORE UPDATE ON procurement_quote
  FOR EACH ROW EXECUTE FUNCTION procurement_quote_stays_sealed();
CREATE TRIGGER never_deleted BEFORE DELETE ON procurement_quote
  FOR EACH ROW EXECUTE FUNCTION procurement_append_only();

CREATE FUNCTION procurement_notice_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.purchase_id, NEW.round, NEW.number, NEW.notice, NEW.digest, NEW.announced_at,
      NEW.closes_at)
    IS DISTINCT FROM
     (OLD.purchase_id, OLD.round, OLD.number, OLD.notice, OLD.digest, OLD.announced_at,
      OLD.closes_at)
    OR (OLD.opened_at IS NOT NULL AND NEW.opened_at IS DISTINCT FROM OLD.opened_at)
  THEN
    RAISE EXCEPTION 'a notice is frozen when it goes out' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER notice_is_frozen BEFORE UPDATE ON procurement_tender
  FOR EACH ROW EXECUTE FUNCTION procurement_notice_is_frozen();

CREATE FUNCTION procurement_never_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.converted_at IS NOT NULL
    AND (NEW.converted_at, NEW.method) IS DISTINCT FROM (OLD.converted_at, OLD.method)
  THEN
    RAISE EXCEPTION 'a conversion to negotiation is never undone'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER never_back BEFORE UPDATE ON procurement_purchase
  FOR EACH ROW EXECUTE FUNCTION procurement_never_back();
"""

BACKWARD = """
DROP FUNCTION procurement_append_only, procurement_quote_in_time, procurement_quote_stays_sealed,
  procurement_notice_is_frozen, procurement_never_back CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("procurement", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD, elidable=False)]
