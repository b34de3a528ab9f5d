-- Why: the duties of the personal information law (个人信息保护法, PIPL) as tables: no processing without a purpose with its
-- legal basis (art. 13), notices and consents by version (art. 14–17), requests of persons (art. 44–50), impact assessments
-- as a precondition (art. 55–56), incidents (art. 57), look-ups one at a time that the person can read (natural-persons G14),
-- keys that can be changed, and erasures that a restored backup carries out again. Everything here is reached by the login
-- `person` alone. Sized for 5.5 million persons: look-ups go by token, never by scan. No score, grade or rank anywhere.

-- Why a row may be held at all. Versions are never changed, only ended; what is processed names the version.
CREATE TABLE person.purpose (
  purpose       text NOT NULL,
  version       integer NOT NULL,
  kind          text NOT NULL CHECK (kind IN ('record', 'identify', 'lookup', 'own', 'voluntary')),
  -- PIPL art. 13(1), items 1 to 7. Only consent (1) carries what is voluntary, and nothing else rests on it.
  legal_basis   smallint NOT NULL CHECK (legal_basis BETWEEN 1 AND 7),
  content       jsonb NOT NULL,
  content_hash  text NOT NULL,
  valid_from    timestamptz NOT NULL,
  ended_at      timestamptz,
  ended_by      uuid,
  ended_reason  text,
  PRIMARY KEY (purpose, version),
  CHECK ((kind = 'voluntary') = (legal_basis = 1)),
  CHECK ((ended_at IS NULL) = (ended_reason IS NULL))
);
CREATE UNIQUE INDEX purpose_open ON person.purpose (purpose) WHERE ended_at IS NULL;

-- Rows from before the register: their purpose is named and ended; new rows need a later version.
INSERT INTO person.purpose (purpose, version, kind, legal_basis, content, content_hash, valid_from, ended_at, ended_reason)
SELECT p, 0, k, 3, '{}'::jsonb, '', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'before the register'
  FROM (VALUES ('recordKeeping', 'record'), ('representative', 'identify')) AS v(p, k);

ALTER TABLE person.identifier ADD COLUMN purpose text NOT NULL DEFAULT 'representative';
ALTER TABLE person.identifier ADD COLUMN purpose_version integer NOT NULL DEFAULT 0;
ALTER TABLE person.identifier ADD COLUMN retain_until date NOT NULL DEFAULT '2031-12-31';
ALTER TABLE person.identifier ALTER COLUMN purpose DROP DEFAULT;
ALTER TABLE person.identifier ALTER COLUMN purpose_version DROP DEFAULT;
ALTER TABLE person.identifier ALTER COLUMN retain_until DROP DEFAULT;
ALTER TABLE person.identifier ADD FOREIGN KEY (purpose, purpose_version) REFERENCES person.purpose;
CREATE INDEX identifier_key ON person.identifier (key_id);
CREATE INDEX identifier_retain ON person.identifier (retain_until);

ALTER TABLE person.record ADD COLUMN purpose text NOT NULL DEFAULT 'recordKeeping';
ALTER TABLE person.record ADD COLUMN purpose_version integer NOT NULL DEFAULT 0;
ALTER TABLE person.record ALTER COLUMN purpose DROP DEFAULT;
ALTER TABLE person.record ALTER COLUMN purpose_version DROP DEFAULT;
ALTER TABLE person.record ADD FOREIGN KEY (purpose, purpose_version) REFERENCES person.purpose;
CREATE INDEX record_key_id ON person.record (key_id);
CREATE INDEX record_retain ON person.record (retain_until);
CREATE INDEX record_submission ON person.record (submission_id);
CREATE INDEX record_purpose ON person.record (purpose, purpose_version);

-- One person's document under each token key. The anchor is the token that other schemas hold; it stays when the key of the
-- tokens is changed, so that nothing outside has to be rewritten and the old key can be destroyed.
CREATE TABLE person.token_alias (
  token     text PRIMARY KEY,
  anchor    text NOT NULL,
  token_key text NOT NULL
);
CREATE UNIQUE INDEX token_alias_anchor ON person.token_alias (anchor, token_key);
INSERT INTO person.token_alias (token, anchor, token_key) SELECT token, token, 'token-1' FROM person.identifier;

-- A change of keys: resumable, since what is left is found by the key that a row names.
CREATE TABLE person.key_rotation (
  rotation_id uuid PRIMARY KEY,
  kind        text NOT NULL CHECK (kind IN ('data', 'token')),
  to_key      text NOT NULL,
  cursor      text NOT NULL,
  rows_done   bigint NOT NULL,
  started_at  timestamptz NOT NULL,
  finished_at timestamptz,
  retired_at  timestamptz,
  UNIQUE (kind, to_key)
);

-- What is told before anything is processed (PIPL art. 17). Texts are never changed: a new text is a new version.
CREATE TABLE person.notice (
  notice_id       uuid PRIMARY KEY,
  purpose         text NOT NULL,
  purpose_version integer NOT NULL,
  version         integer NOT NULL,
  text_zh         text NOT NULL,
  text_en         text NOT NULL,
  text_hash       text NOT NULL,
  published_at    timestamptz NOT NULL,
  published_by    uuid,
  UNIQUE (purpose, version),
  UNIQUE (notice_id, purpose, purpose_version),
  FOREIGN KEY (purpose, purpose_version) REFERENCES person.purpose
);
CREATE TABLE person.notice_shown (
  token     text NOT NULL,
  notice_id uuid NOT NULL REFERENCES person.notice,
  channel   text NOT NULL,
  shown_at  timestamptz NOT NULL,
  PRIMARY KEY (token, notice_id)
);

-- An impact assessment (PIPL art. 55–56): written by one, approved by another, kept three years and longer.
CREATE TABLE person.assessment (
  assessment_id uuid PRIMARY KEY,
  feature       text NOT NULL,
  title         text NOT NULL,
  content       jsonb NOT NULL,
  content_hash  text NOT NULL,
  state         text NOT NULL CHECK (state IN ('draft', 'approved', 'returned')),
  written_by    uuid NOT NULL,
  written_at    timestamptz NOT NULL,
  decided_by    uuid,
  decided_at    timestamptz,
  note          text,
  valid_until   date,
  keep_until    date NOT NULL,
  UNIQUE (assessment_id, feature, state),
  CHECK (decided_by IS NULL OR decided_by <> written_by),
  CHECK ((state = 'draft') = (decided_by IS NULL)),
  CHECK (state <> 'approved' OR valid_until IS NOT NULL)
);

-- A function that touches natural persons is on only with an approved assessment: the key cannot be met otherwise.
CREATE TABLE person.activation (
  activation_id    uuid PRIMARY KEY,
  feature          text NOT NULL,
  assessment_id    uuid NOT NULL,
  assessment_state text NOT NULL CHECK (assessment_state = 'approved'),
  activated_by     uuid NOT NULL,
  activated_at     timestamptz NOT NULL,
  is_open          boolean NOT NULL,
  ended_by         uuid,
  ended_at         timestamptz,
  ended_reason     text,
  UNIQUE (activation_id, feature),
  UNIQUE (activation_id, feature, is_open),
  CHECK (is_open = (ended_at IS NULL)),
  FOREIGN KEY (assessment_id, feature, assessment_state) REFERENCES person.assessment (assessment_id, feature, state)
);
CREATE UNIQUE INDEX activation_open ON person.activation (feature) WHERE is_open;

-- Consent, refusal and withdrawal of one person for one purpose (PIPL art. 14–16; G4, G5).
CREATE TABLE person.consent (
  consent_id      uuid PRIMARY KEY,
  token           text NOT NULL,
  purpose         text NOT NULL,
  purpose_version integer NOT NULL,
  notice_id       uuid NOT NULL,
  status          text NOT NULL CHECK (status IN ('active', 'withdrawn', 'refused')),
  -- Given by oneself or, under 14, by a guardian; never by an employer, a school or an agent. By strong authentication.
  given_by        text NOT NULL CHECK (given_by IN ('self', 'guardian')),
  assurance       text NOT NULL CHECK (assurance = 'strong'),
  proof           text NOT NULL,
  decided_at      timestamptz NOT NULL,
  ended_at        timestamptz,
  ask_again_on    date,
  keep_until      date,
  UNIQUE (consent_id, token, purpose, purpose_version, notice_id, status),
  CHECK ((status = 'active') = (ended_at IS NULL)),
  CHECK (status = 'active' OR (ask_again_on IS NOT NULL AND keep_until IS NOT NULL)),
  FOREIGN KEY (notice_id, purpose, purpose_version) REFERENCES person.notice (notice_id, purpose, purpose_version),
  FOREIGN KEY (token, notice_id) REFERENCES person.notice_shown
);
CREATE UNIQUE INDEX consent_active ON person.consent (token, purpose) WHERE status = 'active';
CREATE INDEX consent_token ON person.consent (token);
CREATE INDEX consent_keep ON person.consent (keep_until) WHERE keep_until IS NOT NULL;

-- G4 in the schema: whatever a voluntary function will ever hold about a person must point here, and a row here needs the
-- notice shown, the active consent to this very version and an open activation with an approved assessment. A consent that
-- is withdrawn, or a function that is switched off, cannot be stored while such a row is left. Nothing writes it yet.
CREATE TABLE person.voluntary_use (
  token           text NOT NULL,
  purpose         text NOT NULL,
  purpose_version integer NOT NULL,
  notice_id       uuid NOT NULL,
  consent_id      uuid NOT NULL,
  consent_status  text NOT NULL CHECK (consent_status = 'active'),
  feature         text NOT NULL,
  activation_id   uuid NOT NULL,
  activation_open boolean NOT NULL CHECK (activation_open),
  since           timestamptz NOT NULL,
  PRIMARY KEY (token, purpose),
  FOREIGN KEY (consent_id, token, purpose, purpose_version, notice_id, consent_status)
    REFERENCES person.consent (consent_id, token, purpose, purpose_version, notice_id, status),
  FOREIGN KEY (activation_id, feature, activation_open) REFERENCES person.activation (activation_id, feature, is_open),
  CHECK (feature = purpose)
);

-- One look-up of one person by one officer for one case (G14). The person reads every row.
CREATE TABLE person.lookup (
  lookup_id       uuid PRIMARY KEY,
  token           text NOT NULL,
  purpose         text NOT NULL,
  purpose_version integer NOT NULL,
  feature         text NOT NULL CHECK (feature = 'lookup'),
  activation_id   uuid NOT NULL,
  matter          text NOT NULL CHECK (matter <> ''),
  case_number     text NOT NULL CHECK (case_number <> ''),
  account_id      uuid NOT NULL,
  officer_name    text NOT NULL,
  body_id         uuid NOT NULL,
  body_name       text NOT NULL,
  found           integer NOT NULL,
  at              timestamptz NOT NULL,
  retain_until    date NOT NULL,
  FOREIGN KEY (purpose, purpose_version) REFERENCES person.purpose,
  FOREIGN KEY (activation_id, feature) REFERENCES person.activation (activation_id, feature)
);
CREATE INDEX lookup_token ON person.lookup (token, at);
CREATE INDEX lookup_account ON person.lookup (account_id, at);
CREATE INDEX lookup_body ON person.lookup (body_id, at);
CREATE INDEX lookup_retain ON person.lookup (retain_until);

-- A person who has proved who they are, for half an hour. The table holds the hash of the secret only.
CREATE TABLE person.own_session (
  secret_hash bytea PRIMARY KEY,
  token       text NOT NULL,
  acting_as   text NOT NULL CHECK (acting_as IN ('self', 'guardian', 'survivor')),
  provider    text NOT NULL,
  proof       text NOT NULL,
  minor       boolean NOT NULL,
  began_at    timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL
);
CREATE INDEX own_session_token ON person.own_session (token);
-- A proof of identity counts once.
CREATE TABLE person.used_proof (
  proof      text PRIMARY KEY,
  expires_at timestamptz NOT NULL
);

-- What a person asks (PIPL art. 44–50). Texts are ciphertext: people write names and numbers.
CREATE TABLE person.request (
  request_id  uuid PRIMARY KEY,
  number      text NOT NULL UNIQUE,
  token       text NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('access', 'copy', 'transfer', 'correct', 'delete', 'restrict', 'refuse', 'explain', 'complain')),
  acting_as   text NOT NULL CHECK (acting_as IN ('self', 'guardian', 'survivor')),
  record_id   uuid,
  proof       text NOT NULL,
  channel     text NOT NULL CHECK (channel IN ('own', 'window')),
  state       text NOT NULL CHECK (state IN ('received', 'supplement', 'accepted', 'granted', 'partlyGranted', 'refused', 'withdrawn')),
  version     integer NOT NULL,
  received_at timestamptz NOT NULL,
  due_on      date NOT NULL,
  extended    boolean NOT NULL,
  -- Working days that were left when a supplement was asked for: the clock stands still until it comes.
  remaining_days integer,
  closed_at   timestamptz,
  reason_code text,
  handled_by  uuid,
  cipher      bytea NOT NULL,
  key_id      text NOT NULL,
  retain_until date NOT NULL,
  -- A refusal without reasons cannot be stored (PIPL art. 50).
  CHECK (state NOT IN ('refused', 'partlyGranted') OR reason_code IS NOT NULL),
  CHECK ((closed_at IS NOT NULL) = (state IN ('granted', 'partlyGranted', 'refused', 'withdrawn')))
);
CREATE INDEX request_token ON person.request (token);
CREATE INDEX request_open ON person.request (due_on) WHERE closed_at IS NULL;
CREATE INDEX request_key ON person.request (key_id);
CREATE INDEX request_received ON person.request (received_at, request_id);
CREATE INDEX request_retain ON person.request (retain_until);
CREATE TABLE person.request_event (
  request_id uuid NOT NULL REFERENCES person.request,
  seq        integer NOT NULL,
  act        text NOT NULL,
  from_state text,
  to_state   text NOT NULL,
  at         timestamptz NOT NULL,
  account_id uuid,
  PRIMARY KEY (request_id, seq)
);

-- Data under restriction or of the deceased (PIPL art. 44, 49; G21): kept, but answered to no look-up.
CREATE TABLE person.restriction (
  restriction_id uuid PRIMARY KEY,
  token          text NOT NULL,
  record_id      uuid,
  kind           text NOT NULL CHECK (kind IN ('restricted', 'objected', 'deceased')),
  request_id     uuid,
  from_at        timestamptz NOT NULL,
  to_at          timestamptz
);
CREATE INDEX restriction_token ON person.restriction (token) WHERE to_at IS NULL;

-- A leak, tampering or loss (PIPL art. 57), with the two notices and their clocks.
CREATE TABLE person.incident (
  incident_id     uuid PRIMARY KEY,
  number          text NOT NULL UNIQUE,
  kind            text NOT NULL CHECK (kind IN ('leak', 'tampering', 'loss')),
  state           text NOT NULL CHECK (state IN ('open', 'contained', 'closed')),
  version         integer NOT NULL,
  occurred_at     timestamptz,
  discovered_at   timestamptz NOT NULL,
  data_kinds      text[] NOT NULL,
  persons         integer NOT NULL,
  cipher          bytea NOT NULL,
  key_id          text NOT NULL,
  authority_due_at timestamptz NOT NULL,
  authority_told_at timestamptz,
  persons_due_on  date NOT NULL,
  persons_told_at timestamptz,
  -- PIPL art. 57(2): persons need not be told where the measures avoid the harm; the reason is kept.
  persons_waived  boolean NOT NULL,
  recorded_by     uuid NOT NULL,
  recorded_at     timestamptz NOT NULL,
  closed_at       timestamptz,
  keep_until      date NOT NULL,
  CHECK (state <> 'closed' OR (authority_told_at IS NOT NULL AND (persons_told_at IS NOT NULL OR persons_waived)))
);
CREATE INDEX incident_key ON person.incident (key_id);

-- What was erased. Digests only: a restored backup is searched for them and erased again. Never deleted.
CREATE TABLE person.erasure (
  erasure_id uuid PRIMARY KEY,
  scope      text NOT NULL CHECK (scope IN ('person', 'record', 'identifier', 'file', 'lookup', 'consent', 'request')),
  digest     text NOT NULL,
  reason     text NOT NULL CHECK (reason IN ('request', 'retention', 'unlawful', 'withdrawn')),
  basis      text NOT NULL,
  run_id     uuid,
  account_id uuid,
  erased_at  timestamptz NOT NULL
);
CREATE INDEX erasure_digest ON person.erasure (digest);
CREATE INDEX erasure_at ON person.erasure (erased_at);
CREATE TABLE person.retention_run (
  run_id      uuid PRIMARY KEY,
  kind        text NOT NULL CHECK (kind IN ('retention', 'request', 'restore')),
  started_at  timestamptz NOT NULL,
  finished_at timestamptz NOT NULL,
  removed     jsonb NOT NULL,
  -- SHA-256 over the digests of what was removed, in order: the run can be proved from the ledger.
  proof       text NOT NULL
);

GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA person TO ${role:person};
GRANT UPDATE (cipher, key_id, purpose, purpose_version, retain_until) ON person.identifier TO ${role:person};
GRANT UPDATE (cipher, key_id) ON person.record TO ${role:person};
GRANT UPDATE (ended_at, ended_by, ended_reason) ON person.purpose TO ${role:person};
GRANT UPDATE ON person.key_rotation, person.assessment, person.activation, person.consent, person.request, person.restriction,
  person.incident, person.notice_shown, person.own_session TO ${role:person};
GRANT DELETE ON person.token_alias, person.notice_shown, person.consent, person.voluntary_use, person.lookup, person.own_session,
  person.used_proof, person.request, person.request_event, person.restriction TO ${role:person};
