-- Why: who may sign in and as what. Bodies are in core (0001); here are accounts, their roles, sessions and what throttles
-- sign-in. Schema platform holds what the house needs and no module owns: idempotency keys and worker processes.
-- Nothing here is large: all tables are local on a distributed PostgreSQL.

CREATE SCHEMA identity;
REVOKE ALL ON SCHEMA identity FROM PUBLIC;
GRANT USAGE ON SCHEMA identity TO ${role:app}, ${role:audit};

-- The login is unique, never reused, and stays when the account is disabled (GB/T 22239-2019 8.1.4.1: unique identity).
CREATE TABLE identity.account (
  account_id           uuid PRIMARY KEY,
  login                text NOT NULL UNIQUE,
  name                 text NOT NULL,
  body_id              uuid REFERENCES core.body,
  -- PHC string of argon2id; null: nobody can sign in with a password (the operator of the command line).
  password_hash        text,
  must_change_password boolean NOT NULL DEFAULT false,
  password_changed_at  timestamptz,
  created_at           timestamptz NOT NULL,
  created_by           uuid,
  disabled_at          timestamptz,
  CHECK (login = lower(login))
);
CREATE INDEX account_body ON identity.account (body_id);

CREATE TABLE identity.account_role (
  account_id uuid NOT NULL REFERENCES identity.account,
  role       text NOT NULL CHECK (role IN ('departmentOfficer', 'creditOffice', 'systemAdmin', 'securityAdmin', 'auditAdmin', 'operator')),
  granted_at timestamptz NOT NULL,
  granted_by uuid,
  PRIMARY KEY (account_id, role)
);
-- One account holds at most one of the three administrators (8.1.5).
CREATE UNIQUE INDEX account_role_administrator ON identity.account_role (account_id)
  WHERE role IN ('systemAdmin', 'securityAdmin', 'auditAdmin');

-- The cookie holds the token, the table only its keyed hash: neither a dump nor a log lets anybody in.
CREATE TABLE identity.session (
  token_hash   bytea PRIMARY KEY,
  session_id   uuid NOT NULL UNIQUE,
  account_id   uuid NOT NULL REFERENCES identity.account,
  created_at   timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  address      text
);
CREATE INDEX session_account ON identity.session (account_id);

-- Attempts by login, whether or not there is such an account, so that a lock does not tell which logins exist.
CREATE TABLE identity.sign_in_attempt (
  login             text PRIMARY KEY,
  attempts          integer NOT NULL,
  window_started_at timestamptz NOT NULL
);

GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA identity TO ${role:app};
GRANT UPDATE ON identity.account, identity.session, identity.sign_in_attempt TO ${role:app};
GRANT DELETE ON identity.account_role, identity.session, identity.sign_in_attempt TO ${role:app};
GRANT SELECT (account_id, login, name, body_id, created_at, disabled_at) ON identity.account TO ${role:audit};
GRANT SELECT ON identity.account_role TO ${role:audit};

-- Commands act as this account; the operating system's user is logged beside it. It has no password.
INSERT INTO identity.account (account_id, login, name, created_at)
VALUES ('00000000-0000-7000-8000-000000000001', 'operator', '运维命令行', '2026-01-01T00:00:00Z');
INSERT INTO identity.account_role (account_id, role, granted_at)
VALUES ('00000000-0000-7000-8000-000000000001', 'operator', '2026-01-01T00:00:00Z');

-- A code belongs to one body at a time; what it was before stays with its dates.
CREATE UNIQUE INDEX body_code_open ON core.body_code (code) WHERE valid_to IS NULL;
GRANT DELETE ON core.body_code TO ${role:app};

CREATE SCHEMA platform;
REVOKE ALL ON SCHEMA platform FROM PUBLIC;
GRANT USAGE ON SCHEMA platform TO ${role:app};

-- Answers of requests with an Idempotency-Key, written in the transaction of the act. Kept for a day.
CREATE TABLE platform.idempotency (
  owner        text NOT NULL,
  route        text NOT NULL,
  key          text NOT NULL,
  request_hash text NOT NULL,
  status       integer,
  body         jsonb,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (owner, route, key)
);
CREATE INDEX idempotency_created ON platform.idempotency (created_at);

-- Processes that run jobs, so that the next start can free what a dead one had locked.
CREATE TABLE platform.worker (
  worker_id  text PRIMARY KEY,
  host       text NOT NULL,
  pid        integer NOT NULL,
  start_time text NOT NULL,
  seen_at    timestamptz NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA platform TO ${role:app};
