-- Why: deadlines and decisions reach people by themselves (DESIGN §2.3): what is to be told is kept in the transaction of the
-- act, one row for each recipient and way, with what became of it. Official papers of a case (受理、不予受理、补正、决定、送达)
-- are numbered without gaps within a body, kind and year, signed off, sealed on paper, and served with proof (行政处罚法
-- art. 61, 行政许可法 art. 32: in writing, with the seal and the date).

CREATE SCHEMA notices;
REVOKE ALL ON SCHEMA notices FROM PUBLIC;
GRANT USAGE ON SCHEMA notices TO ${role:app};

-- Where somebody is reached beside the inbox. Addresses are ciphertext; the shown form is masked.
CREATE TABLE notices.contact (
  account_id   uuid NOT NULL,
  channel      text NOT NULL CHECK (channel IN ('email', 'sms', 'im')),
  address      text NOT NULL,
  shown        text NOT NULL,
  updated_at   timestamptz NOT NULL,
  PRIMARY KEY (account_id, channel)
);

-- What was told, in the words of the policy that held.
CREATE TABLE notices.notice (
  notice_id     uuid PRIMARY KEY,
  topic         text NOT NULL,
  policy_set_id integer NOT NULL,
  params        jsonb NOT NULL,
  title_zh      text NOT NULL,
  title_en      text NOT NULL,
  text_zh       text NOT NULL,
  text_en       text NOT NULL,
  sms_zh        text,
  procedure     text,
  case_id       uuid,
  record_id     uuid,
  -- The organisation, body or account that it was for, before it was spread over people.
  subject_id    uuid,
  body_id       uuid,
  created_by    uuid,
  created_at    timestamptz NOT NULL
);
CREATE INDEX notice_case ON notices.notice (case_id) WHERE case_id IS NOT NULL;

CREATE TABLE notices.delivery (
  delivery_id  uuid PRIMARY KEY,
  notice_id    uuid NOT NULL REFERENCES notices.notice,
  channel      text NOT NULL CHECK (channel IN ('inApp', 'email', 'sms', 'im')),
  -- Null for an address that belongs to no account, or when nobody could be found.
  account_id   uuid,
  address      text,
  shown        text,
  state        text NOT NULL CHECK (state IN ('waiting', 'sent', 'delivered', 'read', 'failed', 'bounced')),
  attempts     integer NOT NULL DEFAULT 0,
  problem      text,
  -- The gateway's own number, by which its receipts come back.
  provider_id  text,
  created_at   timestamptz NOT NULL,
  tried_at     timestamptz,
  settled_at   timestamptz,
  read_at      timestamptz
);
CREATE INDEX delivery_notice ON notices.delivery (notice_id);
CREATE INDEX delivery_inbox ON notices.delivery (account_id, created_at DESC, delivery_id DESC) WHERE channel = 'inApp';
CREATE INDEX delivery_unread ON notices.delivery (account_id) WHERE channel = 'inApp' AND read_at IS NULL;
CREATE INDEX delivery_sent ON notices.delivery (created_at DESC, delivery_id DESC);
CREATE INDEX delivery_state ON notices.delivery (state, created_at DESC, delivery_id DESC) WHERE state IN ('waiting', 'failed', 'bounced');
CREATE UNIQUE INDEX delivery_provider ON notices.delivery (channel, provider_id) WHERE provider_id IS NOT NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON notices.contact TO ${role:app};
GRANT SELECT, INSERT ON notices.notice, notices.delivery TO ${role:app};
GRANT UPDATE (state, attempts, problem, provider_id, tried_at, settled_at, read_at) ON notices.delivery TO ${role:app};

CREATE SCHEMA papers;
REVOKE ALL ON SCHEMA papers FROM PUBLIC;
GRANT USAGE ON SCHEMA papers TO ${role:app};

-- The row is locked for each number; the number is taken in the transaction that uses it, so that none is missing.
CREATE TABLE papers.series (
  body_id  uuid NOT NULL,
  series   text NOT NULL,
  year     integer NOT NULL,
  last_no  integer NOT NULL,
  PRIMARY KEY (body_id, series, year)
);

CREATE TABLE papers.paper (
  paper_id       uuid PRIMARY KEY,
  template       text NOT NULL,
  policy_set_id  integer NOT NULL,
  procedure      text NOT NULL,
  case_id        uuid NOT NULL,
  subject_id     uuid NOT NULL,
  body_id        uuid NOT NULL,
  series         text NOT NULL,
  year           integer NOT NULL,
  ordinal         integer NOT NULL,
  number         text NOT NULL,
  -- What the template's places hold. Without person identifiers.
  fields         jsonb NOT NULL,
  state          text NOT NULL CHECK (state IN ('draft', 'signedOff', 'sealed', 'served', 'voided')),
  issued_by      uuid,
  issued_at      timestamptz NOT NULL,
  issued_on      date NOT NULL,
  first_by       uuid,
  first_at       timestamptz,
  second_by      uuid,
  second_at      timestamptz,
  -- The sealed copy as it was scanned; the file's key is destroyed with the row's.
  sealed_name    text,
  sealed_type    text,
  sealed_bytes   bigint,
  sealed_sha256  text,
  sealed_key     text,
  sealed_by      uuid,
  sealed_at      timestamptz,
  served_on      date,
  served_manner  text,
  served_to      text,
  served_proof   text,
  served_by      uuid,
  served_at      timestamptz,
  voided_reason  text,
  voided_by      uuid,
  voided_at      timestamptz,
  -- The caller's key: asked for twice, issued once.
  command_key    text,
  UNIQUE (body_id, series, year, ordinal),
  CHECK ((state = 'voided') = (voided_at IS NOT NULL)),
  CHECK (state <> 'served' OR served_on IS NOT NULL),
  CHECK (second_by <> first_by)
);
CREATE INDEX paper_case ON papers.paper (case_id, issued_at DESC);
CREATE INDEX paper_body ON papers.paper (body_id, year, series, ordinal);
CREATE UNIQUE INDEX paper_key ON papers.paper (case_id, command_key) WHERE command_key IS NOT NULL;

GRANT SELECT, INSERT ON papers.series, papers.paper TO ${role:app};
GRANT UPDATE (last_no) ON papers.series TO ${role:app};
GRANT UPDATE (fields, state, first_by, first_at, second_by, second_at, sealed_name, sealed_type, sealed_bytes, sealed_sha256, sealed_key,
  sealed_by, sealed_at, served_on, served_manner, served_to, served_proof, served_by, served_at, voided_reason, voided_by, voided_at)
  ON papers.paper TO ${role:app};
