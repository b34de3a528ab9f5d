-- Why: a representative speaks for one organisation, and banks and credit agencies are bodies that read with the subject's
-- authorisation only (objections.md §3; 深圳 art. 44). Whether somebody is one of them is a fact of the account and the body.

ALTER TABLE core.body DROP CONSTRAINT body_kind_check;
ALTER TABLE core.body ADD CONSTRAINT body_kind_check CHECK (kind IN (
  'city', 'district', 'zone', 'department', 'creditOffice', 'upper', 'bank', 'creditAgency'));
-- No foreign key: subjects are spread by subject_id on a distributed database, accounts are local.
ALTER TABLE identity.account ADD COLUMN subject_id uuid;
CREATE INDEX account_subject ON identity.account (subject_id) WHERE subject_id IS NOT NULL;
