-- Why: records lie in a partition for each year of recording. The years ahead are made before they begin, by the program
-- itself; the login of the modules may ask for it but makes no tables.

-- Makes the partitions of the year and of those after it, where they are missing. Returns how many it made.
CREATE FUNCTION core.ensure_years(first_year integer, years integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  made integer := 0;
BEGIN
  IF years < 1 OR years > 10 THEN RAISE EXCEPTION 'years must be 1 to 10'; END IF;
  PERFORM pg_advisory_xact_lock(7301, 3);
  FOR year IN first_year .. first_year + years - 1 LOOP
    IF to_regclass(format('core.record_%s', year)) IS NULL THEN
      -- Made apart and attached: that does not wait for those who are writing.
      EXECUTE format('CREATE TABLE core.record_%s (LIKE core.record INCLUDING ALL)', year);
      EXECUTE format('ALTER TABLE core.record ATTACH PARTITION core.record_%s FOR VALUES FROM (%L) TO (%L)',
        year, format('%s-01-01', year), format('%s-01-01', year + 1));
      made := made + 1;
    END IF;
  END LOOP;
  RETURN made;
END $$;

REVOKE ALL ON FUNCTION core.ensure_years(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core.ensure_years(integer, integer) TO ${role:app};

-- A file that waits says how many are before it, and files of one body are taken one after the other: both are asked of
-- the few submissions that are not finished, among millions that are.
CREATE INDEX submission_unfinished ON core.submission (received_at, submission_id) WHERE state IN ('received', 'processing');
