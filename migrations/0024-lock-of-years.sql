-- Why: the years of records and the sealer of the log took the same advisory lock (7301, 3), and the sealer keeps it as long as
-- the server runs: each command beside a running server waited for a minute and gave up. The years have a number of their own.

CREATE OR REPLACE FUNCTION core.ensure_years(first_year integer, years integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  made integer := 0;
BEGIN
  IF years < 1 OR years > 10 THEN RAISE EXCEPTION 'years must be 1 to 10'; END IF;
  PERFORM pg_advisory_xact_lock(7301, 4);
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
