-- Why: a city's trial takes longer than somebody waits in front of a page. A run now goes on by itself in slices, keeps where
-- it stands (so that a crash costs one slice), can be stopped, and holds its result. And a unit that was asked about a change
-- is told once and reminded once before the day: both instants stand beside its answer.

ALTER TABLE policy.simulation DROP CONSTRAINT simulation_state_check;
ALTER TABLE policy.simulation ADD CONSTRAINT simulation_state_check
  CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled'));
ALTER TABLE policy.simulation DROP CONSTRAINT simulation_check;
ALTER TABLE policy.simulation ADD CONSTRAINT simulation_check
  CHECK ((state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL));
-- Cursor and counts so far; emptied when the run ends.
ALTER TABLE policy.simulation ADD COLUMN progress jsonb;
ALTER TABLE policy.simulation ADD COLUMN rows_done integer NOT NULL DEFAULT 0;
-- Why it failed, as a code of the program.
ALTER TABLE policy.simulation ADD COLUMN problem text;
-- One run of a change at a time.
CREATE UNIQUE INDEX simulation_running ON policy.simulation (change_id) WHERE state IN ('waiting', 'running');
GRANT UPDATE (progress, rows_done, problem) ON policy.simulation TO ${role:app};

ALTER TABLE policy.change_unit ADD COLUMN told_at timestamptz;
ALTER TABLE policy.change_unit ADD COLUMN reminded_at timestamptz;
ALTER TABLE policy.change_unit ADD COLUMN overdue_at timestamptz;
