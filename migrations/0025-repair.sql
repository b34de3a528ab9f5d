-- Why: how a record's display ends early, and what the deciding body orders about it (issue 6). A repair is a case of the
-- engine; beside it lie its materials, the bar after false material and the reminder of the first day. What is ordered about
-- display is an event of the record; beside it lie the served notice of repair rights (两书同达) and the log of what a change
-- of regime changed.

CREATE SCHEMA repair;
REVOKE ALL ON SCHEMA repair FROM PUBLIC;
GRANT USAGE ON SCHEMA repair TO ${role:app};

-- Proof that a duty is fulfilled, or of the right to act for the organisation; bytes are encrypted under files/.
CREATE TABLE repair.material (
  subject_id  uuid NOT NULL,
  material_id uuid NOT NULL,
  case_id     uuid NOT NULL,
  duty        text NOT NULL,
  file_name   text NOT NULL,
  media_type  text NOT NULL,
  bytes       bigint NOT NULL,
  sha256      text NOT NULL,
  file_key    text NOT NULL,
  account_id  uuid,
  added_at    timestamptz NOT NULL,
  PRIMARY KEY (subject_id, material_id)
);
CREATE INDEX material_case ON repair.material (case_id);

-- No repair may be applied for until then; one for each revoked case.
CREATE TABLE repair.ban (
  subject_id  uuid NOT NULL,
  case_id     uuid NOT NULL,
  from_on     date NOT NULL,
  until_on    date NOT NULL,
  shown_until date NOT NULL,
  reason      text NOT NULL,
  account_id  uuid,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (subject_id, case_id)
);

-- The first day on which a record may be repaired, told once.
CREATE TABLE repair.reminder (
  subject_id uuid NOT NULL,
  record_id  uuid NOT NULL,
  due_on     date NOT NULL,
  told_at    timestamptz,
  PRIMARY KEY (subject_id, record_id)
);
CREATE INDEX reminder_due ON repair.reminder (due_on) WHERE told_at IS NULL;

CREATE SCHEMA display;
REVOKE ALL ON SCHEMA display FROM PUBLIC;
GRANT USAGE ON SCHEMA display TO ${role:app};

-- The notice of repair rights was served with the decision: when, how, and the proof. The key is that of the record, so that
-- a corrected version keeps it.
CREATE TABLE display.notice (
  subject_id    uuid NOT NULL,
  notice_id     uuid NOT NULL,
  record_id     uuid NOT NULL,
  key_hash      bytea NOT NULL,
  served_on     date NOT NULL,
  channel       text NOT NULL CHECK (channel IN ('withDecision', 'post', 'electronic', 'onSite', 'other')),
  proof         text NOT NULL,
  template_hash text,
  account_id    uuid,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (subject_id, notice_id)
);
CREATE UNIQUE INDEX notice_key ON display.notice (subject_id, key_hash);

-- What a change of regime changed of a record's display.
CREATE TABLE display.change (
  subject_id    uuid NOT NULL,
  change_id     uuid NOT NULL,
  record_id     uuid NOT NULL,
  policy_set_id integer NOT NULL,
  before        jsonb NOT NULL,
  after         jsonb NOT NULL,
  noticed_at    timestamptz NOT NULL,
  PRIMARY KEY (subject_id, change_id)
);
CREATE UNIQUE INDEX change_once ON display.change (subject_id, record_id, policy_set_id);
CREATE INDEX change_noticed ON display.change (noticed_at DESC, change_id);

GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA repair, display TO ${role:app};
GRANT DELETE ON repair.material TO ${role:app};
GRANT UPDATE (due_on, told_at) ON repair.reminder TO ${role:app};
