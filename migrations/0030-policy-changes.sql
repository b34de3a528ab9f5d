-- Why: the rules of a city change every year, and today each change needs the vendor. Here two clerks make it: one drafts, the
-- units are asked, it is tried on what was reported, a second person approves, it begins on a day and can be taken back. What
-- was released is immutable and named by its hash like every other version of policy (DESIGN §4, decision 0008); records keep
-- the set they were judged by, so a roll-back is a version of its own and rewrites nothing.

CREATE SCHEMA policy;
REVOKE ALL ON SCHEMA policy FROM PUBLIC;
GRANT USAGE ON SCHEMA policy TO ${role:app};

-- Files that the desk brought into force: read at each start and each new day beside those of the folders. Only
-- `withdrawn_at` is ever set, and only before the first day of effect.
CREATE TABLE policy.release (
  release_id   uuid PRIMARY KEY,
  change_id    uuid NOT NULL,
  kind         text NOT NULL,
  key          text NOT NULL,
  hash         text NOT NULL,
  body         jsonb NOT NULL,
  effective_on date NOT NULL,
  revision     integer NOT NULL CHECK (revision >= 0),
  released_at  timestamptz NOT NULL,
  withdrawn_at timestamptz
);
-- One version for each kind, key, day and revision: two changes that would begin alike meet here.
CREATE UNIQUE INDEX release_once ON policy.release (kind, key, effective_on, revision) WHERE withdrawn_at IS NULL;

CREATE TABLE policy.change (
  change_id    uuid PRIMARY KEY,
  title        text NOT NULL,
  reason       text NOT NULL,
  state        text NOT NULL CHECK (state IN ('drafted', 'circulated', 'submitted', 'scheduled', 'active', 'rolledBack', 'discarded')),
  -- Goes up with every write: who decides, decides on what was read.
  version      integer NOT NULL DEFAULT 1,
  -- Of all its files together; answers and simulations are about one content.
  digest       text NOT NULL,
  created_by   uuid NOT NULL,
  created_at   timestamptz NOT NULL,
  reply_due_on date,
  circulated_at timestamptz,
  submitted_by uuid,
  submitted_at timestamptz,
  -- How objections of the units were dealt with.
  answer_note  text,
  approved_by  uuid,
  approved_at  timestamptz,
  effective_on date,
  activated_at timestamptz,
  policy_set_id integer,
  ended_by     uuid,
  ended_at     timestamptz,
  end_reason   text,
  -- Nobody approves what they wrote, sent in or last changed.
  CHECK (approved_by IS NULL OR approved_by <> created_by),
  CHECK (approved_by IS NULL OR approved_by <> submitted_by),
  CHECK ((approved_by IS NULL) = (approved_at IS NULL)),
  CHECK (state NOT IN ('scheduled', 'active', 'rolledBack') OR (approved_by IS NOT NULL AND effective_on IS NOT NULL))
);
CREATE INDEX change_recent ON policy.change (created_at DESC, change_id DESC);
CREATE INDEX change_scheduled ON policy.change (effective_on) WHERE state = 'scheduled';

CREATE TABLE policy.change_file (
  change_id  uuid NOT NULL REFERENCES policy.change,
  kind       text NOT NULL,
  key        text NOT NULL,
  -- What was in force when it was drafted; another hash in force later is another clerk's change.
  base_hash  text,
  base       jsonb,
  hash       text NOT NULL,
  body       jsonb NOT NULL,
  changed_by uuid NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (change_id, kind, key)
);

CREATE TABLE policy.change_unit (
  change_id   uuid NOT NULL REFERENCES policy.change,
  body_id     uuid NOT NULL,
  answer      text CHECK (answer IN ('confirmed', 'objected')),
  comment     text,
  answered_by uuid,
  answered_at timestamptz,
  PRIMARY KEY (change_id, body_id),
  CHECK ((answer IS NULL) = (answered_at IS NULL))
);
CREATE INDEX change_unit_body ON policy.change_unit (body_id, change_id);

CREATE TABLE policy.change_event (
  event_id  uuid PRIMARY KEY,
  change_id uuid NOT NULL REFERENCES policy.change,
  at        timestamptz NOT NULL,
  kind      text NOT NULL,
  by        uuid,
  note      text
);
CREATE INDEX change_event_of ON policy.change_event (change_id, event_id);

GRANT SELECT, INSERT, UPDATE ON policy.change, policy.change_unit TO ${role:app};
GRANT SELECT, INSERT, UPDATE, DELETE ON policy.change_file TO ${role:app};
GRANT DELETE ON policy.change_unit TO ${role:app};
GRANT SELECT, INSERT ON policy.change_event, policy.release TO ${role:app};
GRANT UPDATE (withdrawn_at) ON policy.release TO ${role:app};
