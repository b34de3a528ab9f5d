-- Why: a file that waits says how many are before it, and files of one body are taken one after the other. Both are asked
-- of the few submissions that are not finished, among millions that are.
CREATE INDEX submission_unfinished ON core.submission (received_at, submission_id) WHERE state IN ('received', 'processing');
