-- Why: besides officers and the credit office, companies' representatives, banks and agencies with an authorisation, district
-- account managers and departments' own systems use the platform (objections.md §3 to §6). The log tells a system from a person.

ALTER TABLE identity.account_role DROP CONSTRAINT account_role_role_check;
ALTER TABLE identity.account_role ADD CONSTRAINT account_role_role_check CHECK (role IN (
  'departmentOfficer', 'departmentSystem', 'creditOffice', 'companyRepresentative', 'authorisedReader', 'accountManager',
  'systemAdmin', 'securityAdmin', 'auditAdmin', 'operator'));
ALTER TABLE log.access_log DROP CONSTRAINT access_log_actor_kind_check;
ALTER TABLE log.access_log ADD CONSTRAINT access_log_actor_kind_check
  CHECK (actor_kind IN ('anonymous', 'account', 'client', 'operator', 'system'));
