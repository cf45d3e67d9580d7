-- What lies on the simulated phones, and what the providers have still to report.
CREATE SCHEMA IF NOT EXISTS phones;

CREATE TABLE IF NOT EXISTS phones.item (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  channel    text NOT NULL CHECK (channel IN ('sms', 'wecom', 'email', 'voice')),
  key        text NOT NULL,
  address    text NOT NULL,
  sender     text NOT NULL DEFAULT '',
  title      text NOT NULL,
  body       text NOT NULL DEFAULT '',
  link       text NOT NULL DEFAULT '',
  button     text NOT NULL DEFAULT '',
  state      text NOT NULL CHECK (state IN ('under_way', 'arrived', 'read', 'lost', 'dropped', 'nobody',
    'ringing', 'talking', 'ended', 'missed', 'busy')),
  calls      int NOT NULL DEFAULT 1,
  seq        int NOT NULL DEFAULT 0,
  taken_at   timestamptz NOT NULL,
  arrived_at timestamptz,
  read_at    timestamptz,
  ends_at    timestamptz,
  UNIQUE (channel, key)
);
CREATE INDEX IF NOT EXISTS item_of_address ON phones.item (channel, address, taken_at);
CREATE INDEX IF NOT EXISTS item_latest ON phones.item (taken_at);

CREATE TABLE IF NOT EXISTS phones.reply (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  channel text NOT NULL,
  address text NOT NULL,
  body    text NOT NULL,
  at      timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS phones.report (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  channel text NOT NULL,
  content jsonb NOT NULL,
  due_at  timestamptz NOT NULL,
  tries   int NOT NULL DEFAULT 0,
  done_at timestamptz
);
CREATE INDEX IF NOT EXISTS report_due ON phones.report (due_at) WHERE done_at IS NULL;

CREATE TABLE IF NOT EXISTS phones.nobody (address text PRIMARY KEY);

-- a sandbox of before calls were there
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_attribute
      WHERE attrelid = 'phones.item'::regclass AND attname = 'ends_at') THEN
    ALTER TABLE phones.item ADD COLUMN ends_at timestamptz,
      DROP CONSTRAINT IF EXISTS item_channel_check, DROP CONSTRAINT IF EXISTS item_state_check;
  END IF;
END $$;
CREATE INDEX IF NOT EXISTS item_calling ON phones.item (ends_at) WHERE ends_at IS NOT NULL;
