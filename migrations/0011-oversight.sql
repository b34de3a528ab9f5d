-- Why: an organisation sees who looked at it and may dispute a look; looks that resemble browsing are put before the audit
-- administrator (山东 art. 37, 深圳 art. 45, 个人信息保护法 art. 50). Small local tables beside the log. States change under a
-- guard in code; what happened stays in the events. Nothing here is deleted.

CREATE SCHEMA oversight;
REVOKE ALL ON SCHEMA oversight FROM PUBLIC;
GRANT USAGE ON SCHEMA oversight TO ${role:app}, ${role:audit};

-- A look of a body at a subject is shown later, under a rule of the policy and until a day. It is itself in the log.
CREATE TABLE oversight.delay (
  delay_id      uuid PRIMARY KEY,
  subject_id    uuid NOT NULL,
  body_id       uuid NOT NULL,
  rule          text NOT NULL,
  reason        text NOT NULL,
  case_number   text NOT NULL,
  from_at       timestamptz NOT NULL,
  until_on      date NOT NULL,
  created_by    uuid NOT NULL,
  created_at    timestamptz NOT NULL,
  ended_by      uuid,
  ended_at      timestamptz,
  policy_set_id integer NOT NULL
);
CREATE INDEX delay_subject ON oversight.delay (subject_id);
CREATE INDEX delay_body ON oversight.delay (body_id, created_at);

CREATE TABLE oversight.dispute (
  dispute_id    uuid PRIMARY KEY,
  subject_id    uuid NOT NULL,
  -- The log row that is disputed, and what the subject saw of its group.
  log_id        uuid NOT NULL UNIQUE,
  look          jsonb NOT NULL,
  body_id       uuid,
  looked_by     uuid,
  state         text NOT NULL CHECK (state IN ('open', 'escalated', 'answered', 'contested', 'decided', 'accepted', 'withdrawn')),
  due_on        date,
  reason        text NOT NULL,
  raised_by     uuid NOT NULL,
  raised_at     timestamptz NOT NULL,
  finding       text CHECK (finding IN ('justified', 'unjustified')),
  answer        text,
  answered_by   uuid,
  answered_at   timestamptz,
  contest       text,
  outcome       text CHECK (outcome IN ('upheld', 'unfounded')),
  decision      text,
  decided_by    uuid,
  decided_at    timestamptz,
  escalated_at  timestamptz,
  closed_at     timestamptz,
  policy_set_id integer NOT NULL,
  CHECK ((state IN ('decided', 'accepted', 'withdrawn')) = (closed_at IS NOT NULL)),
  CHECK (state NOT IN ('open', 'escalated', 'contested') OR due_on IS NOT NULL),
  CHECK (state <> 'answered' OR answered_at IS NOT NULL),
  CHECK (state <> 'decided' OR decided_by IS NOT NULL)
);
CREATE INDEX dispute_subject ON oversight.dispute (subject_id, raised_at);
CREATE INDEX dispute_body ON oversight.dispute (body_id, raised_at);
CREATE INDEX dispute_waiting ON oversight.dispute (due_on) WHERE closed_at IS NULL;
CREATE TABLE oversight.dispute_event (
  event_id   uuid PRIMARY KEY,
  dispute_id uuid NOT NULL REFERENCES oversight.dispute,
  at         timestamptz NOT NULL,
  act        text NOT NULL,
  from_state text,
  to_state   text NOT NULL,
  account_id uuid,
  note       text
);
CREATE INDEX dispute_event_dispute ON oversight.dispute_event (dispute_id, at);

-- What is usual: an officer's day. Kept as long as the log is hot.
CREATE TABLE oversight.activity (
  account_id uuid NOT NULL,
  on_day     date NOT NULL,
  body_id    uuid,
  subjects   integer NOT NULL,
  without_case integer NOT NULL,
  odd_hours  integer NOT NULL,
  looks      integer NOT NULL,
  refused    integer NOT NULL,
  PRIMARY KEY (account_id, on_day)
);
CREATE INDEX activity_body ON oversight.activity (body_id, on_day);

CREATE TABLE oversight.alert (
  alert_id      uuid PRIMARY KEY,
  detector      text NOT NULL,
  account_id    uuid NOT NULL,
  body_id       uuid,
  window_from   timestamptz NOT NULL,
  window_to     timestamptz NOT NULL,
  -- Figures and ids, no content: subjects, usual day, threshold.
  facts         jsonb NOT NULL,
  state         text NOT NULL CHECK (state IN ('open', 'replied', 'cleared', 'confirmed', 'expired')),
  raised_at     timestamptz NOT NULL,
  reply_due_on  date NOT NULL,
  expires_on    date NOT NULL,
  reply         text,
  replied_at    timestamptz,
  decision      text,
  decided_by    uuid,
  decided_at    timestamptz,
  policy_set_id integer NOT NULL,
  UNIQUE (detector, account_id, window_from),
  CHECK ((state IN ('cleared', 'confirmed')) = (decided_by IS NOT NULL))
);
CREATE INDEX alert_state ON oversight.alert (state, raised_at);
CREATE INDEX alert_account ON oversight.alert (account_id, raised_at);
CREATE TABLE oversight.alert_event (
  event_id   uuid PRIMARY KEY,
  alert_id   uuid NOT NULL REFERENCES oversight.alert,
  at         timestamptz NOT NULL,
  act        text NOT NULL,
  from_state text,
  to_state   text NOT NULL,
  account_id uuid,
  note       text
);
CREATE INDEX alert_event_alert ON oversight.alert_event (alert_id, at);

-- How far a job has come, so that it goes on where it stopped.
CREATE TABLE oversight.progress (
  task  text PRIMARY KEY,
  up_to timestamptz NOT NULL
);

GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA oversight TO ${role:app};
GRANT UPDATE ON oversight.delay, oversight.dispute, oversight.alert, oversight.activity, oversight.progress TO ${role:app};

-- A person's own record is read by its token; organisations are found by subject_id (0004).
CREATE INDEX access_log_person ON log.access_log (resource_id, at) WHERE resource_kind = 'person';
