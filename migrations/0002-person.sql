-- Why: natural persons are another type in another schema with its own login and keys (natural-persons.md G1, G22).
-- The app role has no right here. Only tokens leave this schema; there is no column that could hold a score, grade or rank.

CREATE SCHEMA person;
REVOKE ALL ON SCHEMA person FROM PUBLIC;
GRANT USAGE ON SCHEMA person TO ${role:person};

-- A document number of a person: keyed hash (the token that other schemas may hold) and ciphertext.
CREATE TABLE person.identifier (
  token    text PRIMARY KEY,
  kind     text NOT NULL,
  cipher   bytea NOT NULL,
  key_id   text NOT NULL,
  added_at timestamptz NOT NULL
);

-- A reported row about a natural person, accepted where the place's rules allow it. The payload is ciphertext.
CREATE TABLE person.record (
  token          text NOT NULL,
  record_id      uuid NOT NULL,
  item           text NOT NULL,
  key_hash       bytea NOT NULL,
  payload_hash   bytea NOT NULL,
  cipher         bytea NOT NULL,
  key_id         text NOT NULL,
  decided_on     date,
  deciding_body_id uuid NOT NULL,
  source_body_id uuid NOT NULL,
  submission_id  uuid NOT NULL,
  row_no         integer NOT NULL,
  policy_set_id  integer NOT NULL,
  retain_until   date NOT NULL,
  recorded_at    timestamptz NOT NULL,
  superseded_at  timestamptz,
  PRIMARY KEY (token, record_id)
);
CREATE UNIQUE INDEX person_record_key ON person.record (key_hash) WHERE superseded_at IS NULL;

GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA person TO ${role:person};
GRANT UPDATE (superseded_at) ON person.record TO ${role:person};
GRANT DELETE ON person.identifier, person.record TO ${role:person};
