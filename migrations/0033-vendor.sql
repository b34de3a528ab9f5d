-- Why: a city that changes its system brings what the former one held (issue 5). A taking-over may be run again after it was
-- cut off or the dump was mended, so that what was taken is kept by the former system's own key; and a report that the former
-- system issued still has a number and a QR code on paper: it is said to be that system's, with its day, and nothing more.

CREATE SCHEMA vendor;
REVOKE ALL ON SCHEMA vendor FROM PUBLIC;
GRANT USAGE ON SCHEMA vendor TO ${role:app};

CREATE TABLE vendor.taken (
  template  text NOT NULL CHECK (template IN ('bodies', 'accounts', 'records', 'states', 'reports', 'cases')),
  key       text NOT NULL,
  -- The body, account, submission, record or case that came of it.
  result_id uuid,
  taken_at  timestamptz NOT NULL,
  PRIMARY KEY (template, key)
);

CREATE TABLE core.former_report (
  number       text NOT NULL,
  content_hash text,
  issued_on    date NOT NULL,
  system       text NOT NULL,
  taken_at     timestamptz NOT NULL,
  PRIMARY KEY (number)
);

GRANT SELECT, INSERT ON vendor.taken TO ${role:app};
GRANT SELECT, INSERT ON core.former_report TO ${role:app};
