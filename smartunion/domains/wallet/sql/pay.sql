/* A payment in one statement: the guard, the record, the answer (docs/adr/0004).

   The UPDATE of the wallet's row is the guard: balance, freeze, single use of the code, counter of
   the month and ring of the burst rule at once; the INSERT is the record. Nothing else is locked,
   so there is no lock order to get wrong. Whatever the guard does not let through (the first
   payment of a month, points in the purse, a burst, an upload after a broken line, no money) is
   decided by wallet_pay_locked under the row's lock, which says why where it declines.

   $1 terminal  $2 business day  $3 its number  $4 hash of the request  $5 wallet  $6 code's counter
   $7 merchant  $8 total  $9 points asked for  $10 occurred  $11 received  $12 month
   $13 $14 rate  $15 cap  $16 points earn  $17 burst  $18 window  $19 pending  $20 offline */
WITH taken AS (
  UPDATE wallet_wallet SET
    ecny_fen = ecny_fen - $8::bigint, seq = seq + 1, net_fen = net_fen + $8::bigint,
    subsidy_fen = LEAST(cap_fen, (net_fen + $8::bigint) * rate_num / rate_den),
    recent = (GREATEST($11::timestamptz, recent[1]) || recent)[1:$17::int - 1],
    code_used = COALESCE($6::bigint, code_used)
  WHERE id = $5::bigint AND $9::bigint IS NULL AND NOT $19::boolean AND NOT $20::boolean
    AND month = $12::int AND ecny_fen >= $8::bigint AND points_fen = 0
    AND frozen_at IS NULL AND barred_at IS NULL AND ($6::bigint <= code_used) IS NOT TRUE
    AND (recent[$17::int - 1] >= $11::timestamptz - $18::interval) IS NOT TRUE
  RETURNING seq, device_id, recent[1] AS received,
    subsidy_fen - LEAST(cap_fen, (net_fen - $8::bigint) * rate_num / rate_den) AS owed
), paid AS (
  INSERT INTO wallet_payment (terminal_id, biz_date, terminal_seq, request_hash, wallet_id,
    merchant_id, device_id, month, seq, asked_fen, ecny_fen, points_fen, subsidy_fen, born,
    status, reason, offline, occurred_at, received_at)
  SELECT $1::bigint, $2::date, $3::int, $4::bytea, $5::bigint, $7::bigint, device_id, $12::int, seq,
    $8::bigint, $8::bigint, 0, owed, 'S', 'S', '', false, $10::timestamptz, received
  FROM taken
  RETURNING ROW(id, born, reason, ecny_fen, points_fen, subsidy_fen, wallet_id, false,
    NULL::bytea, received_at) AS answer
)
SELECT COALESCE((SELECT answer FROM paid), wallet_pay_locked($1::bigint, $2::date, $3::int,
  $4::bytea, $5::bigint, $6::bigint, $7::bigint, $8::bigint, $9::bigint, $10::timestamptz,
  $11::timestamptz, $12::int, $13::int, $14::int, $15::bigint, $16::boolean, $17::int,
  $18::interval, $19::boolean, $20::boolean))
