-- Why: proofs of the access log that leave this machine, and its lawful end. A checkpoint says where the log stood at a moment
-- and is published and kept elsewhere; without one a cut tail cannot be told. A month leaves the database only when it was
-- written to a signed archive file and is older than six months (网络安全法 art. 21(3)); its seals stay for ever.

-- Published: everybody may read it, so that more people than the city hold it.
CREATE TABLE log.checkpoint (
  seal_no   bigint PRIMARY KEY,
  seal_hash text NOT NULL,
  epoch     integer NOT NULL,
  sealed_at timestamptz NOT NULL,
  issued_at timestamptz NOT NULL,
  algorithm text NOT NULL,
  key_id    text NOT NULL,
  signature text NOT NULL
);
GRANT SELECT, INSERT ON log.checkpoint TO ${role:sealer};
GRANT SELECT ON log.checkpoint TO ${role:audit}, ${role:app};

-- A month that was written to a file: signed, so that a dropped partition is either here or a finding.
CREATE TABLE log.archive (
  month       text PRIMARY KEY CHECK (month ~ '^\d{4}-\d{2}$'),
  file_name   text NOT NULL,
  file_digest text NOT NULL,
  row_count   bigint NOT NULL,
  first_seal  bigint,
  last_seal   bigint,
  archived_at timestamptz NOT NULL,
  algorithm   text NOT NULL,
  key_id      text NOT NULL,
  signature   text NOT NULL
);
GRANT SELECT ON log.archive TO ${role:audit}, ${role:sealer};

-- Drops a month. The floor of six months is measured against the newest seal, not against what the caller says the time is,
-- and holds whatever a city's policy says. Only the owner may call it.
CREATE FUNCTION log.drop_month(month text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '5s' AS $$
DECLARE
  ends timestamptz;
  newest timestamptz;
  kept bigint;
  held bigint;
BEGIN
  IF month !~ '^\d{4}-(0[1-9]|1[0-2])$' THEN RAISE EXCEPTION 'not a month: %', month; END IF;
  PERFORM pg_advisory_xact_lock(7301, 1);
  ends := ((month || '-01')::date + interval '1 month')::timestamp AT TIME ZONE 'UTC';
  SELECT max(sealed_at) INTO newest FROM log.seal;
  IF newest IS NULL OR ends > newest - interval '6 months' THEN
    RAISE EXCEPTION 'the log of % is younger than six months', month USING ERRCODE = 'check_violation';
  END IF;
  SELECT a.row_count INTO kept FROM log.archive a WHERE a.month = drop_month.month;
  IF kept IS NULL THEN RAISE EXCEPTION 'the log of % is in no archive', month USING ERRCODE = 'check_violation'; END IF;
  EXECUTE format('SELECT count(*) FROM log.%I', 'access_log_' || replace(month, '-', '_')) INTO held;
  IF held <> kept THEN
    RAISE EXCEPTION 'the archive of % holds % rows, the log %', month, kept, held USING ERRCODE = 'check_violation';
  END IF;
  EXECUTE format('DROP TABLE log.%I', 'access_log_' || replace(month, '-', '_'));
END $$;
REVOKE ALL ON FUNCTION log.drop_month(text) FROM PUBLIC;
