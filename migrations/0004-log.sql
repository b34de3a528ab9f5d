-- Why: who looked at what, and why, so that the subject can read it and nobody can change it (网络安全法 art. 21(3); 深圳
-- art. 45: five years). The app and log logins can only insert, the sealer can only read and seal, the audit login reads.
-- Local tables, also on a distributed PostgreSQL. Seals cover rows by transaction number below the oldest one that still
-- runs, so that no row can appear behind a seal.

CREATE SCHEMA log;
REVOKE ALL ON SCHEMA log FROM PUBLIC;
GRANT USAGE ON SCHEMA log TO ${role:app}, ${role:log}, ${role:sealer}, ${role:audit};

-- Transaction numbers start again when the data move to another cluster: each cluster is an epoch.
CREATE TABLE log.epoch (
  epoch      integer PRIMARY KEY,
  cluster_id text NOT NULL,
  began_at   timestamptz NOT NULL
);

CREATE TABLE log.access_log (
  log_id        uuid NOT NULL,
  at            timestamptz NOT NULL,
  actor_kind    text NOT NULL CHECK (actor_kind IN ('anonymous', 'account', 'operator', 'system')),
  account_id    uuid,
  actor_name    text NOT NULL,
  body_id       uuid,
  os_user       text,
  action        text NOT NULL,
  resource_kind text,
  resource_id   text,
  subject_id    uuid,
  purpose       text,
  matter        text,
  case_number   text,
  outcome       text NOT NULL CHECK (outcome IN ('ok', 'refused', 'failed')),
  address       text,
  request_id    text,
  detail        jsonb,
  -- The writer cannot choose these two: the defaults are the only way in (column grants below).
  epoch         integer NOT NULL DEFAULT 1,
  xid           xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (at, log_id)
) PARTITION BY RANGE (at);
CREATE INDEX access_log_xid ON log.access_log (epoch, xid);
CREATE INDEX access_log_subject ON log.access_log (subject_id, at) WHERE subject_id IS NOT NULL;
CREATE INDEX access_log_account ON log.access_log (account_id, at) WHERE account_id IS NOT NULL;

GRANT INSERT (log_id, at, actor_kind, account_id, actor_name, body_id, os_user, action, resource_kind, resource_id,
  subject_id, purpose, matter, case_number, outcome, address, request_id, detail)
  ON log.access_log TO ${role:app}, ${role:log};
GRANT SELECT ON log.access_log TO ${role:sealer}, ${role:audit};

-- One seal covers the rows of one month in [from_xid, to_xid). Never updated, never deleted: a dropped month leaves its seals.
CREATE TABLE log.seal (
  seal_no     bigint PRIMARY KEY,
  epoch       integer NOT NULL,
  month       text NOT NULL CHECK (month ~ '^\d{4}-\d{2}$'),
  from_xid    xid8 NOT NULL,
  to_xid      xid8 NOT NULL,
  row_count   bigint NOT NULL,
  merkle_root text NOT NULL,
  prev_hash   text NOT NULL,
  seal_hash   text NOT NULL,
  algorithm   text NOT NULL,
  key_id      text NOT NULL,
  signature   text NOT NULL,
  sealed_at   timestamptz NOT NULL
);
CREATE TABLE log.seal_key (
  key_id     text PRIMARY KEY,
  algorithm  text NOT NULL,
  public_key text NOT NULL,
  since      timestamptz NOT NULL
);

-- What changed, for those who follow the platform. The writer does not know its place; the sealer gives it.
CREATE TABLE core.outbox (
  outbox_id  uuid PRIMARY KEY,
  kind       text NOT NULL,
  subject_id uuid,
  payload    jsonb NOT NULL,
  at         timestamptz NOT NULL,
  epoch      integer NOT NULL DEFAULT 1,
  xid        xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX outbox_xid ON core.outbox (epoch, xid);

-- Positions without gaps, in the order of transactions; cursors of the change feed are these.
CREATE TABLE log.feed (
  position  bigint PRIMARY KEY,
  outbox_id uuid NOT NULL UNIQUE,
  epoch     integer NOT NULL,
  xid       xid8 NOT NULL,
  placed_at timestamptz NOT NULL
);

GRANT SELECT, INSERT ON log.seal, log.seal_key, log.feed TO ${role:sealer};
GRANT SELECT ON log.seal, log.seal_key, log.feed, log.epoch TO ${role:audit};
GRANT SELECT ON log.epoch TO ${role:sealer};
GRANT SELECT ON log.feed TO ${role:app};
GRANT INSERT (outbox_id, kind, subject_id, payload, at) ON core.outbox TO ${role:app};
GRANT SELECT ON core.outbox TO ${role:app}, ${role:sealer};
GRANT USAGE ON SCHEMA core TO ${role:sealer};

-- Makes the partitions of a day's month and the months after it. There is no default partition: a row without a month is an
-- error that stops the act, never a row that lies where no seal looks.
CREATE FUNCTION log.ensure_partitions(from_day date, months integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  first date := date_trunc('month', from_day)::date;
  month date;
  made integer := 0;
BEGIN
  IF months < 1 OR months > 24 THEN RAISE EXCEPTION 'months must be 1 to 24'; END IF;
  PERFORM pg_advisory_xact_lock(7301, 1);
  FOR step IN 0 .. months - 1 LOOP
    month := (first + make_interval(months => step))::date;
    IF to_regclass(format('log.access_log_%s', to_char(month, 'YYYY_MM'))) IS NULL THEN
      -- Made apart and attached: that does not wait for those who are writing.
      EXECUTE format('CREATE TABLE log.access_log_%s (LIKE log.access_log INCLUDING ALL)', to_char(month, 'YYYY_MM'));
      EXECUTE format(
        'ALTER TABLE log.access_log ATTACH PARTITION log.access_log_%s FOR VALUES FROM (%L) TO (%L)',
        to_char(month, 'YYYY_MM'), month::text || ' 00:00:00+00', (month + interval '1 month')::date::text || ' 00:00:00+00');
      made := made + 1;
    END IF;
  END LOOP;
  RETURN made;
END $$;

-- Begins an epoch when the data are found in another cluster than before (a logical restore). Returns the epoch in force.
CREATE FUNCTION log.ensure_epoch(began timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  here text := (SELECT system_identifier::text FROM pg_control_system());
  current_epoch integer;
  current_cluster text;
BEGIN
  PERFORM pg_advisory_xact_lock(7301, 2);
  SELECT epoch, cluster_id INTO current_epoch, current_cluster FROM log.epoch ORDER BY epoch DESC LIMIT 1;
  IF current_cluster = here THEN RETURN current_epoch; END IF;
  current_epoch := coalesce(current_epoch, 0) + 1;
  INSERT INTO log.epoch (epoch, cluster_id, began_at) VALUES (current_epoch, here, began);
  EXECUTE format('ALTER TABLE log.access_log ALTER COLUMN epoch SET DEFAULT %s', current_epoch);
  EXECUTE format('ALTER TABLE core.outbox ALTER COLUMN epoch SET DEFAULT %s', current_epoch);
  RETURN current_epoch;
END $$;

REVOKE ALL ON FUNCTION log.ensure_partitions(date, integer), log.ensure_epoch(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log.ensure_partitions(date, integer), log.ensure_epoch(timestamptz) TO ${role:sealer}, ${role:log};
