-- Why: every procedure with parties and clocks (objection, repair, list recognition, commitments) is a case of one engine, so
-- that deadlines, escalation and history are the same everywhere. A case belongs to one subject; its state, clocks and the
-- number of its events change together in one guarded update, its events are only added.

CREATE SCHEMA casework;
REVOKE ALL ON SCHEMA casework FROM PUBLIC;
GRANT USAGE ON SCHEMA casework TO ${role:app};

CREATE TABLE casework.case (
  subject_id      uuid NOT NULL,
  case_id         uuid NOT NULL,
  procedure       text NOT NULL,
  -- Numbered in sequence when it is taken up, without gaps.
  number          text,
  state           text NOT NULL,
  closed          boolean NOT NULL,
  -- Who has to act, and who is told when that does not happen.
  handler_body_id uuid NOT NULL,
  assignee_id     uuid,
  escalated_on    date,
  record_id       uuid,
  -- The number at the platform that it came from.
  upstream_number text,
  facts           jsonb NOT NULL,
  clocks          jsonb NOT NULL,
  extension       jsonb,
  events          integer NOT NULL,
  last_at         timestamptz NOT NULL,
  -- The earliest day on which an open clock is due; null while none runs.
  due_on          date,
  -- The day on which the job looks again: a reminder, or the day after a deadline.
  look_on         date,
  policy_set_id   integer NOT NULL,
  opened_by       uuid,
  opened_at       timestamptz NOT NULL,
  PRIMARY KEY (subject_id, case_id)
);
CREATE INDEX case_id ON casework.case (case_id);
CREATE INDEX case_look ON casework.case (look_on) WHERE look_on IS NOT NULL;
CREATE INDEX case_handler ON casework.case (handler_body_id, procedure, due_on) WHERE NOT closed;
CREATE INDEX case_record ON casework.case (record_id) WHERE record_id IS NOT NULL;
CREATE UNIQUE INDEX case_upstream ON casework.case (subject_id, procedure, upstream_number) WHERE upstream_number IS NOT NULL;

CREATE TABLE casework.event (
  subject_id   uuid NOT NULL,
  case_id      uuid NOT NULL,
  seq          integer NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('opened', 'command', 'reminder', 'escalation', 'extensionAsked', 'extensionGranted', 'extensionRefused')),
  name         text NOT NULL,
  from_state   text NOT NULL,
  to_state     text NOT NULL,
  party        text NOT NULL,
  account_id   uuid,
  reason       text,
  note         text,
  data         jsonb,
  effective_on date NOT NULL,
  recorded_at  timestamptz NOT NULL,
  clock_behind boolean NOT NULL,
  -- The caller's key: the same command given twice acts once.
  command_key  text,
  PRIMARY KEY (subject_id, case_id, seq)
);
CREATE UNIQUE INDEX event_command_key ON casework.event (subject_id, case_id, command_key) WHERE command_key IS NOT NULL;

-- Official numbers, in sequence within a year; the number is taken in the transaction that uses it, so that none is missing.
CREATE TABLE casework.number_series (
  series  text NOT NULL,
  year    integer NOT NULL,
  last_no integer NOT NULL,
  PRIMARY KEY (series, year)
);

GRANT SELECT, INSERT ON casework.case, casework.event, casework.number_series TO ${role:app};
GRANT UPDATE (state, closed, number, handler_body_id, assignee_id, escalated_on, facts, clocks, extension, events, last_at,
  due_on, look_on) ON casework.case TO ${role:app};
GRANT UPDATE (last_no) ON casework.number_series TO ${role:app};
