-- The simulated bank's own books. Append-only but for the balance, which every posting moves.
CREATE SCHEMA IF NOT EXISTS bank;

CREATE TABLE IF NOT EXISTS bank.wallet (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reference   text NOT NULL UNIQUE,
  kind        text NOT NULL CHECK (kind IN ('treasury', 'corporate', 'personal', 'merchant')),
  holder      text NOT NULL,
  balance_fen bigint NOT NULL DEFAULT 0 CHECK (balance_fen >= 0 OR kind = 'treasury'),
  opened_at   timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE IF NOT EXISTS bank.posting (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key         text NOT NULL UNIQUE,
  kind        text NOT NULL,
  payer_id    bigint NOT NULL REFERENCES bank.wallet,
  payee_id    bigint NOT NULL REFERENCES bank.wallet,
  amount_fen  bigint NOT NULL CHECK (amount_fen > 0),
  occurred_at timestamptz NOT NULL,
  posted_at   timestamptz NOT NULL,
  value_on    date NOT NULL,
  CHECK (payer_id <> payee_id)
);
CREATE INDEX IF NOT EXISTS posting_of_a_day ON bank.posting (value_on, id);

CREATE OR REPLACE FUNCTION bank.never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'postings are append-only'; END $$;
CREATE OR REPLACE TRIGGER posting_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bank.posting
  FOR EACH STATEMENT EXECUTE FUNCTION bank.never();

-- Which purse pays which, by the kind of instruction.
CREATE OR REPLACE VIEW bank.route AS
  SELECT * FROM (VALUES
    ('OPENING', 'treasury', 'corporate'),
    ('ALLOC',   'corporate', 'personal'),
    ('RETURN',  'personal', 'corporate'),
    ('PAY',     'personal', 'merchant'),
    ('REFUND',  'merchant', 'personal'),
    ('SUBSIDY', 'corporate', 'merchant')) AS r(kind, payer, payee);

-- One instruction, at most once for ever: the key is the posting's own. A refusal leaves no trace,
-- so the same key may be sent again when its reason is gone.
CREATE OR REPLACE FUNCTION bank.carry_out(
  p_key text, p_kind text, p_payer text, p_payee text, p_amount_fen bigint,
  p_occurred_at timestamptz, p_at timestamptz,
  OUT key text, OUT status text, OUT code text, OUT posting_id bigint,
  OUT posted_at timestamptz, OUT replayed boolean)
LANGUAGE plpgsql AS $$
DECLARE
  v_old record;
  v_payer bank.wallet;
  v_payee bank.wallet;
BEGIN
  key := p_key; status := 'REFUSED'; replayed := false;
  SELECT p.id, p.kind, p.amount_fen, p.posted_at AS at, a.reference AS payer, b.reference AS payee
    INTO v_old
    FROM bank.posting p JOIN bank.wallet a ON a.id = p.payer_id JOIN bank.wallet b ON b.id = p.payee_id
   WHERE p.key = p_key;
  IF FOUND THEN
    IF (v_old.kind, v_old.amount_fen, v_old.payer, v_old.payee)
       IS DISTINCT FROM (p_kind, p_amount_fen, p_payer, p_payee) THEN
      code := 'KEY_REUSED';
    ELSE
      status := 'DONE'; posting_id := v_old.id; posted_at := v_old.at; replayed := true;
    END IF;
    RETURN;
  END IF;
  SELECT * INTO v_payer FROM bank.wallet w WHERE w.reference = p_payer;
  SELECT * INTO v_payee FROM bank.wallet w WHERE w.reference = p_payee;
  IF v_payer.id IS NULL OR v_payee.id IS NULL THEN code := 'UNKNOWN_WALLET'; RETURN; END IF;
  IF NOT EXISTS (SELECT 1 FROM bank.route r
                  WHERE r.kind = p_kind AND r.payer = v_payer.kind AND r.payee = v_payee.kind) THEN
    code := 'WRONG_ROUTE'; RETURN;
  END IF;
  UPDATE bank.wallet w SET balance_fen = w.balance_fen - p_amount_fen
   WHERE w.id = v_payer.id AND (w.balance_fen >= p_amount_fen OR w.kind = 'treasury');
  IF NOT FOUND THEN code := 'INSUFFICIENT'; RETURN; END IF;
  UPDATE bank.wallet w SET balance_fen = w.balance_fen + p_amount_fen WHERE w.id = v_payee.id;
  INSERT INTO bank.posting (key, kind, payer_id, payee_id, amount_fen, occurred_at, posted_at, value_on)
    VALUES (p_key, p_kind, v_payer.id, v_payee.id, p_amount_fen, p_occurred_at, p_at,
            (p_occurred_at AT TIME ZONE 'Asia/Shanghai')::date)
    RETURNING id INTO posting_id;
  status := 'DONE'; posted_at := p_at;
END $$;
