-- What lies on the simulated phones, and what the providers have still to report.
CREATE SCHEMA IF NOT EXISTS phones;

CREATE TABLE IF NOT EXISTS phones.item (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  channel    text NOT NULL CHECK (channel IN ('sms', 'wecom', 'email')),
  key        text NOT NULL,
  address    text NOT NULL,
  sender     text NOT NULL DEFAULT '',
  title      text NOT NULL,
  body       text NOT NULL DEFAULT '',
  link       text NOT NULL DEFAULT '',
  button     text NOT NULL DEFAULT '',
  state      text NOT NULL CHECK (state IN ('under_way', 'arrived', 'read', 'lost', 'dropped', 'nobody')),
  calls      int NOT NULL DEFAULT 1,
  seq        int NOT NULL DEFAULT 0,
  taken_at   timestamptz NOT NULL,
  arrived_at timestamptz,
  read_at    timestamptz,
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
