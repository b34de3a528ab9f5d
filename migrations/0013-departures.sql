-- Why: somebody who leaves on a day to come names who takes over what is open, so that on that day nothing is orphaned.

ALTER TABLE identity.account
  ADD COLUMN departs_on date,
  ADD COLUMN successor_id uuid REFERENCES identity.account,
  ADD CONSTRAINT account_departs_until CHECK (departs_on IS NULL OR active_until = departs_on - 1),
  ADD CONSTRAINT account_successor_other CHECK (successor_id <> account_id);

-- A check that is neither true nor false lets a row pass: who left is disabled for that reason, and a reason there must be.
ALTER TABLE identity.account DROP CONSTRAINT account_departed_disabled;
ALTER TABLE identity.account ADD CONSTRAINT account_departed_disabled
  CHECK (departed_at IS NULL OR (disabled_reason IS NOT NULL AND disabled_reason = 'departure'));
