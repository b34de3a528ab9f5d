-- Why: the ways to prove who one is (GB/T 22239-2019 8.1.4.1: two or more factors, one of them cryptographic; 8.1.4.2: least
-- privilege of systems too): code generators with recovery codes, systems' keys and signatures, gateways, certificates, a
-- city's identity provider, and the proof by which a representative speaks for an organisation. Secrets are kept as
-- ciphertext or as keyed hashes: a dump of these tables lets nobody in. Small tables, all local.

CREATE SCHEMA credentials;
REVOKE ALL ON SCHEMA credentials FROM PUBLIC;
GRANT USAGE ON SCHEMA credentials TO ${role:app}, ${role:audit};

ALTER TABLE identity.account
  -- Set while a second factor is enrolled: from then on a password alone opens nothing but the second step.
  ADD COLUMN second_factor_at timestamptz,
  -- Only the demonstration's loader sets it, and it counts only while the demonstration is loaded.
  ADD COLUMN password_suffices boolean NOT NULL DEFAULT false;
-- By what the session was opened: password, totp, recovery, certificate, licence, oidc, oidcStrong.
ALTER TABLE identity.session ADD COLUMN factors text[] NOT NULL DEFAULT '{password}';

-- Earlier passwords, so that they do not come back at once (periodic change, objections.md §6).
CREATE TABLE identity.password_history (
  account_id    uuid NOT NULL REFERENCES identity.account,
  password_hash text NOT NULL,
  replaced_at   timestamptz NOT NULL,
  PRIMARY KEY (account_id, replaced_at)
);
GRANT SELECT, INSERT, DELETE ON identity.password_history TO ${role:app};

CREATE TABLE credentials.totp (
  account_id    uuid PRIMARY KEY REFERENCES identity.account,
  secret_cipher bytea NOT NULL,
  created_at    timestamptz NOT NULL,
  confirmed_at  timestamptz,
  -- The last time step that was used: it and all before it are refused (RFC 6238 §5.2).
  last_step     bigint NOT NULL DEFAULT 0
);
CREATE TABLE credentials.recovery_code (
  account_id uuid NOT NULL REFERENCES identity.account,
  code_hash  bytea NOT NULL,
  created_at timestamptz NOT NULL,
  used_at    timestamptz,
  PRIMARY KEY (account_id, code_hash)
);
-- A lost second factor is taken away by two people, neither of them its holder.
CREATE TABLE credentials.factor_reset (
  reset_id         uuid PRIMARY KEY,
  account_id       uuid NOT NULL,
  holder_id        uuid NOT NULL,
  reason           text NOT NULL,
  state            text NOT NULL CHECK (state IN ('waiting', 'done', 'refused')),
  requested_by     uuid NOT NULL,
  requested_holder uuid NOT NULL,
  requested_at     timestamptz NOT NULL,
  decided_by       uuid,
  decided_holder   uuid,
  decided_at       timestamptz,
  FOREIGN KEY (account_id, holder_id) REFERENCES identity.account (account_id, holder_id) ON UPDATE CASCADE,
  FOREIGN KEY (requested_by, requested_holder) REFERENCES identity.account (account_id, holder_id) ON UPDATE CASCADE,
  FOREIGN KEY (decided_by, decided_holder) REFERENCES identity.account (account_id, holder_id) ON UPDATE CASCADE,
  CONSTRAINT factor_reset_not_own CHECK (requested_holder <> holder_id),
  CONSTRAINT factor_reset_two_people CHECK (
    decided_holder IS NULL OR (decided_holder <> requested_holder AND decided_holder <> holder_id)),
  CHECK ((state = 'waiting') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_holder IS NULL))
);
CREATE UNIQUE INDEX factor_reset_waiting ON credentials.factor_reset (account_id) WHERE state = 'waiting';

-- A department's system. It acts through an account of kind system, which has its body, role and disabling.
CREATE TABLE credentials.client (
  client_id          uuid PRIMARY KEY,
  account_id         uuid NOT NULL UNIQUE REFERENCES identity.account,
  name               text NOT NULL,
  -- direct: bearer keys and signatures from its own addresses. gateway: an application behind a gateway that cannot sign.
  way                text NOT NULL CHECK (way IN ('direct', 'gateway')),
  scopes             text[] NOT NULL CHECK (cardinality(scopes) BETWEEN 1 AND 50),
  -- CIDR; empty: from anywhere.
  addresses          text[] NOT NULL CHECK (cardinality(addresses) <= 50),
  signature_required boolean NOT NULL,
  contact            text NOT NULL,
  created_by         uuid NOT NULL REFERENCES identity.account,
  created_at         timestamptz NOT NULL,
  -- Null: nothing that it holds works yet. Wider rights need a new approval.
  approved_by        uuid REFERENCES identity.account,
  approved_at        timestamptz,
  changed_by         uuid NOT NULL REFERENCES identity.account,
  revoked_at         timestamptz,
  revoked_by         uuid REFERENCES identity.account,
  CONSTRAINT client_four_eyes CHECK (approved_by IS NULL OR approved_by <> changed_by),
  CHECK ((approved_by IS NULL) = (approved_at IS NULL)),
  CHECK (way = 'direct' OR NOT signature_required)
);
CREATE TABLE credentials.client_key (
  key_id       uuid PRIMARY KEY,
  client_id    uuid NOT NULL REFERENCES credentials.client,
  kind         text NOT NULL CHECK (kind IN ('bearer', 'ed25519', 'sm2', 'application')),
  -- Keyed hash of a bearer key or application token; the public key of the others.
  secret_hash  bytea,
  public_key   text,
  created_by   uuid NOT NULL REFERENCES identity.account,
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  revoked_at   timestamptz,
  revoked_by   uuid REFERENCES identity.account,
  last_used_at timestamptz,
  last_address text,
  CHECK ((kind IN ('bearer', 'application')) = (secret_hash IS NOT NULL)),
  CHECK ((kind IN ('ed25519', 'sm2')) = (public_key IS NOT NULL))
);
CREATE INDEX client_key_client ON credentials.client_key (client_id, created_at);

-- A government exchange gateway: many systems share its address. By itself it may do nothing.
CREATE TABLE credentials.gateway (
  gateway_id   uuid PRIMARY KEY,
  name         text NOT NULL,
  secret_hash  bytea,
  -- Subject of the client certificate that a trusted proxy has checked.
  certificate  text,
  addresses    text[] NOT NULL CHECK (cardinality(addresses) BETWEEN 1 AND 50),
  created_by   uuid NOT NULL REFERENCES identity.account,
  created_at   timestamptz NOT NULL,
  revoked_at   timestamptz,
  revoked_by   uuid REFERENCES identity.account,
  CHECK ((secret_hash IS NULL) <> (certificate IS NULL))
);

-- Signatures that were accepted, until their time window is over: each works once.
CREATE TABLE credentials.nonce (
  key_id     uuid NOT NULL,
  nonce      text NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (key_id, nonce)
);
CREATE INDEX nonce_expires ON credentials.nonce (expires_at);

-- An account known to an outside provider by the value of a configured claim, never by an e-mail address.
CREATE TABLE credentials.identity_link (
  link_id    uuid PRIMARY KEY,
  provider   text NOT NULL,
  -- Keyed hash: the claim may be a person's number.
  claim_hash bytea NOT NULL,
  account_id uuid NOT NULL REFERENCES identity.account,
  linked_at  timestamptz NOT NULL,
  linked_by  uuid NOT NULL REFERENCES identity.account,
  ended_at   timestamptz
);
CREATE UNIQUE INDEX identity_link_claim ON credentials.identity_link (provider, claim_hash) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX identity_link_account ON credentials.identity_link (provider, account_id) WHERE ended_at IS NULL;

-- A sign-in that was begun at a provider and has not come back; it belongs to the browser that began it.
CREATE TABLE credentials.provider_attempt (
  state_hash   bytea PRIMARY KEY,
  browser_hash bytea NOT NULL,
  provider     text NOT NULL,
  purpose      text NOT NULL CHECK (purpose IN ('signIn', 'link')),
  account_id   uuid REFERENCES identity.account,
  -- Challenge, or verifier and nonce of OpenID Connect.
  secret       jsonb NOT NULL,
  next         text NOT NULL,
  expires_at   timestamptz NOT NULL
);
CREATE INDEX provider_attempt_expires ON credentials.provider_attempt (expires_at);

-- By what proof somebody speaks for one organisation. The person is a token; the proof is a digest.
CREATE TABLE credentials.representation (
  representation_id uuid PRIMARY KEY,
  account_id   uuid NOT NULL REFERENCES identity.account,
  subject_id   uuid NOT NULL,
  provider     text NOT NULL,
  proof_digest text NOT NULL,
  person_token text NOT NULL,
  proved_at    timestamptz NOT NULL,
  ended_at     timestamptz,
  ended_reason text CHECK (ended_reason IN ('revoked', 'legalRepresentativeChanged', 'replaced')),
  ended_by     uuid REFERENCES identity.account,
  CHECK ((ended_at IS NULL) = (ended_reason IS NULL))
);
CREATE UNIQUE INDEX representation_account ON credentials.representation (account_id) WHERE ended_at IS NULL;
CREATE INDEX representation_subject ON credentials.representation (subject_id, ended_at);

GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA credentials TO ${role:app};
GRANT UPDATE, DELETE ON credentials.totp TO ${role:app};
GRANT UPDATE (used_at), DELETE ON credentials.recovery_code TO ${role:app};
GRANT UPDATE (state, decided_by, decided_holder, decided_at) ON credentials.factor_reset TO ${role:app};
GRANT UPDATE (name, scopes, addresses, signature_required, contact, approved_by, approved_at, changed_by, revoked_at, revoked_by)
  ON credentials.client TO ${role:app};
GRANT UPDATE (expires_at, revoked_at, revoked_by, last_used_at, last_address) ON credentials.client_key TO ${role:app};
GRANT UPDATE (revoked_at, revoked_by) ON credentials.gateway TO ${role:app};
GRANT DELETE ON credentials.nonce, credentials.provider_attempt TO ${role:app};
GRANT UPDATE (ended_at) ON credentials.identity_link TO ${role:app};
GRANT UPDATE (ended_at, ended_reason, ended_by) ON credentials.representation TO ${role:app};
GRANT SELECT ON credentials.client, credentials.gateway, credentials.factor_reset, credentials.representation TO ${role:audit};
GRANT SELECT (key_id, client_id, kind, created_by, created_at, expires_at, revoked_at, revoked_by, last_used_at, last_address)
  ON credentials.client_key TO ${role:audit};
