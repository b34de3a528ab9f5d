-- Why: between a check and the decision an organisation may come on a list, or leave it. Whoever asked is told to ask again, so
-- that nothing is decided by what held last week (issue 7; 36号令 art. 3: measures end with their cause). A message names the
-- receipt and nothing of the organisation. Checks themselves write nothing here: what is watched is derived from the receipts,
-- so that a check stays one read and its log row. Small local tables: systems are counted in hundreds, watches by their
-- undecided checks of some months.

CREATE SCHEMA webhooks;
REVOKE ALL ON SCHEMA webhooks FROM PUBLIC;
GRANT USAGE ON SCHEMA webhooks TO ${role:app};

-- The address of one system (API client). It registers it itself; a changed address is another hook.
CREATE TABLE webhooks.hook (
  hook_id         uuid PRIMARY KEY,
  client_id       uuid NOT NULL REFERENCES credentials.client,
  -- Of the system: its receipts bear it.
  account_id      uuid NOT NULL,
  body_id         uuid NOT NULL REFERENCES core.body,
  url             text NOT NULL CHECK (length(url) BETWEEN 10 AND 500),
  state           text NOT NULL CHECK (state IN ('active', 'ended')),
  -- Receipts up to here were looked at; those of a while before are looked at again, for transactions that took longer.
  followed_to     timestamptz NOT NULL,
  -- Of the address: failures in a row, and when it is tried again.
  failures        integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz,
  last_success_at timestamptz,
  last_problem    text,
  registered_at   timestamptz NOT NULL,
  ended_at        timestamptz,
  CHECK ((state = 'ended') = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX hook_client ON webhooks.hook (client_id) WHERE state = 'active';
CREATE INDEX hook_page ON webhooks.hook (registered_at DESC, hook_id);

-- An undecided check of a system with a hook. `pointer`: what was told last, as a keyed digest that says nothing.
CREATE TABLE webhooks.watch (
  subject_id uuid NOT NULL,
  number     text NOT NULL,
  hook_id    uuid NOT NULL REFERENCES webhooks.hook,
  matter     text NOT NULL,
  pointer    text NOT NULL,
  until      timestamptz NOT NULL,
  PRIMARY KEY (subject_id, number)
);
CREATE INDEX watch_number ON webhooks.watch (number);
CREATE INDEX watch_hook ON webhooks.watch (hook_id, number);

-- The decision was taken, said by the system: also where the check told nothing that could be fed back.
CREATE TABLE webhooks.decided (
  number     text PRIMARY KEY,
  decided_on date NOT NULL,
  decided_at timestamptz NOT NULL,
  account_id uuid
);

CREATE TABLE webhooks.message (
  -- Sent as Idempotency-Key: the same however often it is sent.
  message_id      uuid PRIMARY KEY,
  hook_id         uuid NOT NULL REFERENCES webhooks.hook,
  number          text NOT NULL,
  pointer         text NOT NULL,
  -- dropped: it was decided, its time of watching ended, or the hook was.
  state           text NOT NULL CHECK (state IN ('waiting', 'delivered', 'dropped')),
  attempts        integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL,
  created_at      timestamptz NOT NULL,
  finished_at     timestamptz,
  CHECK ((state = 'waiting') = (finished_at IS NULL))
);
CREATE INDEX message_due ON webhooks.message (hook_id, next_attempt_at) WHERE state = 'waiting';
CREATE INDEX message_page ON webhooks.message (hook_id, created_at DESC, message_id);
CREATE INDEX message_number ON webhooks.message (number) WHERE state = 'waiting';

CREATE TABLE webhooks.attempt (
  message_id   uuid NOT NULL REFERENCES webhooks.message,
  seq          integer NOT NULL,
  at           timestamptz NOT NULL,
  outcome      text NOT NULL,
  status       integer,
  milliseconds integer NOT NULL,
  PRIMARY KEY (message_id, seq)
);

-- An address that does not answer: the credit office and the body are told, once, until it answers again.
CREATE TABLE webhooks.alarm (
  alarm_id  uuid PRIMARY KEY,
  hook_id   uuid NOT NULL REFERENCES webhooks.hook,
  problem   text NOT NULL,
  raised_at timestamptz NOT NULL,
  closed_at timestamptz,
  -- answersAgain, ended.
  closing   text,
  CHECK ((closed_at IS NULL) = (closing IS NULL))
);
CREATE UNIQUE INDEX alarm_open ON webhooks.alarm (hook_id) WHERE closed_at IS NULL;

-- Place in the change feed up to which changes were looked at.
CREATE TABLE webhooks.progress (
  task     text PRIMARY KEY,
  position bigint NOT NULL
);

GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA webhooks TO ${role:app};
GRANT UPDATE ON webhooks.hook, webhooks.message, webhooks.progress TO ${role:app};
GRANT UPDATE (pointer) ON webhooks.watch TO ${role:app};
GRANT UPDATE (closed_at, closing) ON webhooks.alarm TO ${role:app};
GRANT DELETE ON webhooks.watch TO ${role:app};
