-- Why: the core of one city. Organisations (subjects), the bodies that decide about them, what was reported
-- (submissions, findings) and the records that came of it, bitemporal and with lineage.
-- Persons are in 0002, in another schema with another login: no table here references one.
-- The rules of a distributed PostgreSQL hold from the start: every large table carries subject_id first in its
-- primary key, no triggers, no identity columns, uniqueness across subjects in look-up tables of their own.

CREATE SCHEMA core;
GRANT USAGE ON SCHEMA core TO ${role:app}, ${role:audit};

-- Settings of this city (name, region code, demonstration or real). Few rows.
CREATE TABLE core.setting (
  key        text PRIMARY KEY,
  value      jsonb NOT NULL,
  updated_at timestamptz NOT NULL
);

-- Law as data: immutable versions; superseded_at is set once.
CREATE TABLE core.policy_version (
  kind          text NOT NULL,
  key           text NOT NULL,
  hash          text NOT NULL,
  body          jsonb NOT NULL,
  valid_from    date,
  valid_to      date,
  loaded_at     timestamptz NOT NULL,
  superseded_at timestamptz,
  approved_by   text,
  source        text NOT NULL,
  PRIMARY KEY (kind, key, hash)
);

-- The set of versions that a submission, record or report was made under; a small number instead of a list of
-- hashes in each of hundreds of millions of rows.
CREATE TABLE core.policy_set (
  policy_set_id integer PRIMARY KEY,
  digest        text NOT NULL UNIQUE,
  versions      jsonb NOT NULL,
  created_at    timestamptz NOT NULL
);

-- Bodies of government: city -> district or zone -> department. They merge, split and are renamed.
CREATE TABLE core.body (
  body_id     uuid PRIMARY KEY,
  parent_id   uuid REFERENCES core.body,
  kind        text NOT NULL CHECK (kind IN ('city', 'district', 'zone', 'department', 'creditOffice', 'upper')),
  name        text NOT NULL,
  short_name  text,
  region      text,
  provisional boolean NOT NULL DEFAULT false,
  second_reader boolean NOT NULL DEFAULT false,
  created_at  timestamptz NOT NULL,
  closed_on   date
);
CREATE INDEX body_parent ON core.body (parent_id);

CREATE TABLE core.body_code (
  code       text NOT NULL,
  body_id    uuid NOT NULL REFERENCES core.body,
  valid_from date,
  valid_to   date,
  PRIMARY KEY (code, body_id)
);
CREATE INDEX body_code_body ON core.body_code (body_id);

CREATE TABLE core.body_name (
  body_id    uuid NOT NULL REFERENCES core.body,
  name       text NOT NULL,
  normalised text NOT NULL,
  valid_from date,
  valid_to   date,
  PRIMARY KEY (body_id, normalised)
);
CREATE INDEX body_name_normalised ON core.body_name (normalised);

-- The successor owns the rates, tasks and rights of the body it follows.
CREATE TABLE core.body_successor (
  body_id      uuid NOT NULL REFERENCES core.body,
  successor_id uuid NOT NULL REFERENCES core.body,
  succeeded_on date NOT NULL,
  document     text NOT NULL,
  PRIMARY KEY (body_id, successor_id),
  CHECK (body_id <> successor_id)
);

-- Subjects: organisations only. A natural person has no row here, ever.
CREATE TABLE core.subject (
  subject_id     uuid PRIMARY KEY,
  kind           text NOT NULL,
  name           text NOT NULL,
  unified_code   text,
  status         text NOT NULL,
  region         text,
  industry       text,
  zone           text,
  established_on date,
  address        text,
  provisional    boolean NOT NULL,
  register       jsonb NOT NULL,
  register_source jsonb,
  created_at     timestamptz NOT NULL,
  updated_at     timestamptz NOT NULL,
  CHECK (kind <> 'person')
);
CREATE INDEX subject_unified_code ON core.subject (unified_code);

-- Every name the subject ever had, with the search tokens filled at write time: character pairs of the normalised
-- name and pairs of its pinyin initials (prefixed with ~), so that two characters are served by the index.
CREATE TABLE core.subject_name (
  subject_id uuid NOT NULL,
  normalised text NOT NULL,
  name       text NOT NULL,
  initials   text NOT NULL,
  former     boolean NOT NULL,
  valid_from date,
  valid_to   date,
  tokens     text[] NOT NULL,
  PRIMARY KEY (subject_id, normalised)
);
CREATE INDEX subject_name_tokens ON core.subject_name USING gin (tokens) WITH (fastupdate = off);
CREATE INDEX subject_name_normalised ON core.subject_name (normalised);

-- Look-up by any identifier; uniqueness across subjects lives here. Placeholder codes never enter.
CREATE TABLE core.subject_identifier (
  value      text NOT NULL,
  scheme     text NOT NULL CHECK (scheme IN ('unifiedCode', 'registrationNumber', 'organisationCode', 'taxNumber', 'institutionNumber', 'socialNumber')),
  subject_id uuid NOT NULL,
  added_at   timestamptz NOT NULL,
  PRIMARY KEY (value, scheme)
);
CREATE INDEX subject_identifier_subject ON core.subject_identifier (subject_id);

-- Merge, split, provisional -> registered: a record never changes its subject_id, reads take the whole cluster.
CREATE TABLE core.subject_alias (
  subject_id   uuid NOT NULL,
  canonical_id uuid NOT NULL,
  from_at      timestamptz NOT NULL,
  to_at        timestamptz,
  reason       text NOT NULL,
  account_id   uuid,
  PRIMARY KEY (subject_id, from_at),
  CHECK (subject_id <> canonical_id)
);
CREATE INDEX subject_alias_canonical ON core.subject_alias (canonical_id);

-- One reported file, form or push.
CREATE TABLE core.submission (
  submission_id  uuid PRIMARY KEY,
  body_id        uuid NOT NULL REFERENCES core.body,
  standard       text NOT NULL,
  edition        text,
  channel        text NOT NULL CHECK (channel IN ('desk', 'cli', 'api', 'form', 'demo')),
  batch_no       text,
  file_name      text NOT NULL,
  file_kind      text,
  file_encoding  text,
  file_sha256    text NOT NULL,
  file_bytes     bigint NOT NULL,
  -- The stored file and its wrapped key; another one than was received once barred rows were taken out of it.
  file_id        uuid NOT NULL,
  file_key       text NOT NULL,
  header         jsonb,
  state          text NOT NULL CHECK (state IN ('received', 'processing', 'done', 'failed')),
  failure        jsonb,
  policy_set_id  integer REFERENCES core.policy_set,
  account_id     uuid,
  os_user        text,
  received_at    timestamptz NOT NULL,
  started_at     timestamptz,
  finished_at    timestamptz,
  rows_expected  bigint,
  rows_done      bigint NOT NULL DEFAULT 0,
  rows_read      bigint NOT NULL DEFAULT 0,
  accepted       bigint NOT NULL DEFAULT 0,
  superseding    bigint NOT NULL DEFAULT 0,
  corrected      bigint NOT NULL DEFAULT 0,
  doubtful       bigint NOT NULL DEFAULT 0,
  refused        bigint NOT NULL DEFAULT 0,
  duplicate      bigint NOT NULL DEFAULT 0,
  person_rows    bigint NOT NULL DEFAULT 0,
  findings_total bigint NOT NULL DEFAULT 0
);
CREATE INDEX submission_body ON core.submission (body_id, received_at DESC);
CREATE UNIQUE INDEX submission_batch ON core.submission (body_id, standard, batch_no) WHERE batch_no IS NOT NULL;

-- What a rule found in a row. The words come from the rule version; person identifiers are tokens before they get here.
-- severity: correct (changed, accepted) · warn (accepted) · doubt (waits for a decision) · refuse.
CREATE TABLE core.finding (
  submission_id uuid NOT NULL,
  row_no        integer NOT NULL,
  seq           smallint NOT NULL,
  severity      text NOT NULL,
  rule          text NOT NULL,
  rule_version  text NOT NULL,
  field         text,
  value         text,
  new_value     text,
  args          jsonb,
  PRIMARY KEY (submission_id, row_no, seq)
);

-- The fate of the rows that did not simply become a record; payload only where somebody must still decide.
CREATE TABLE core.submission_row (
  submission_id uuid NOT NULL,
  row_no        integer NOT NULL,
  outcome       text NOT NULL CHECK (outcome IN ('refused', 'doubtful', 'duplicate', 'barred')),
  subject_id    uuid,
  record_id     uuid,
  payload       jsonb,
  candidates    jsonb,
  resolution    text,
  resolved_at   timestamptz,
  resolved_by   uuid,
  PRIMARY KEY (submission_id, row_no)
);

-- One fact about one subject, as one source reported it. Bitemporal: effective_* is what held when, recorded_at and
-- superseded_at what was known when. The only update ever is superseded_at, once. A correction is a new row.
CREATE TABLE core.record (
  subject_id       uuid NOT NULL,
  recorded_on      date NOT NULL,
  record_id        uuid NOT NULL,
  item             text NOT NULL,
  standard         text NOT NULL,
  document_number  text,
  decided_on       date,
  effective_from   date,
  effective_to     date,
  deciding_body_id uuid NOT NULL,
  source_body_id   uuid NOT NULL,
  categories       text[] NOT NULL,
  domain           text,
  severity         text,
  amount_fen       bigint,
  confiscated_fen  bigint,
  key_hash         bytea NOT NULL,
  payload_hash     bytea NOT NULL,
  payload          jsonb NOT NULL,
  submission_id    uuid NOT NULL,
  row_no           integer NOT NULL,
  policy_set_id    integer NOT NULL,
  recorded_at      timestamptz NOT NULL,
  superseded_at    timestamptz,
  PRIMARY KEY (subject_id, recorded_on, record_id)
) PARTITION BY RANGE (recorded_on);
CREATE TABLE core.record_2025 PARTITION OF core.record FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE core.record_2026 PARTITION OF core.record FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE core.record_2027 PARTITION OF core.record FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');
CREATE TABLE core.record_2028 PARTITION OF core.record FOR VALUES FROM ('2028-01-01') TO ('2029-01-01');
CREATE INDEX record_submission ON core.record (submission_id, row_no);
CREATE INDEX record_recorded_at ON core.record (recorded_at);
-- What was published lately: decisions only, however many register rows came in since.
CREATE INDEX record_decision_recorded_at ON core.record (recorded_at) WHERE decided_on IS NOT NULL;

-- Uniqueness of a fact across subjects and years: hash of item, deciding body, document number, decision day and
-- canonical subject. A second look-up table, keyed by that hash, because a partitioned table cannot hold it.
CREATE TABLE core.record_key (
  key_hash       bytea PRIMARY KEY,
  subject_id     uuid NOT NULL,
  record_id      uuid NOT NULL,
  recorded_on    date NOT NULL,
  payload_hash   bytea NOT NULL,
  source_body_id uuid NOT NULL
);

-- Further sources that assert a record which another source reported first.
CREATE TABLE core.record_assertion (
  subject_id     uuid NOT NULL,
  key_hash       bytea NOT NULL,
  source_body_id uuid NOT NULL,
  submission_id  uuid NOT NULL,
  row_no         integer NOT NULL,
  asserted_at    timestamptz NOT NULL,
  withdrawn_at   timestamptz,
  PRIMARY KEY (subject_id, key_hash, source_body_id)
);

-- What happened to a record after it was recorded; disclosure is computed from these and policy, at read time.
CREATE TABLE core.record_event (
  subject_id   uuid NOT NULL,
  event_id     uuid NOT NULL,
  record_id    uuid NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('withdrawn', 'annulled', 'suspended', 'resumed', 'repaired', 'repairRevoked',
                 'objectionOpened', 'objectionClosed', 'severityConfirmed', 'masked', 'unmasked', 'erased')),
  effective_on date NOT NULL,
  reason       text,
  document     text,
  data         jsonb,
  account_id   uuid,
  recorded_at  timestamptz NOT NULL,
  PRIMARY KEY (subject_id, event_id)
);
CREATE INDEX record_event_record ON core.record_event (record_id);

-- Unlawful or over-age data: payload and key are gone, the digest stays and is applied again after a restore.
CREATE TABLE core.tombstone (
  subject_id  uuid NOT NULL,
  record_id   uuid NOT NULL,
  digest      text NOT NULL,
  reason      text NOT NULL,
  basis       text NOT NULL,
  erased_at   timestamptz NOT NULL,
  account_id  uuid,
  PRIMARY KEY (subject_id, record_id)
);

-- A record entered by form that waits for a second reader, or a correction or withdrawal that does.
CREATE TABLE core.draft (
  draft_id     uuid PRIMARY KEY,
  body_id      uuid NOT NULL REFERENCES core.body,
  kind         text NOT NULL CHECK (kind IN ('create', 'correct', 'withdraw')),
  standard     text NOT NULL,
  row_values   jsonb NOT NULL,
  subject_id   uuid,
  record_id    uuid,
  reason       text,
  state        text NOT NULL CHECK (state IN ('waiting', 'approved', 'returned')),
  submission_id uuid,
  created_by   uuid NOT NULL,
  created_at   timestamptz NOT NULL,
  decided_by   uuid,
  decided_at   timestamptz,
  decision_note text,
  CHECK (decided_by IS NULL OR decided_by <> created_by)
);
CREATE INDEX draft_body ON core.draft (body_id, state, created_at DESC);

-- Decision documents and other attachments; bytes are encrypted under files/, one key each.
CREATE TABLE core.attachment (
  attachment_id uuid PRIMARY KEY,
  subject_id    uuid,
  record_id     uuid,
  draft_id      uuid,
  body_id       uuid NOT NULL,
  file_name     text NOT NULL,
  media_type    text NOT NULL,
  bytes         bigint NOT NULL,
  sha256        text NOT NULL,
  file_key      text NOT NULL,
  account_id    uuid NOT NULL,
  added_at      timestamptz NOT NULL
);
CREATE INDEX attachment_record ON core.attachment (record_id);

-- Credit reports that were issued: the hash is of sections, cut-off and policy, not of the PDF.
CREATE TABLE core.report (
  subject_id    uuid NOT NULL,
  report_id     uuid NOT NULL,
  number        text NOT NULL,
  kind          text NOT NULL CHECK (kind IN ('public', 'full', 'special')),
  cutoff_at     timestamptz NOT NULL,
  policy_set_id integer NOT NULL,
  content_hash  text NOT NULL,
  content       jsonb NOT NULL,
  requester     text NOT NULL,
  account_id    uuid,
  purpose       text,
  issued_at     timestamptz NOT NULL,
  PRIMARY KEY (subject_id, report_id)
);
CREATE TABLE core.report_number (
  number     text PRIMARY KEY,
  subject_id uuid NOT NULL,
  report_id  uuid NOT NULL
);

GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA core TO ${role:app};
GRANT UPDATE ON core.setting, core.body, core.body_code, core.body_name, core.subject, core.subject_name, core.subject_identifier,
  core.submission, core.submission_row, core.record_key, core.record_assertion, core.draft, core.attachment TO ${role:app};
GRANT UPDATE (superseded_at) ON core.record, core.policy_version TO ${role:app};
GRANT UPDATE (to_at) ON core.subject_alias TO ${role:app};
GRANT DELETE ON core.record_key, core.record_assertion, core.subject_name TO ${role:app};
