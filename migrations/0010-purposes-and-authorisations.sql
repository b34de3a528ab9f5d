-- Why: a report that is not public says what it was issued for and, where the organisation authorised it, by which
-- authorisation (reports.md §2: report(…, purpose, auth_id …)).
ALTER TABLE core.report ADD COLUMN matter text, ADD COLUMN case_number text, ADD COLUMN authorisation_id uuid;
