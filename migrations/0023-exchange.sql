-- Why: who received a record learns at once that it was repaired, corrected, withdrawn or has expired, and proves that it
-- acted (58号令, 36号令 art. 3: 停止公示、共享和使用). Who received which version is derived from the access log and the
-- bitemporal records; only what is pushed has rows here. Small local tables: receivers are counted in hundreds, deliveries by
-- the take-downs of what they received.

CREATE SCHEMA exchange;
REVOKE ALL ON SCHEMA exchange FROM PUBLIC;
GRANT USAGE ON SCHEMA exchange TO ${role:app}, ${role:audit};

-- A body that the credit office registered to be told. Through its API client it reads the feed; where it has an address,
-- messages are pushed to it.
CREATE TABLE exchange.receiver (
  receiver_id     uuid PRIMARY KEY,
  body_id         uuid NOT NULL REFERENCES core.body,
  client_id       uuid REFERENCES credentials.client,
  name            text NOT NULL,
  contact         text NOT NULL,
  -- NULL: it follows the feed and is not pushed to.
  url             text,
  -- What it may read at most, and which catalogue items; empty: all that the level allows.
  level           text NOT NULL CHECK (level IN ('public', 'authorised', 'government')),
  items           text[] NOT NULL CHECK (cardinality(items) <= 500),
  -- received: what its body got. all: every change of the items, for platforms that hold copies.
  covers          text NOT NULL CHECK (covers IN ('received', 'all')),
  state           text NOT NULL CHECK (state IN ('active', 'paused', 'ended')),
  -- Changes after this place in the feed are pushed.
  from_position   bigint NOT NULL,
  -- The lane: failures in a row of the address itself, and when it is tried again.
  failures        integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz,
  last_success_at timestamptz,
  last_problem    text,
  registered_by   uuid NOT NULL,
  registered_at   timestamptz NOT NULL,
  changed_at      timestamptz NOT NULL,
  ended_at        timestamptz,
  CHECK ((state = 'ended') = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX receiver_client ON exchange.receiver (client_id) WHERE client_id IS NOT NULL AND state <> 'ended';
CREATE INDEX receiver_body ON exchange.receiver (body_id);

-- Public keys by which a receiver signs receipts; at a rotation two are in force for a while.
CREATE TABLE exchange.receiver_key (
  receiver_id uuid NOT NULL REFERENCES exchange.receiver,
  key_id      text NOT NULL,
  public_key  text NOT NULL,
  added_by    uuid NOT NULL,
  added_at    timestamptz NOT NULL,
  revoked_at  timestamptz,
  PRIMARY KEY (receiver_id, key_id)
);

-- One message to one receiver. The pair of receiver and change is unique, and its key is made of both: a crash, a repeated
-- round or a restored backup cannot make a second message of the same change.
CREATE TABLE exchange.delivery (
  delivery_id     uuid PRIMARY KEY,
  receiver_id     uuid NOT NULL REFERENCES exchange.receiver,
  outbox_id       uuid NOT NULL,
  idempotency_key text NOT NULL UNIQUE,
  position        bigint NOT NULL,
  subject_id      uuid NOT NULL,
  record_id       uuid,
  -- As it is sent: ids, codes and days, no content.
  message         jsonb NOT NULL,
  -- waiting: to be sent. sent: taken, the receipt is awaited. receipted · declined (a receipt that says no) · closed by the office.
  state           text NOT NULL CHECK (state IN ('waiting', 'sent', 'receipted', 'declined', 'closed')),
  attempts        integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL,
  created_at      timestamptz NOT NULL,
  sent_at         timestamptz,
  due_on          date NOT NULL,
  due_provisional boolean NOT NULL,
  receipt         jsonb,
  finished_at     timestamptz,
  policy_set_id   integer NOT NULL,
  UNIQUE (receiver_id, outbox_id),
  CHECK ((state IN ('receipted', 'declined', 'closed')) = (finished_at IS NOT NULL)),
  CHECK (state NOT IN ('receipted', 'declined') OR receipt IS NOT NULL)
);
CREATE INDEX delivery_lane ON exchange.delivery (receiver_id, subject_id, position) WHERE state = 'waiting';
CREATE INDEX delivery_due ON exchange.delivery (due_on) WHERE state IN ('waiting', 'sent');
CREATE INDEX delivery_subject ON exchange.delivery (subject_id, position);
CREATE INDEX delivery_page ON exchange.delivery (receiver_id, position);

CREATE TABLE exchange.attempt (
  delivery_id  uuid NOT NULL REFERENCES exchange.delivery,
  seq          integer NOT NULL,
  at           timestamptz NOT NULL,
  outcome      text NOT NULL,
  status       integer,
  milliseconds integer NOT NULL,
  PRIMARY KEY (delivery_id, seq)
);

-- What the credit office has to look after: an address that does not answer (one for a receiver), a message without a receipt
-- on its day, a receipt that does not hold or that says no.
CREATE TABLE exchange.alarm (
  alarm_id    uuid PRIMARY KEY,
  receiver_id uuid NOT NULL REFERENCES exchange.receiver,
  delivery_id uuid REFERENCES exchange.delivery,
  kind        text NOT NULL CHECK (kind IN ('unreachable', 'overdue', 'wrongReceipt', 'declined')),
  state       text NOT NULL CHECK (state IN ('open', 'replied', 'closed')),
  facts       jsonb NOT NULL,
  raised_at   timestamptz NOT NULL,
  reply       text,
  replied_by  uuid,
  replied_at  timestamptz,
  -- by the office with its reason, or by what happened: the receipt came, the address answers again.
  closed_by   uuid,
  closed_at   timestamptz,
  closing     text,
  CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
  CHECK (state <> 'replied' OR replied_at IS NOT NULL),
  CHECK ((kind = 'unreachable') = (delivery_id IS NULL))
);
CREATE UNIQUE INDEX alarm_unreachable ON exchange.alarm (receiver_id) WHERE kind = 'unreachable' AND state <> 'closed';
CREATE UNIQUE INDEX alarm_delivery ON exchange.alarm (delivery_id, kind) WHERE state <> 'closed';
CREATE INDEX alarm_state ON exchange.alarm (state, raised_at);

-- Organisations that registered receivers looked at: the day on which one of their records expires next.
CREATE TABLE exchange.watched (
  subject_id   uuid PRIMARY KEY,
  evaluated_on date NOT NULL,
  next_on      date NOT NULL
);
CREATE INDEX watched_next ON exchange.watched (next_on);

-- How far a task has come: a place in the feed, or a moment of the access log.
CREATE TABLE exchange.progress (
  task     text PRIMARY KEY,
  position bigint NOT NULL,
  up_to    timestamptz
);

-- A restored backup gives places of the change feed anew. A follower that read beyond the backup would take the new
-- places for those it knows and miss what stands there; each restore therefore begins an epoch of the feed, with the place
-- after which it counts. The number is the second of the restore, so that no two are ever alike.
CREATE TABLE exchange.feed_epoch (
  epoch          bigint PRIMARY KEY CHECK (epoch > 1),
  after_position bigint NOT NULL,
  began_at       timestamptz NOT NULL
);

GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA exchange TO ${role:app};
GRANT UPDATE ON exchange.receiver, exchange.delivery, exchange.alarm, exchange.watched, exchange.progress TO ${role:app};
GRANT UPDATE (revoked_at) ON exchange.receiver_key TO ${role:app};
GRANT SELECT ON ALL TABLES IN SCHEMA exchange TO ${role:audit};
