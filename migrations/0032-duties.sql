-- Why: when the longest period of display of a record is over and its duties are not shown to be fulfilled, display ends all
-- the same (36号令: "按照行业主管部门有关规定执行", nothing is prolonged by itself), and the body that recognised has to say how the
-- duties stand. One row a record: watched until its last day, then a task of that body until it has answered.

CREATE TABLE repair.duty (
  subject_id  uuid NOT NULL,
  record_id   uuid NOT NULL,
  -- The body that recognised.
  body_id     uuid NOT NULL,
  until_on    date NOT NULL,
  state       text NOT NULL CHECK (state IN ('watched', 'open', 'answered', 'ended')),
  opened_at   timestamptz,
  answered_at timestamptz,
  answered_by uuid,
  outcome     text CHECK (outcome IN ('fulfilled', 'unfulfilled', 'enforcement')),
  note        text,
  PRIMARY KEY (subject_id, record_id),
  CHECK ((state = 'answered') = (outcome IS NOT NULL))
);
CREATE INDEX duty_due ON repair.duty (until_on, record_id) WHERE state = 'watched';
CREATE INDEX duty_open ON repair.duty (body_id, opened_at, record_id) WHERE state = 'open';

GRANT SELECT, INSERT ON repair.duty TO ${role:app};
GRANT UPDATE (until_on, state, opened_at, answered_at, answered_by, outcome, note) ON repair.duty TO ${role:app};
