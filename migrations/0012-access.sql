-- Why: what two people decide about reading (exports of what is not public, the emergency switch) and what the organisation
-- decides itself (authorisations). Holders are tied to accounts, so that two accounts of one person are one pair of eyes.
-- All of it is small and local on a distributed PostgreSQL.

CREATE SCHEMA access;
REVOKE ALL ON SCHEMA access FROM PUBLIC;
GRANT USAGE ON SCHEMA access TO ${role:app}, ${role:audit};

-- outsideReading: closed = banks, agencies and their systems read nothing that is not public. writing: closed = the platform is read only.
CREATE TABLE access.switch (
  name       text PRIMARY KEY CHECK (name IN ('outsideReading', 'writing')),
  closed     boolean NOT NULL,
  reason     text,
  changed_at timestamptz NOT NULL,
  changed_by uuid,
  request_id uuid
);
INSERT INTO access.switch (name, closed, changed_at) VALUES
  ('outsideReading', false, '2026-01-01T00:00:00Z'), ('writing', false, '2026-01-01T00:00:00Z');

-- The switch for outside readers is thrown by two administrators, either way.
CREATE TABLE access.switch_request (
  request_id       uuid PRIMARY KEY,
  name             text NOT NULL REFERENCES access.switch,
  closed           boolean NOT NULL,
  reason           text NOT NULL,
  state            text NOT NULL CHECK (state IN ('waiting', 'confirmed', 'withdrawn', 'lapsed')),
  requested_by     uuid NOT NULL,
  requested_holder uuid NOT NULL,
  requested_at     timestamptz NOT NULL,
  lapses_at        timestamptz NOT NULL,
  confirmed_by     uuid,
  confirmed_holder uuid,
  ended_at         timestamptz,
  FOREIGN KEY (requested_by, requested_holder) REFERENCES identity.account (account_id, holder_id) ON UPDATE CASCADE,
  FOREIGN KEY (confirmed_by, confirmed_holder) REFERENCES identity.account (account_id, holder_id) ON UPDATE CASCADE,
  CONSTRAINT switch_request_four_eyes CHECK (confirmed_holder IS NULL OR confirmed_holder <> requested_holder),
  CONSTRAINT switch_request_confirmed CHECK ((state = 'confirmed') = (confirmed_by IS NOT NULL) AND (confirmed_by IS NULL) = (confirmed_holder IS NULL))
);
CREATE UNIQUE INDEX switch_request_waiting ON access.switch_request (name) WHERE state = 'waiting';
CREATE INDEX switch_request_newest ON access.switch_request (requested_at DESC, request_id);

-- An export of non-public information beyond a body's own: asked for with a reason, approved by somebody else, taken once.
CREATE TABLE access.export_request (
  request_id       uuid PRIMARY KEY,
  body_id          uuid REFERENCES core.body,
  filter           jsonb NOT NULL,
  reason           text NOT NULL,
  purpose          text NOT NULL,
  matter           text,
  case_number      text,
  state            text NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'withdrawn', 'lapsed', 'taken')),
  row_limit        integer NOT NULL CHECK (row_limit > 0),
  requested_by     uuid NOT NULL,
  requested_holder uuid NOT NULL,
  requested_at     timestamptz NOT NULL,
  -- While it waits: for the decision. Once approved: for the download.
  lapses_at        timestamptz NOT NULL,
  decided_by       uuid,
  decided_holder   uuid,
  decided_at       timestamptz,
  decision_note    text,
  taken_at         timestamptz,
  row_count        integer,
  -- Digest of the rows that were given, and what stands in the file.
  rows_digest      text,
  watermark        text,
  FOREIGN KEY (requested_by, requested_holder) REFERENCES identity.account (account_id, holder_id) ON UPDATE CASCADE,
  FOREIGN KEY (decided_by, decided_holder) REFERENCES identity.account (account_id, holder_id) ON UPDATE CASCADE,
  CONSTRAINT export_request_four_eyes CHECK (decided_holder IS NULL OR decided_holder <> requested_holder),
  CONSTRAINT export_request_decided CHECK ((decided_by IS NULL) = (decided_holder IS NULL)
    AND (state NOT IN ('approved', 'refused', 'taken') OR decided_by IS NOT NULL)),
  CONSTRAINT export_request_taken CHECK ((state = 'taken') = (taken_at IS NOT NULL) AND (row_count IS NULL OR row_count <= row_limit))
);
CREATE INDEX export_request_mine ON access.export_request (requested_by, requested_at DESC, request_id);
CREATE INDEX export_request_newest ON access.export_request (requested_at DESC, request_id);

-- What an organisation lets a bank or an agency read (reports.md §2: grantor, grantee, purpose, sections, period, count, revoke).
CREATE TABLE access.authorisation (
  authorisation_id uuid PRIMARY KEY,
  -- No foreign key: subjects are spread by subject_id.
  subject_id       uuid NOT NULL,
  body_id          uuid NOT NULL REFERENCES core.body,
  purpose          text NOT NULL,
  matter           text,
  -- Keys of catalogue categories; the basic information goes with any of them.
  sections         text[] NOT NULL CHECK (cardinality(sections) BETWEEN 1 AND 60),
  note             text,
  state            text NOT NULL CHECK (state IN ('asked', 'granted', 'declined', 'withdrawn', 'revoked')),
  asked_by         uuid,
  asked_at         timestamptz,
  answer_by        timestamptz,
  granted_by       uuid,
  granted_at       timestamptz,
  valid_from       date,
  valid_to         date,
  uses_allowed     integer CHECK (uses_allowed > 0),
  uses_made        integer NOT NULL DEFAULT 0,
  ended_by         uuid,
  ended_at         timestamptz,
  end_note         text,
  policy_set_id    integer NOT NULL,
  created_at       timestamptz NOT NULL,
  -- The count can never be overrun, whatever the program does.
  CONSTRAINT authorisation_uses CHECK (uses_made >= 0 AND uses_made <= coalesce(uses_allowed, 0)),
  CONSTRAINT authorisation_granted CHECK (state <> 'granted' OR (granted_by IS NOT NULL AND valid_from IS NOT NULL AND valid_to IS NOT NULL AND uses_allowed IS NOT NULL)),
  -- 一年 at most, whatever policy says (reports.md §2).
  CONSTRAINT authorisation_period CHECK (valid_to IS NULL OR (valid_to >= valid_from AND valid_to <= valid_from + 366))
);
CREATE INDEX authorisation_subject ON access.authorisation (subject_id, created_at DESC, authorisation_id);
CREATE INDEX authorisation_body ON access.authorisation (body_id, created_at DESC, authorisation_id);

CREATE TABLE access.authorisation_use (
  use_id           uuid PRIMARY KEY,
  authorisation_id uuid NOT NULL REFERENCES access.authorisation,
  account_id       uuid NOT NULL,
  account_name     text NOT NULL,
  kind             text NOT NULL CHECK (kind IN ('archive', 'report')),
  matter           text,
  case_number      text,
  report_number    text,
  used_at          timestamptz NOT NULL,
  ends_at          timestamptz NOT NULL
);
CREATE INDEX authorisation_use_of ON access.authorisation_use (authorisation_id, used_at DESC, use_id);

GRANT SELECT, INSERT ON access.switch_request, access.export_request, access.authorisation, access.authorisation_use TO ${role:app};
GRANT UPDATE ON access.switch_request, access.export_request, access.authorisation TO ${role:app};
GRANT SELECT, UPDATE ON access.switch TO ${role:app};
GRANT SELECT ON ALL TABLES IN SCHEMA access TO ${role:audit};
