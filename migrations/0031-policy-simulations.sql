-- Why: before rules change, the office sees what they would have said of the rows that were reported: which findings appear
-- and vanish, for whom. A run reads stored files and writes nothing but its result, which holds counts and a bounded sample
-- without values of persons.

CREATE TABLE policy.simulation (
  simulation_id uuid PRIMARY KEY,
  change_id     uuid NOT NULL REFERENCES policy.change,
  digest        text NOT NULL,
  state         text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
  row_limit     integer NOT NULL CHECK (row_limit BETWEEN 1 AND 1000000),
  asked_by      uuid NOT NULL,
  asked_at      timestamptz NOT NULL,
  finished_at   timestamptz,
  result        jsonb,
  CHECK ((state IN ('done', 'failed')) = (finished_at IS NOT NULL))
);
CREATE INDEX simulation_of ON policy.simulation (change_id, asked_at DESC);

GRANT SELECT, INSERT ON policy.simulation TO ${role:app};
GRANT UPDATE (state, finished_at, result) ON policy.simulation TO ${role:app};
