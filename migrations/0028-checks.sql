-- Why: a check inside a decision leaves a receipt that proves it and, where something bears on the subject, a hit that is fed
-- back (issue 7; 国发〔2016〕33号 发起—响应—反馈). The answer is kept as it was given, with the policy it was given by, so that
-- "why" can be answered of any past day. Nothing here can be about a person: a check of one is a look-up of the person store.

CREATE SCHEMA checks;
REVOKE ALL ON SCHEMA checks FROM PUBLIC;
GRANT USAGE ON SCHEMA checks TO ${role:app};

CREATE TABLE checks.receipt (
  -- Of the receipt; not guessable.
  number        text PRIMARY KEY,
  subject_id    uuid NOT NULL,
  code          text,
  body_id       uuid,
  account_id    uuid,
  matter        text NOT NULL,
  purpose       text NOT NULL,
  case_number   text,
  way           text NOT NULL CHECK (way IN ('automatic', 'embedded', 'batch', 'website')),
  batch_id      uuid,
  hit           boolean NOT NULL,
  -- Measures, incentives and annotations as they were told.
  answer        jsonb NOT NULL,
  policy_set_id integer NOT NULL,
  checked_on    date NOT NULL,
  checked_at    timestamptz NOT NULL,
  valid_until   timestamptz NOT NULL,
  signature     text NOT NULL
);
CREATE INDEX receipt_body ON checks.receipt (body_id, checked_at DESC, number);

-- One measure that a check told of: what its body did about it is fed back. Not applying a permitted one is an answer, too.
CREATE TABLE checks.hit (
  subject_id   uuid NOT NULL,
  hit_id       uuid NOT NULL,
  number       text NOT NULL,
  body_id      uuid NOT NULL,
  account_id   uuid,
  matter       text NOT NULL,
  case_number  text,
  entry_id     uuid NOT NULL,
  list         text NOT NULL,
  measure      text NOT NULL,
  force        text NOT NULL CHECK (force IN ('required', 'permitted')),
  due_on       date NOT NULL,
  checked_at   timestamptz NOT NULL,
  state        text NOT NULL CHECK (state IN ('open', 'applied', 'notApplied', 'lifted')),
  reason       text,
  document     text,
  answered_by  uuid,
  answered_on  date,
  answered_at  timestamptz,
  lifted_on    date,
  lifted_at    timestamptz,
  PRIMARY KEY (subject_id, hit_id),
  CONSTRAINT hit_answered CHECK (state = 'open' OR answered_at IS NOT NULL),
  -- A permitted measure needs the officer's reason on relevance and proportion; a required one that was not applied says why.
  CONSTRAINT hit_applied CHECK (state NOT IN ('applied', 'lifted') OR (
    length(btrim(coalesce(document, ''))) > 0 AND (force = 'required' OR length(btrim(coalesce(reason, ''))) > 0))),
  CONSTRAINT hit_not_applied CHECK (state <> 'notApplied' OR force = 'permitted' OR length(btrim(coalesce(reason, ''))) > 0),
  CONSTRAINT hit_lifted CHECK ((state = 'lifted') = (lifted_at IS NOT NULL))
);
CREATE INDEX hit_body ON checks.hit (body_id, state, due_on, hit_id);
CREATE INDEX hit_number ON checks.hit (number);

CREATE TABLE checks.batch (
  batch_id     uuid PRIMARY KEY,
  body_id      uuid,
  account_id   uuid,
  -- Who asked, for the log of each row.
  account_name text NOT NULL,
  matter       text NOT NULL,
  purpose      text NOT NULL,
  -- The one document that the list belongs to, and the name of the list.
  document     text NOT NULL,
  list_name    text NOT NULL,
  state        text NOT NULL CHECK (state IN ('received', 'done')),
  row_count    integer NOT NULL,
  -- Rows with a person's document number: refused, counted, not kept.
  persons      integer NOT NULL,
  done_to      integer NOT NULL,
  hits         integer NOT NULL,
  unknown      integer NOT NULL,
  received_at  timestamptz NOT NULL,
  done_at      timestamptz
);
CREATE INDEX batch_body ON checks.batch (body_id, received_at DESC, batch_id);

CREATE TABLE checks.batch_row (
  batch_id uuid NOT NULL,
  row_no   integer NOT NULL,
  asked    text NOT NULL,
  outcome  text NOT NULL CHECK (outcome IN ('waiting', 'clear', 'hit', 'unknown', 'ambiguous')),
  number   text,
  PRIMARY KEY (batch_id, row_no)
);

GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA checks TO ${role:app};
GRANT UPDATE (state, reason, document, answered_by, answered_on, answered_at, lifted_on, lifted_at) ON checks.hit TO ${role:app};
GRANT UPDATE (state, done_to, hits, unknown, done_at) ON checks.batch TO ${role:app};
GRANT UPDATE (outcome, number) ON checks.batch_row TO ${role:app};
