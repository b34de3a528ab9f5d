-- Why: the credit office is judged by rates, and judges departments by them (city-monitoring §2): what a department says it
-- decided (a zero is said too), what samples found, the figures of a month as they stood when it was closed, the letters that
-- follow from them. Rates themselves are never kept for an open month: they are counted from the reported rows.

CREATE SCHEMA quality;
REVOKE ALL ON SCHEMA quality FROM PUBLIC;
GRANT USAGE ON SCHEMA quality TO ${role:app};

-- Files of a month were found by their arrival: without this every count read all submissions.
CREATE INDEX submission_received ON core.submission (received_at);

-- Which body has to report or confirm what, month by month.
CREATE TABLE quality.duty (
  body_id     uuid NOT NULL,
  standard    text NOT NULL,
  from_month  text NOT NULL CHECK (from_month ~ '^\d{4}-\d{2}$'),
  to_month    text CHECK (to_month ~ '^\d{4}-\d{2}$'),
  source      text NOT NULL CHECK (source IN ('office', 'reported')),
  PRIMARY KEY (body_id, standard)
);

-- How many decisions of its month a body says it made; 0 is the zero report.
CREATE TABLE quality.declaration (
  body_id      uuid NOT NULL,
  standard     text NOT NULL,
  month        text NOT NULL CHECK (month ~ '^\d{4}-\d{2}$'),
  decisions    integer NOT NULL CHECK (decisions BETWEEN 0 AND 10000000),
  declared_by  uuid NOT NULL,
  declared_at  timestamptz NOT NULL,
  PRIMARY KEY (month, body_id, standard)
);

-- A closed month: written once, never changed. The hash is SHA-256 of the figures in their canonical form.
CREATE TABLE quality.month (
  month          text PRIMARY KEY CHECK (month ~ '^\d{4}-\d{2}$'),
  policy_set_id  integer NOT NULL,
  figures        jsonb NOT NULL,
  hash           text NOT NULL,
  closed_by      uuid NOT NULL,
  closed_at      timestamptz NOT NULL
);

-- What the papers of a period belong to.
CREATE TABLE quality.file (
  file_id  uuid PRIMARY KEY,
  kind     text NOT NULL CHECK (kind IN ('month', 'year')),
  period   text NOT NULL,
  UNIQUE (kind, period)
);

-- Found on the department's own website, or drawn for an assessor to look up.
CREATE TABLE quality.sample (
  sample_id   uuid PRIMARY KEY,
  kind        text NOT NULL CHECK (kind IN ('website', 'assessor')),
  month       text NOT NULL CHECK (month ~ '^\d{4}-\d{2}$'),
  body_id     uuid,
  standard    text,
  seed        text,
  file_name   text,
  rows        integer NOT NULL,
  state       text NOT NULL CHECK (state IN ('drawn', 'judged')),
  created_by  uuid NOT NULL,
  created_at  timestamptz NOT NULL,
  judged_by   uuid,
  judged_at   timestamptz
);
CREATE INDEX sample_month ON quality.sample (month, created_at DESC);

CREATE TABLE quality.sample_row (
  sample_id        uuid NOT NULL REFERENCES quality.sample,
  row_no           integer NOT NULL,
  body_id          uuid NOT NULL,
  standard         text NOT NULL,
  document_number  text NOT NULL,
  decided_on       date,
  record_id        uuid,
  arrived_on       date,
  verdict          text CHECK (verdict IN ('same', 'late', 'wrong', 'concealed')),
  note             text,
  PRIMARY KEY (sample_id, row_no)
);

-- 督办单、风险提示函: one of a kind for a body and month.
CREATE TABLE quality.letter (
  letter_id   uuid PRIMARY KEY,
  kind        text NOT NULL CHECK (kind IN ('supervision', 'risk')),
  month       text NOT NULL,
  body_id     uuid NOT NULL,
  reasons     jsonb NOT NULL,
  reply_due   date NOT NULL,
  created_by  uuid NOT NULL,
  created_at  timestamptz NOT NULL,
  reply       text,
  replied_by  uuid,
  replied_at  timestamptz,
  closing     text,
  closed_by   uuid,
  closed_at   timestamptz,
  reminded_on date,
  UNIQUE (month, body_id, kind),
  CHECK ((reply IS NULL) = (replied_at IS NULL)),
  CHECK ((closing IS NULL) = (closed_at IS NULL))
);
CREATE INDEX letter_open ON quality.letter (body_id, reply_due) WHERE closed_at IS NULL;

-- 重码, 错码 among the subjects, counted by night; the last count stands.
CREATE TABLE quality.code_count (
  counted_on  date PRIMARY KEY,
  subjects    bigint NOT NULL,
  shared      bigint NOT NULL,
  invalid     bigint NOT NULL,
  mismatched  bigint NOT NULL
);
CREATE TABLE quality.code_problem (
  counted_on  date NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('shared', 'invalid', 'mismatched')),
  code        text NOT NULL,
  subject_id  uuid NOT NULL,
  PRIMARY KEY (counted_on, kind, subject_id)
);

-- Who was reminded of what, so that nobody is twice on one day.
CREATE TABLE quality.reminder (
  body_id  uuid NOT NULL,
  month    text NOT NULL,
  topic    text NOT NULL,
  on_day   date NOT NULL,
  PRIMARY KEY (body_id, month, topic)
);

-- A paper to a body (通报、督办单) is about no organisation.
ALTER TABLE papers.paper ALTER COLUMN subject_id DROP NOT NULL;

GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA quality TO ${role:app};
GRANT UPDATE (from_month, to_month, source) ON quality.duty TO ${role:app};
GRANT UPDATE (decisions, declared_by, declared_at) ON quality.declaration TO ${role:app};
GRANT UPDATE (state, rows, file_name, judged_by, judged_at) ON quality.sample TO ${role:app};
GRANT UPDATE (verdict, note) ON quality.sample_row TO ${role:app};
GRANT UPDATE (reply, replied_by, replied_at, closing, closed_by, closed_at, reminded_on) ON quality.letter TO ${role:app};
GRANT DELETE ON quality.code_count, quality.code_problem TO ${role:app};
