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
ALTER TABLE bank.wallet ADD COLUMN IF NOT EXISTS reserved_fen bigint NOT NULL DEFAULT 0
  CONSTRAINT reserved_is_there CHECK (reserved_fen BETWEEN 0 AND GREATEST(balance_fen, 0));

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
ALTER TABLE bank.posting ADD COLUMN IF NOT EXISTS terminal text NOT NULL DEFAULT '';
CREATE INDEX IF NOT EXISTS posting_of_a_day ON bank.posting (value_on, id);

-- Money that a purchase holds until it is posted or given free. A key that was voided before it
-- was ever reserved has no amount: whatever comes late under it finds the door shut.
CREATE TABLE IF NOT EXISTS bank.reservation (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key         text NOT NULL UNIQUE,
  payer_id    bigint REFERENCES bank.wallet,
  payee_id    bigint REFERENCES bank.wallet,
  amount_fen  bigint CHECK (amount_fen > 0),
  terminal    text NOT NULL DEFAULT '',
  occurred_at timestamptz,
  value_on    date,
  reserved_at timestamptz NOT NULL,
  expires_at  timestamptz,
  state       text NOT NULL CHECK (state IN ('RESERVED', 'POSTED', 'VOIDED', 'EXPIRED')),
  ended_at    timestamptz,
  posting_id  bigint REFERENCES bank.posting,
  CHECK ((state = 'RESERVED') = (ended_at IS NULL)),
  CHECK ((state = 'POSTED') = (posting_id IS NOT NULL)),
  CHECK (state = 'VOIDED' OR amount_fen IS NOT NULL)
);
CREATE INDEX IF NOT EXISTS reservation_open ON bank.reservation (expires_at) WHERE state = 'RESERVED';
CREATE INDEX IF NOT EXISTS reservation_of_a_day ON bank.reservation (value_on);

-- What was handed out as a day's file stays what it was.
CREATE TABLE IF NOT EXISTS bank.file (
  day       date NOT NULL,
  n         int NOT NULL,
  name      text NOT NULL,
  content   bytea NOT NULL,
  signature text NOT NULL,
  made_at   timestamptz NOT NULL,
  PRIMARY KEY (day, n)
);

CREATE OR REPLACE FUNCTION bank.never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'postings are append-only'; END $$;
CREATE OR REPLACE TRIGGER posting_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bank.posting
  FOR EACH STATEMENT EXECUTE FUNCTION bank.never();
CREATE OR REPLACE TRIGGER file_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bank.file
  FOR EACH STATEMENT EXECUTE FUNCTION bank.never();

CREATE OR REPLACE FUNCTION bank.reservation_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE' OR OLD.state <> 'RESERVED' THEN
    RAISE EXCEPTION 'a reservation ends once';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER reservation_ends_once BEFORE UPDATE OR DELETE ON bank.reservation
  FOR EACH ROW EXECUTE FUNCTION bank.reservation_ends_once();

-- Which purse pays which, by the kind of instruction.
CREATE OR REPLACE VIEW bank.route AS
  SELECT * FROM (VALUES
    ('OPENING',  'treasury', 'corporate'),
    ('INTEREST', 'treasury', 'corporate'),
    ('ALLOC',    'corporate', 'personal'),
    ('RETURN',   'personal', 'corporate'),
    ('PAY',      'personal', 'merchant'),
    ('REFUND',   'merchant', 'personal'),
    ('SUBSIDY',  'corporate', 'merchant'),
    ('ADJ',      'corporate', 'merchant'),
    ('ADJ',      'merchant', 'corporate')) AS r(kind, payer, payee);

-- Move money between two purses: what is reserved is not there for anybody else.
CREATE OR REPLACE FUNCTION bank.move(
  p_key text, p_kind text, p_payer bigint, p_payee bigint, p_amount_fen bigint, p_terminal text,
  p_occurred_at timestamptz, p_at timestamptz, p_reserved_fen bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE v_id bigint;
BEGIN
  UPDATE bank.wallet w
     SET balance_fen = w.balance_fen - p_amount_fen, reserved_fen = w.reserved_fen - p_reserved_fen
   WHERE w.id = p_payer
     AND (w.balance_fen - w.reserved_fen + p_reserved_fen >= p_amount_fen OR w.kind = 'treasury');
  IF NOT FOUND THEN RETURN NULL; END IF;
  UPDATE bank.wallet w SET balance_fen = w.balance_fen + p_amount_fen WHERE w.id = p_payee;
  INSERT INTO bank.posting (key, kind, payer_id, payee_id, amount_fen, occurred_at, posted_at,
      value_on, terminal)
    VALUES (p_key, p_kind, p_payer, p_payee, p_amount_fen, p_occurred_at, p_at,
            (p_occurred_at AT TIME ZONE 'Asia/Shanghai')::date, p_terminal)
    RETURNING id INTO v_id;
  RETURN v_id;
END $$;

-- One instruction, at most once for ever: the key is the posting's own. A refusal leaves no trace,
-- so the same key may be sent again when its reason is gone.
DROP FUNCTION IF EXISTS bank.carry_out(text, text, text, text, bigint, timestamptz, timestamptz);
CREATE OR REPLACE FUNCTION bank.carry_out(
  p_key text, p_kind text, p_payer text, p_payee text, p_amount_fen bigint, p_terminal text,
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
  IF EXISTS (SELECT 1 FROM bank.reservation r WHERE r.key = p_key) THEN
    code := 'KEY_REUSED'; RETURN;
  END IF;
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
  posting_id := bank.move(p_key, p_kind, v_payer.id, v_payee.id, p_amount_fen, p_terminal,
                          p_occurred_at, p_at, 0);
  IF posting_id IS NULL THEN code := 'INSUFFICIENT'; RETURN; END IF;
  status := 'DONE'; posted_at := p_at;
END $$;

-- Reservations whose time is over hold nothing any more.
CREATE OR REPLACE FUNCTION bank.expire(p_at timestamptz) RETURNS void LANGUAGE sql AS $$
  WITH over AS (
    UPDATE bank.reservation SET state = 'EXPIRED', ended_at = p_at
     WHERE state = 'RESERVED' AND expires_at <= p_at RETURNING payer_id, amount_fen)
  UPDATE bank.wallet w SET reserved_fen = w.reserved_fen - o.fen
    FROM (SELECT payer_id, sum(amount_fen) AS fen FROM over GROUP BY 1) o WHERE w.id = o.payer_id
$$;

-- What became of a reservation, as every answer says it.
CREATE OR REPLACE FUNCTION bank.leg(
  r bank.reservation, p_replayed boolean,
  OUT key text, OUT status text, OUT code text, OUT posting_id bigint, OUT reservation_id bigint,
  OUT posted_at timestamptz, OUT replayed boolean)
LANGUAGE sql STABLE AS $$
  SELECT r.key, r.state, NULL::text, r.posting_id, r.id,
    (SELECT p.posted_at FROM bank.posting p WHERE p.id = r.posting_id), p_replayed
$$;

-- First phase: hold the money of a purchase for its merchant until it is posted, voided or expired.
CREATE OR REPLACE FUNCTION bank.reserve(
  p_key text, p_payer text, p_payee text, p_amount_fen bigint, p_terminal text,
  p_occurred_at timestamptz, p_seconds int, p_at timestamptz,
  OUT key text, OUT status text, OUT code text, OUT posting_id bigint, OUT reservation_id bigint,
  OUT posted_at timestamptz, OUT replayed boolean)
LANGUAGE plpgsql AS $$
DECLARE
  v_old bank.reservation;
  v_payer bank.wallet;
  v_payee bank.wallet;
BEGIN
  key := p_key; status := 'REFUSED'; replayed := false;
  SELECT * INTO v_payer FROM bank.wallet w WHERE w.reference = p_payer;
  SELECT * INTO v_payee FROM bank.wallet w WHERE w.reference = p_payee;
  SELECT * INTO v_old FROM bank.reservation r WHERE r.key = p_key;
  IF FOUND THEN
    IF v_old.amount_fen IS NULL THEN code := 'VOIDED'; RETURN; END IF;
    IF (v_old.payer_id, v_old.payee_id, v_old.amount_fen)
       IS DISTINCT FROM (v_payer.id, v_payee.id, p_amount_fen) THEN
      code := 'KEY_REUSED'; RETURN;
    END IF;
    SELECT l.* INTO key, status, code, posting_id, reservation_id, posted_at, replayed
      FROM bank.leg(v_old, true) l;
    RETURN;
  END IF;
  IF EXISTS (SELECT 1 FROM bank.posting p WHERE p.key = p_key) THEN code := 'KEY_REUSED'; RETURN; END IF;
  IF v_payer.id IS NULL OR v_payee.id IS NULL THEN code := 'UNKNOWN_WALLET'; RETURN; END IF;
  IF (v_payer.kind, v_payee.kind) <> ('personal', 'merchant') THEN code := 'WRONG_ROUTE'; RETURN; END IF;
  UPDATE bank.wallet w SET reserved_fen = w.reserved_fen + p_amount_fen
   WHERE w.id = v_payer.id AND w.balance_fen - w.reserved_fen >= p_amount_fen;
  IF NOT FOUND THEN code := 'INSUFFICIENT'; RETURN; END IF;
  INSERT INTO bank.reservation (key, payer_id, payee_id, amount_fen, terminal, occurred_at, value_on,
      reserved_at, expires_at, state)
    VALUES (p_key, v_payer.id, v_payee.id, p_amount_fen, p_terminal, p_occurred_at,
      (p_occurred_at AT TIME ZONE 'Asia/Shanghai')::date, p_at,
      p_at + p_seconds * interval '1 s', 'RESERVED')
    RETURNING id INTO reservation_id;
  status := 'RESERVED';
END $$;

-- Second phase: the held money goes to the merchant, at most once, never more than was held,
-- never after its time.
CREATE OR REPLACE FUNCTION bank.post(
  p_key text, p_amount_fen bigint, p_at timestamptz,
  OUT key text, OUT status text, OUT code text, OUT posting_id bigint, OUT reservation_id bigint,
  OUT posted_at timestamptz, OUT replayed boolean)
LANGUAGE plpgsql AS $$
DECLARE v_old bank.reservation;
BEGIN
  key := p_key; status := 'REFUSED'; replayed := false;
  SELECT * INTO v_old FROM bank.reservation r WHERE r.key = p_key;
  IF NOT FOUND THEN code := 'UNKNOWN_KEY'; RETURN; END IF;
  IF v_old.state = 'RESERVED' THEN
    IF p_amount_fen > v_old.amount_fen THEN code := 'TOO_MUCH'; RETURN; END IF;
    posting_id := bank.move(p_key, 'PAY', v_old.payer_id, v_old.payee_id, p_amount_fen,
      v_old.terminal, v_old.occurred_at, p_at, v_old.amount_fen);
    UPDATE bank.reservation r SET state = 'POSTED', ended_at = p_at, posting_id = post.posting_id
     WHERE r.id = v_old.id;
    status := 'POSTED'; posted_at := p_at; reservation_id := v_old.id;
    RETURN;
  END IF;
  IF v_old.state = 'POSTED' THEN
    IF (SELECT p.amount_fen FROM bank.posting p WHERE p.id = v_old.posting_id) <> p_amount_fen THEN
      code := 'KEY_REUSED'; RETURN;
    END IF;
    SELECT l.* INTO key, status, code, posting_id, reservation_id, posted_at, replayed
      FROM bank.leg(v_old, true) l;
    RETURN;
  END IF;
  code := v_old.state;
END $$;

-- Give the held money free. What was posted stays posted: the answer says so. A key that is not
-- known is shut for ever, so that a reservation that is still on its way finds nothing to hold.
CREATE OR REPLACE FUNCTION bank.void(
  p_key text, p_at timestamptz,
  OUT key text, OUT status text, OUT code text, OUT posting_id bigint, OUT reservation_id bigint,
  OUT posted_at timestamptz, OUT replayed boolean)
LANGUAGE plpgsql AS $$
DECLARE v_old bank.reservation;
BEGIN
  SELECT * INTO v_old FROM bank.reservation r WHERE r.key = p_key;
  IF NOT FOUND AND EXISTS (SELECT 1 FROM bank.posting p WHERE p.key = p_key) THEN
    key := p_key; status := 'REFUSED'; code := 'KEY_REUSED'; replayed := false; RETURN;
  ELSIF v_old.id IS NULL THEN
    INSERT INTO bank.reservation (key, reserved_at, ended_at, state)
      VALUES (p_key, p_at, p_at, 'VOIDED') RETURNING * INTO v_old;
    replayed := false;
  ELSIF v_old.state = 'RESERVED' THEN
    UPDATE bank.wallet w SET reserved_fen = w.reserved_fen - v_old.amount_fen
     WHERE w.id = v_old.payer_id;
    UPDATE bank.reservation r SET state = 'VOIDED', ended_at = p_at WHERE r.id = v_old.id
      RETURNING * INTO v_old;
    replayed := false;
  ELSE
    replayed := true;
  END IF;
  SELECT l.* INTO key, status, code, posting_id, reservation_id, posted_at, replayed
    FROM bank.leg(v_old, replayed) l;
END $$;
