/* A payment in one statement: the guard, the record, the answer (docs/adr/0004).

   The UPDATE of the wallet's row is the guard: balance, freeze, single use of the code, counter of
   the month and ring of the burst rule at once; the INSERT is the record. Nothing else is locked,
   so there is no lock order to get wrong. Whatever the guard does not let through (the first
   payment of a month, points in the purse, a burst, no money) is decided by wallet_pay_locked
   under the row's lock, which says why where it declines, and answers in a column of its own. Two
   branches, not one expression: a COALESCE of both has to be made ready whole for each payment.

   $1 terminal  $2 business day  $3 its number  $4 hash of the request  $5 wallet  $6 code's counter
   $7 merchant  $8 total  $9 occurred  $10 received  $11 month
   The terms are written into the text: it is prepared anew where they change. */
WITH taken AS (
  UPDATE wallet_wallet SET
    ecny_fen = ecny_fen - $8::bigint, seq = seq + 1, net_fen = net_fen + $8::bigint,
    recent = (GREATEST($10::timestamptz, recent[1]) || recent)[1:%(burst_count)s - 1],
    code_used = COALESCE($6::bigint, code_used)
  WHERE id = $5::bigint AND month = $11::int AND ecny_fen >= $8::bigint AND points_fen = 0
    AND frozen_at IS NULL AND barred_at IS NULL AND ($6::bigint <= code_used) IS NOT TRUE
    AND (recent[%(burst_count)s - 1] >= $10::timestamptz - %(window)s) IS NOT TRUE
  RETURNING seq, device_id, recent[1] AS received, LEAST(cap_fen, net_fen * rate_num / rate_den)
    - LEAST(cap_fen, (net_fen - $8::bigint) * rate_num / rate_den) AS owed
), paid AS (
  INSERT INTO wallet_payment (terminal_id, biz_date, terminal_seq, request_hash, wallet_id,
    merchant_id, device_id, month, seq, asked_fen, ecny_fen, points_fen, subsidy_fen, born,
    status, reason, offline, occurred_at, received_at)
  SELECT $1::bigint, $2::date, $3::int, $4::bytea, $5::bigint, $7::bigint, device_id, $11::int, seq,
    $8::bigint, $8::bigint, 0, owed, 'S', 'S', '', false, $9::timestamptz, received
  FROM taken
  RETURNING id, subsidy_fen::bigint AS owed, received_at
)
SELECT id, owed, received_at, NULL::record AS otherwise FROM paid
UNION ALL
SELECT NULL, NULL, NULL, wallet_pay_locked($1::bigint, $2::date, $3::int,
  $4::bytea, $5::bigint, $6::bigint, $7::bigint, $8::bigint, NULL, $9::timestamptz,
  $10::timestamptz, $11::int, %(rate_num)s, %(rate_den)s, %(cap_fen)s, %(points_earn)s,
  %(burst_count)s, %(window)s, false, false)
WHERE NOT EXISTS (SELECT FROM taken)
