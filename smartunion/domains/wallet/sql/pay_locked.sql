/* A payment that the guard of pay.sql does not let through, decided under the wallet row's lock:
   the first of a month, points, a burst, a bank that is waited for, an upload after a broken line,
   and every decline, which is kept and says why. */
CREATE OR REPLACE FUNCTION wallet_pay_locked(
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
  -- the wallet row as it was read
  v_ecny bigint; v_points bigint; v_month int; v_last bigint; v_net bigint;
  v_num int; v_den int; v_cap bigint; v_recent timestamptz[]; v_device bigint;
  v_frozen timestamptz; v_barred timestamptz; v_used bigint; v_first boolean;
  -- what is decided
  v_burst boolean; v_base bigint; v_owed bigint;
  v_closed boolean := false; v_elsewhere boolean := false;
BEGIN
  SELECT ecny_fen, points_fen, month, seq, net_fen, rate_num, rate_den, cap_fen, recent,
         device_id, frozen_at, barred_at, code_used, points_first
    INTO v_ecny, v_points, v_month, v_last, v_net, v_num, v_den, v_cap, v_recent,
         v_device, v_frozen, v_barred, v_used, v_first
    FROM wallet_wallet WHERE id = p_wallet FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    o_status := 'F'; o_reason := 'wallet_unknown'; o_wallet := p_wallet; o_hash := p_hash;
    o_replay := false; o_subsidy := 0;
    RETURN;
  END IF;
  o_wallet := p_wallet; o_hash := p_hash; o_replay := false; o_subsidy := 0;
  o_points := COALESCE(p_points, CASE WHEN v_first THEN LEAST(v_points, p_total) ELSE 0 END);
  o_ecny := p_total - o_points;
  o_received := GREATEST(p_received, v_recent[1]);
  o_reason := CASE
    WHEN v_barred IS NOT NULL THEN 'barred'
    WHEN v_frozen IS NOT NULL THEN 'frozen'
    WHEN p_code <= v_used THEN 'code_used'
    WHEN v_points < o_points OR v_ecny < o_ecny THEN 'insufficient'
    ELSE '' END;

  IF o_reason <> '' THEN
    SELECT id, born, reason, ecny_fen, points_fen, subsidy_fen, wallet_id, request_hash,
           received_at, true
      INTO o_id, o_status, o_reason, o_ecny, o_points, o_subsidy, o_wallet, o_hash, o_received,
           o_replay
      FROM wallet_payment
      WHERE terminal_id = p_terminal AND biz_date = p_biz_date AND terminal_seq = p_seq;
    IF FOUND THEN
      RETURN;
    END IF;
    o_status := 'F'; o_ecny := 0; o_points := 0; o_subsidy := 0;
    o_wallet := p_wallet; o_hash := p_hash; o_replay := false; o_received := p_received;
    o_reason := CASE
      WHEN v_barred IS NOT NULL THEN 'barred'
      WHEN v_frozen IS NOT NULL THEN 'frozen'
      WHEN p_code <= v_used THEN 'code_used'
      ELSE 'insufficient' END;
    INSERT INTO wallet_payment (terminal_id, biz_date, terminal_seq, request_hash, wallet_id,
        merchant_id, device_id, month, seq, asked_fen, ecny_fen, points_fen, subsidy_fen, born,
        status, reason, offline, occurred_at, received_at)
      VALUES (p_terminal, p_biz_date, p_seq, p_hash, p_wallet, p_merchant, v_device, p_month,
        NULL, p_total, 0, 0, 0, 'F', 'F', o_reason, p_offline, p_occurred, p_received)
      RETURNING id INTO o_id;
    RETURN;
  END IF;

  v_elsewhere := v_month > p_month OR (p_offline AND v_month <> p_month);
  IF v_elsewhere OR p_offline THEN
    -- An earlier month, or an upload after a broken line: what the row does not count is
    -- counted from the payments, and a closed month takes it as an adjustment.
    PERFORM pg_advisory_xact_lock_shared(hashtext('wallet.month'));
    SELECT rate_num, rate_den, cap_fen, true INTO v_num, v_den, v_cap, v_closed
      FROM wallet_monthclosing WHERE month = p_month;
    v_closed := FOUND;
    IF NOT FOUND THEN
      IF v_elsewhere THEN
        v_num := p_num; v_den := p_den; v_cap := p_cap;
      ELSE
        SELECT rate_num, rate_den, cap_fen INTO v_num, v_den, v_cap
          FROM wallet_wallet WHERE id = p_wallet;
      END IF;
    END IF;
    IF v_elsewhere THEN
      -- SUM(bigint) is numeric, and numeric division rounds where ours must floor: the cast.
      SELECT COALESCE(SUM(CASE WHEN p_points_earn THEN p.ecny_fen + p.points_fen
                               ELSE p.ecny_fen END - COALESCE(r.back, 0)), 0)::bigint, 0
        INTO v_net, v_last
        FROM wallet_payment p LEFT JOIN LATERAL (
          SELECT SUM(CASE WHEN p_points_earn THEN ecny_fen + points_fen ELSE ecny_fen END) AS back
            FROM wallet_refund WHERE payment_id = p.id) r ON true
        WHERE p.wallet_id = p_wallet AND p.month = p_month AND p.seq > 0
          AND p.status IN ('S', 'P', 'R');
      SELECT COALESCE(MAX(seq), 0) INTO v_last FROM wallet_payment
        WHERE wallet_id = p_wallet AND month = p_month AND seq > 0;
    END IF;
  ELSIF v_month < p_month THEN
    v_last := 0; v_net := 0; v_num := p_num; v_den := p_den; v_cap := p_cap;
  END IF;

  IF p_offline THEN
    SELECT EXISTS (
      SELECT 1 FROM (
        SELECT t, lag(t, p_burst - 1) OVER (ORDER BY t) AS first FROM (
          SELECT p_occurred AS t
          UNION ALL
          SELECT CASE WHEN offline THEN occurred_at ELSE received_at END FROM wallet_payment
            WHERE wallet_id = p_wallet AND seq > 0 AND status IN ('S', 'P', 'R')
              AND occurred_at BETWEEN p_occurred - 2 * p_window AND p_occurred + 2 * p_window
        ) moments) runs
      WHERE first >= t - p_window) INTO v_burst;
  ELSE
    v_burst := COALESCE(v_recent[p_burst - 1] >= o_received - p_window, false);
  END IF;
  IF v_burst THEN
    o_status := 'H'; v_base := 0;
  ELSE
    o_status := CASE WHEN p_pending AND o_ecny > 0 THEN 'P' ELSE 'S' END;
    v_base := CASE WHEN p_points_earn THEN p_total ELSE o_ecny END;
  END IF;
  v_owed := LEAST(v_cap, (v_net + v_base) * v_num / v_den) - LEAST(v_cap, v_net * v_num / v_den);
  o_subsidy := CASE WHEN v_closed THEN 0 ELSE v_owed END;

  IF v_elsewhere AND v_month > p_month THEN
    UPDATE wallet_wallet SET
      ecny_fen = ecny_fen - o_ecny, points_fen = points_fen - o_points,
      ecny_held_fen = ecny_held_fen + CASE WHEN o_status = 'S' THEN 0 ELSE o_ecny END,
      points_held_fen = points_held_fen + CASE WHEN o_status = 'S' THEN 0 ELSE o_points END,
      recent = CASE WHEN p_offline THEN recent ELSE (o_received || recent)[1:p_burst - 1] END,
      frozen_at = CASE WHEN v_burst THEN o_received END, code_used = COALESCE(p_code, code_used)
      WHERE id = p_wallet;
  ELSE
    UPDATE wallet_wallet SET
      ecny_fen = v_ecny - o_ecny, points_fen = v_points - o_points,
      ecny_held_fen = ecny_held_fen + CASE WHEN o_status = 'S' THEN 0 ELSE o_ecny END,
      points_held_fen = points_held_fen + CASE WHEN o_status = 'S' THEN 0 ELSE o_points END,
      month = p_month, seq = v_last + 1, net_fen = v_net + v_base,
      rate_num = v_num, rate_den = v_den, cap_fen = v_cap,
      recent = CASE WHEN p_offline THEN v_recent ELSE (o_received || v_recent)[1:p_burst - 1] END,
      frozen_at = CASE WHEN v_burst THEN o_received END, code_used = COALESCE(p_code, v_used)
      WHERE id = p_wallet;
  END IF;

  INSERT INTO wallet_payment (terminal_id, biz_date, terminal_seq, request_hash, wallet_id,
      merchant_id, device_id, month, seq, asked_fen, ecny_fen, points_fen, subsidy_fen, born,
      status, reason, offline, occurred_at, received_at)
    VALUES (p_terminal, p_biz_date, p_seq, p_hash, p_wallet, p_merchant, v_device, p_month,
      v_last + 1, p_total, o_ecny, o_points, o_subsidy, o_status, o_status, '', p_offline,
      p_occurred, o_received)
    RETURNING id INTO o_id;
  IF v_closed AND v_owed <> 0 THEN
    INSERT INTO wallet_subsidyadjustment (payment_id, kind, delta_fen, statement_month, because, at)
      VALUES (o_id, 'late', v_owed, campus_month_number(o_received), '', o_received);
  END IF;
  IF v_burst THEN
    INSERT INTO wallet_freezing (wallet_id, device_id, payment_id, frozen_at, outcome, because)
      VALUES (p_wallet, v_device, o_id, o_received, '', '');
  END IF;
END $$;
