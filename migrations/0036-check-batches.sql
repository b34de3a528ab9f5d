-- Why: a list comes as an officer has it: with names beside or instead of codes, with rows twice, with rows that mean two
-- organisations (issue 7; one batch = one matter, one document, one named list). What could not be told is said row by row, so
-- that nobody guesses; the row of the file is kept so that the officer finds it again.

ALTER TABLE checks.batch
  ADD COLUMN ambiguous integer NOT NULL DEFAULT 0,
  -- Rows that ask for what another row of the list asks for: asked once.
  ADD COLUMN repeated  integer NOT NULL DEFAULT 0;

ALTER TABLE checks.batch_row
  -- As given in the list, where it gave one.
  ADD COLUMN name      text,
  ADD COLUMN sheet_row integer,
  ADD COLUMN note      text CHECK (note IN ('codeUnknown', 'codeWrong', 'nameUnknown', 'sameName', 'formerName', 'mismatch', 'nameDiffers', 'noCode'));
-- What is to be put right is read without the rest of a long list.
CREATE INDEX batch_row_outcome ON checks.batch_row (batch_id, outcome, row_no);

GRANT UPDATE (ambiguous) ON checks.batch TO ${role:app};
GRANT UPDATE (note) ON checks.batch_row TO ${role:app};
