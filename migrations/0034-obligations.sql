-- Why: an entry of a list goes to every body that has to carry out a measure (measure × jurisdiction), which acknowledges it,
-- feeds back what it did and lifts it when the entry ended (issue 7; 国发〔2016〕33号 发起—响应—反馈). One row an entry, a measure
-- and a body; what comes back after it was over is a new round, so that every round keeps its days. Nothing here can be about a
-- person, and nothing lapses by silence: a state changes by the body's act or because the cause is gone.

CREATE SCHEMA obligations;
REVOKE ALL ON SCHEMA obligations FROM PUBLIC;
GRANT USAGE ON SCHEMA obligations TO ${role:app};

CREATE TABLE obligations.obligation (
  -- The member of the cluster that the decision names.
  subject_id       uuid NOT NULL,
  obligation_id    uuid NOT NULL,
  entry_id         uuid NOT NULL,
  list             text NOT NULL,
  measure          text NOT NULL,
  force            text NOT NULL CHECK (force IN ('required', 'permitted')),
  body_id          uuid NOT NULL,
  -- By which document and article, as it was sent.
  document         text NOT NULL,
  article          text NOT NULL,
  policy_set_id    integer NOT NULL,
  round            integer NOT NULL CHECK (round >= 1),
  state            text NOT NULL CHECK (state IN ('sent', 'acknowledged', 'applied', 'notApplied', 'toLift', 'lifted', 'withdrawn')),
  -- The state that the end of the cause interrupted: the cause may come back (a suspension ends, a repair is revoked).
  held             text CHECK (held IN ('acknowledged', 'applied', 'notApplied')),
  -- Day of the next act: of the acknowledgement, then of the lifting.
  due_on           date NOT NULL,
  -- Last day of the cause; null = until it is gone.
  until_on         date,
  sent_on          date NOT NULL,
  sent_at          timestamptz NOT NULL,
  ack_due_on       date NOT NULL,
  acknowledged_on  date,
  acknowledged_at  timestamptz,
  acknowledged_by  uuid,
  to_lift_on       date,
  lift_due_on      date,
  lifted_on        date,
  lifted_at        timestamptz,
  lifted_by        uuid,
  lift_note        text,
  -- Last day on which the body was reminded.
  reminded_on      date,
  PRIMARY KEY (subject_id, obligation_id),
  CONSTRAINT obligation_acknowledged CHECK (state IN ('sent', 'withdrawn') OR acknowledged_at IS NOT NULL),
  CONSTRAINT obligation_to_lift CHECK (state <> 'toLift' OR (to_lift_on IS NOT NULL AND lift_due_on IS NOT NULL AND held IS NOT NULL)),
  CONSTRAINT obligation_lifted CHECK ((state = 'lifted') = (lifted_at IS NOT NULL))
);
CREATE UNIQUE INDEX obligation_once ON obligations.obligation (subject_id, entry_id, measure, body_id, round);
CREATE INDEX obligation_body ON obligations.obligation (body_id, state, due_on, obligation_id);
CREATE INDEX obligation_due ON obligations.obligation (state, due_on, obligation_id);
CREATE INDEX obligation_id ON obligations.obligation (obligation_id);
CREATE INDEX obligation_until ON obligations.obligation (until_on) WHERE until_on IS NOT NULL;

-- What was done, once a use: several decisions may come under one obligation. Only added to.
CREATE TABLE obligations.feedback (
  subject_id    uuid NOT NULL,
  feedback_id   uuid NOT NULL,
  obligation_id uuid NOT NULL,
  -- applied: told at the check itself (checks.hit).
  action        text NOT NULL CHECK (action IN ('limit', 'deny', 'supervise', 'applied', 'none')),
  matter        text,
  case_number   text,
  acted_on      date NOT NULL,
  document      text,
  reason        text,
  hit_id        uuid,
  account_id    uuid,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (subject_id, feedback_id),
  CONSTRAINT feedback_document CHECK (action = 'none' OR length(btrim(coalesce(document, ''))) > 0)
);
CREATE INDEX feedback_obligation ON obligations.feedback (subject_id, obligation_id, recorded_at);
CREATE UNIQUE INDEX feedback_hit ON obligations.feedback (subject_id, obligation_id, hit_id, action) WHERE hit_id IS NOT NULL;

-- Entries in the order in which they were recorded: new ones are sent on soon.
CREATE INDEX entry_recorded ON lists.entry (recorded_at, version_id);
-- Hits by their cause, so that what was fed back at a check counts here.
CREATE INDEX hit_entry ON checks.hit (subject_id, entry_id);

GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA obligations TO ${role:app};
GRANT UPDATE (body_id, state, held, due_on, until_on, acknowledged_on, acknowledged_at, acknowledged_by, to_lift_on, lift_due_on, lifted_on,
  lifted_at, lifted_by, lift_note, reminded_on) ON obligations.obligation TO ${role:app};
