"""wallet_pay: a payment in one round trip and two writing statements.

The UPDATE of the wallet row is the guard: balance, freeze, single use of the code, month counter
and burst ring in one statement; the INSERT is the record. Nothing else is locked, so there is no
lock order to get wrong. What cannot pass the guard takes the slow path, which says why.
"""

from django.db import migrations

# The parts of the guard, named once. w is the wallet row as it was.
POINTS = "CASE WHEN p_points IS NOT NULL THEN p_points WHEN w.points_first THEN LEAST(w.points_fen, p_total) ELSE 0 END"
ECNY = f"(p_total - {POINTS})"
BASE = f"CASE WHEN p_points_earn THEN p_total ELSE {ECNY} END"
BURST = "COALESCE(w.recent[p_burst - 1] >= GREATEST(p_received, w.recent[1]) - p_window, false)"
KEPT = "CASE WHEN w.month = p_month THEN w.{0} ELSE {1} END"
NET = f"({KEPT.format('net_fen', '0')} + CASE WHEN {BURST} THEN 0 ELSE {BASE} END)"
NUM, DEN, CAP = KEPT.format("rate_num", "p_num"), KEPT.format("rate_den", "p_den"), KEPT.format("cap_fen", "p_cap")

WALLET_PAY = f"""
CREATE FUNCTION campus_month_number(at timestamptz) RETURNS int LANGUAGE sql IMMUTABLE AS $$
  SELECT to_char(at AT TIME ZONE 'Asia/Shanghai', 'YYYYMM')::int
$$;
CREATE FUNCTION wallet_pay(
  p_terminal bigint, p_biz_date date, p_seq int, p_hash bytea,
  p_wallet bigint, p_code bigint, p_merchant bigint, p_total bigint, p_points bigint,
  p_occurred timestamptz, p_received timestamptz, p_month int,
  p_num int, p_den int, p_cap bigint, p_points_earn boolean, p_burst int, p_window interval,
  p_pending boolean, p_offline boolean,
  OUT o_id bigint, OUT o_status text, OUT o_reason text, OUT o_ecny bigint, OUT o_points bigint,
  OUT o_subsidy bigint, OUT o_wallet bigint, OUT o_replay boolean, OUT o_hash bytea,
  OUT o_received timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_net bigint; v_seq bigint; v_num int; v_den int; v_cap bigint; v_device bigint;
  v_frozen timestamptz; v_base bigint; v_burst boolean; v_closed boolean; v_owed bigint;
  w wallet_wallet;
BEGIN
  o_wallet := p_wallet; o_reason := ''; o_replay := false; o_hash := p_hash;
  LOOP
    IF NOT p_offline THEN
      UPDATE wallet_wallet w SET
        ecny_fen = w.ecny_fen - {ECNY},
        points_fen = w.points_fen - {POINTS},
        ecny_held_fen = w.ecny_held_fen + CASE WHEN p_pending OR {BURST} THEN {ECNY} ELSE 0 END,
        points_held_fen = w.points_held_fen + CASE WHEN p_pending OR {BURST} THEN {POINTS} ELSE 0 END,
        month = p_month,
        seq = {KEPT.format("seq", "0")} + 1,
        net_fen = {NET},
        rate_num = {NUM}, rate_den = {DEN}, cap_fen = {CAP},
        subsidy_fen = LEAST({CAP}, {NET} * {NUM} / {DEN}),
        recent = (GREATEST(p_received, w.recent[1]) || w.recent)[1:p_burst - 1],
        frozen_at = CASE WHEN {BURST} THEN GREATEST(p_received, w.recent[1]) END,
        code_used = COALESCE(p_code, w.code_used),
        last_points_fen = {POINTS}
      WHERE w.id = p_wallet AND w.frozen_at IS NULL AND w.barred_at IS NULL AND w.month <= p_month
        AND w.points_fen >= {POINTS} AND w.ecny_fen >= {ECNY}
        AND (p_code IS NULL OR p_code > w.code_used)
      RETURNING w.net_fen, w.seq, w.rate_num, w.rate_den, w.cap_fen, w.device_id, w.frozen_at,
                w.last_points_fen, w.recent[1]
        INTO v_net, v_seq, v_num, v_den, v_cap, v_device, v_frozen, o_points, o_received;
      IF FOUND THEN
        o_ecny := p_total - o_points;
        IF v_frozen IS NOT NULL THEN
          o_status := 'H'; o_subsidy := 0;
        ELSE
          v_base := CASE WHEN p_points_earn THEN p_total ELSE o_ecny END;
          o_status := CASE WHEN p_pending THEN 'P' ELSE 'S' END;
          o_subsidy := LEAST(v_cap, v_net * v_num / v_den)
                     - LEAST(v_cap, (v_net - v_base) * v_num / v_den);
        END IF;
        INSERT INTO wallet_payment (terminal_id, biz_date, terminal_seq, request_hash, wallet_id,
            merchant_id, device_id, month, seq, asked_fen, ecny_fen, points_fen, subsidy_fen, born,
            status, reason, offline, occurred_at, received_at)
          VALUES (p_terminal, p_biz_date, p_seq, p_hash, p_wallet, p_merchant, v_device, p_month,
            v_seq, p_total, o_ecny, o_points, o_subsidy, o_status, o_status, '', false,
            p_occurred, o_received)
          RETURNING id INTO o_id;
        IF v_frozen IS NOT NULL THEN
          INSERT INTO wallet_freezing (wallet_id, device_id, payment_id, frozen_at, outcome, because)
            VALUES (p_wallet, v_device, o_id, v_frozen, '', '');
        END IF;
        RETURN;
      END IF;
    END IF;

    -- The slow path: under the row's lock, so that what it says is true.
    SELECT * INTO w FROM wallet_wallet WHERE id = p_wallet FOR NO KEY UPDATE;
    IF NOT FOUND THEN
      o_status := 'F'; o_reason := 'wallet_unknown'; RETURN;
    END IF;
    SELECT id, born, reason, ecny_fen, points_fen, subsidy_fen, wallet_id, request_hash, received_at
      INTO o_id, o_status, o_reason, o_ecny, o_points, o_subsidy, o_wallet, o_hash, o_received
      FROM wallet_payment
      WHERE terminal_id = p_terminal AND biz_date = p_biz_date AND terminal_seq = p_seq;
    IF FOUND THEN
      o_replay := true; RETURN;
    END IF;
    o_wallet := p_wallet; o_hash := p_hash;
    o_points := {POINTS};
    o_ecny := p_total - o_points;
    o_received := GREATEST(p_received, w.recent[1]);
    o_reason := CASE
      WHEN w.barred_at IS NOT NULL THEN 'barred'
      WHEN w.frozen_at IS NOT NULL THEN 'frozen'
      WHEN p_code <= w.code_used THEN 'code_used'
      WHEN w.points_fen < o_points OR w.ecny_fen < o_ecny THEN 'insufficient'
      ELSE '' END;
    IF o_reason <> '' THEN
      o_status := 'F'; o_ecny := 0; o_points := 0; o_subsidy := 0;
      INSERT INTO wallet_payment (terminal_id, biz_date, terminal_seq, request_hash, wallet_id,
          merchant_id, device_id, month, seq, asked_fen, ecny_fen, points_fen, subsidy_fen, born,
          status, reason, offline, occurred_at, received_at)
        VALUES (p_terminal, p_biz_date, p_seq, p_hash, p_wallet, p_merchant, w.device_id, p_month,
          0, p_total, 0, 0, 0, 'F', 'F', o_reason, p_offline, p_occurred, p_received)
        RETURNING id INTO o_id;
      RETURN;
    END IF;
    EXIT WHEN p_offline OR w.month > p_month;
    -- Nothing stands in the way any more (it did when the guard looked): ask the guard again.
  END LOOP;

  -- A payment of an earlier month, or one uploaded after a broken line: the row's counter is not
  -- its month's, so the month is counted from its payments.
  PERFORM pg_advisory_xact_lock_shared(hashtext('wallet.month'));
  SELECT rate_num, rate_den, cap_fen INTO v_num, v_den, v_cap FROM wallet_monthclosing WHERE month = p_month;
  v_closed := FOUND;
  IF w.month = p_month THEN
    v_num := w.rate_num; v_den := w.rate_den; v_cap := w.cap_fen; v_net := w.net_fen;
  ELSE
    v_num := COALESCE(v_num, p_num); v_den := COALESCE(v_den, p_den); v_cap := COALESCE(v_cap, p_cap);
    -- SUM(bigint) is numeric, and numeric division rounds where ours must floor: hence the cast.
    SELECT COALESCE(SUM(CASE WHEN p_points_earn THEN ecny_fen + points_fen ELSE ecny_fen END), 0)::bigint
      INTO v_net FROM wallet_payment
      WHERE wallet_id = p_wallet AND month = p_month AND status IN ('S', 'P', 'R');
    SELECT v_net - COALESCE(SUM(CASE WHEN p_points_earn THEN r.ecny_fen + r.points_fen ELSE r.ecny_fen END), 0)::bigint
      INTO v_net FROM wallet_refund r JOIN wallet_payment p ON p.id = r.payment_id
      WHERE p.wallet_id = p_wallet AND p.month = p_month;
  END IF;
  SELECT COALESCE(MAX(seq), 0) + 1 INTO v_seq FROM wallet_payment
    WHERE wallet_id = p_wallet AND month = p_month;
  IF p_offline THEN
    SELECT EXISTS (
      SELECT 1 FROM (
        SELECT t, lag(t, p_burst - 1) OVER (ORDER BY t) AS first FROM (
          SELECT p_occurred AS t
          UNION ALL
          SELECT CASE WHEN offline THEN occurred_at ELSE received_at END FROM wallet_payment
            WHERE wallet_id = p_wallet AND status IN ('S', 'P', 'R')
              AND occurred_at BETWEEN p_occurred - 2 * p_window AND p_occurred + 2 * p_window
        ) moments) runs
      WHERE first >= t - p_window) INTO v_burst;
  ELSE
    v_burst := COALESCE(w.recent[p_burst - 1] >= o_received - p_window, false);
  END IF;
  v_base := CASE WHEN p_points_earn THEN p_total ELSE o_ecny END;
  IF v_burst THEN
    o_status := 'H'; v_base := 0;
  ELSE
    o_status := CASE WHEN p_pending THEN 'P' ELSE 'S' END;
  END IF;
  v_owed := LEAST(v_cap, (v_net + v_base) * v_num / v_den) - LEAST(v_cap, v_net * v_num / v_den);
  o_subsidy := CASE WHEN v_closed THEN 0 ELSE v_owed END;
  UPDATE wallet_wallet SET
    ecny_fen = ecny_fen - o_ecny, points_fen = points_fen - o_points,
    ecny_held_fen = ecny_held_fen + CASE WHEN o_status = 'S' THEN 0 ELSE o_ecny END,
    points_held_fen = points_held_fen + CASE WHEN o_status = 'S' THEN 0 ELSE o_points END,
    month = GREATEST(month, p_month),
    seq = CASE WHEN month <= p_month THEN v_seq ELSE seq END,
    net_fen = CASE WHEN month <= p_month THEN v_net + v_base ELSE net_fen END,
    rate_num = CASE WHEN month <= p_month THEN v_num ELSE rate_num END,
    rate_den = CASE WHEN month <= p_month THEN v_den ELSE rate_den END,
    cap_fen = CASE WHEN month <= p_month THEN v_cap ELSE cap_fen END,
    subsidy_fen = CASE WHEN month <= p_month
      THEN LEAST(v_cap, (v_net + v_base) * v_num / v_den) ELSE subsidy_fen END,
    recent = CASE WHEN p_offline THEN recent ELSE (o_received || recent)[1:p_burst - 1] END,
    frozen_at = CASE WHEN v_burst THEN o_received END,
    code_used = COALESCE(p_code, code_used), last_points_fen = o_points
    WHERE id = p_wallet;
  INSERT INTO wallet_payment (terminal_id, biz_date, terminal_seq, request_hash, wallet_id,
      merchant_id, device_id, month, seq, asked_fen, ecny_fen, points_fen, subsidy_fen, born,
      status, reason, offline, occurred_at, received_at)
    VALUES (p_terminal, p_biz_date, p_seq, p_hash, p_wallet, p_merchant, w.device_id, p_month,
      v_seq, p_total, o_ecny, o_points, o_subsidy, o_status, o_status, '', p_offline,
      p_occurred, o_received)
    RETURNING id INTO o_id;
  IF v_closed AND v_owed <> 0 THEN
    INSERT INTO wallet_subsidyadjustment (payment_id, kind, delta_fen, statement_month, because, at)
      VALUES (o_id, 'late', v_owed, campus_month_number(o_received), '', o_received);
  END IF;
  IF v_burst THEN
    INSERT INTO wallet_freezing (wallet_id, device_id, payment_id, frozen_at, outcome, because)
      VALUES (p_wallet, w.device_id, o_id, o_received, '', '');
  END IF;
END $$;
"""

APPEND_ONLY = """
CREATE FUNCTION wallet_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' AND current_setting('smartunion.disposable', true) = 'on' THEN
    RETURN NULL;  -- a test database is emptied between tests
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION wallet_payment_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (to_jsonb(OLD) - 'status') <> (to_jsonb(NEW) - 'status') THEN
    RAISE EXCEPTION 'payment %: only the status moves', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF (OLD.status || NEW.status) NOT IN ('PS', 'PV', 'PX', 'HS', 'HV', 'SR') THEN
    RAISE EXCEPTION 'payment %: % does not become %', OLD.id, OLD.status, NEW.status
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER moves BEFORE UPDATE ON wallet_payment
  FOR EACH ROW EXECUTE FUNCTION wallet_payment_moves();
CREATE TRIGGER append_only_payment BEFORE DELETE OR TRUNCATE ON wallet_payment
  FOR EACH STATEMENT EXECUTE FUNCTION wallet_append_only();
""" + "".join(
    f"""
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet_{table}
  FOR EACH STATEMENT EXECUTE FUNCTION wallet_append_only();"""
    for table in ("credit", "paymentevent", "refund", "subsidyadjustment", "fold", "monthclosing", "walletmonth")
)

FILL = "ALTER TABLE wallet_wallet SET (fillfactor = 50)"


class Migration(migrations.Migration):
    dependencies = [("wallet", "0001_initial")]
    operations = [
        migrations.RunSQL(WALLET_PAY, "DROP FUNCTION wallet_pay; DROP FUNCTION campus_month_number"),
        migrations.RunSQL(
            APPEND_ONLY,
            "DROP FUNCTION wallet_append_only CASCADE; DROP FUNCTION wallet_payment_moves CASCADE",
        ),
        migrations.RunSQL(FILL, "ALTER TABLE wallet_wallet RESET (fillfactor)"),
    ]
