-- Why: work of a body is given to people, handed over and watched by the body above: who has a case is part of its history,
-- and a missed deadline makes a task for the superior that stays until the case has moved or somebody has said what was done
-- (国办发〔2025〕22号: deadlines of repair are watched over). One task for each clock and deadline, whatever runs twice.

ALTER TABLE casework.event DROP CONSTRAINT event_kind_check;
ALTER TABLE casework.event ADD CONSTRAINT event_kind_check
  CHECK (kind IN ('opened', 'command', 'reminder', 'escalation', 'extensionAsked', 'extensionGranted', 'extensionRefused', 'assigned'));

CREATE TABLE casework.task (
  subject_id  uuid NOT NULL,
  case_id     uuid NOT NULL,
  task_id     uuid NOT NULL,
  -- The body above the one that was late, and that one.
  body_id     uuid NOT NULL,
  late_body_id uuid NOT NULL,
  procedure   text NOT NULL,
  clock       text NOT NULL,
  run         integer NOT NULL,
  deadline    date NOT NULL,
  opened_at   timestamptz NOT NULL,
  done_at     timestamptz,
  done_by     uuid,
  done_how    text CHECK (done_how IN ('answered', 'caseMoved')),
  note        text,
  PRIMARY KEY (subject_id, case_id, task_id),
  CHECK ((done_at IS NULL) = (done_how IS NULL))
);
CREATE UNIQUE INDEX task_once ON casework.task (subject_id, case_id, clock, run, deadline);
CREATE INDEX task_open ON casework.task (body_id, opened_at) WHERE done_at IS NULL;
CREATE INDEX case_assignee ON casework.case (assignee_id) WHERE NOT closed AND assignee_id IS NOT NULL;
CREATE INDEX case_overdue ON casework.case (due_on, case_id) WHERE NOT closed AND due_on IS NOT NULL;

GRANT SELECT, INSERT ON casework.task TO ${role:app};
GRANT UPDATE (done_at, done_by, done_how, note) ON casework.task TO ${role:app};
