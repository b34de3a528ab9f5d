-- Why: who is on which list, by which document and until when (issue 7; 国办发〔2020〕49号). A list entry is about an
-- organisation and nothing else: there is no column that could name a person. What was decided here is not valid without its
-- document number and the proof that it was delivered; what was decided elsewhere points to the record that says so, whose
-- events (repair, annulment, withdrawal) hold of the entry at the moment it is read. Expiry is computed at every read.

CREATE SCHEMA lists;
REVOKE ALL ON SCHEMA lists FROM PUBLIC;
GRANT USAGE ON SCHEMA lists TO ${role:app};

CREATE TABLE lists.entry (
  subject_id         uuid NOT NULL,
  entry_id           uuid NOT NULL,
  -- Of this row: a corrected entry keeps its id.
  version_id         uuid NOT NULL,
  -- Key of the list in policy, and its kind as it was when the entry was recorded.
  list               text NOT NULL,
  kind               text NOT NULL CHECK (kind IN ('serious', 'watch', 'honour')),
  -- decision: recognised on this platform. record: recognised elsewhere and reported.
  origin             text NOT NULL CHECK (origin IN ('decision', 'record')),
  case_id            uuid,
  record_id          uuid,
  -- Of the record, so that its corrected version is found.
  key_hash           bytea,
  recogniser_body_id uuid NOT NULL,
  document_number    text,
  -- Of a court, whose list has case numbers.
  case_number        text,
  decided_on         date,
  delivered_on       date,
  delivery_proof     text,
  -- The recogniser answers for the delivery; the platform has no proof of its own.
  attested           boolean NOT NULL,
  listed_on          date NOT NULL,
  -- Last day; null = until the cause is gone.
  ends_on            date,
  term_months        integer,
  -- Longest term of the law, as policy had it.
  term_limit_months  integer,
  -- Facts, legal basis, evidence, measures, conditions of removal, remedy: what the decision says. Without persons.
  particulars        jsonb NOT NULL,
  policy_set_id      integer NOT NULL,
  account_id         uuid,
  recorded_at        timestamptz NOT NULL,
  -- Set once, when a correction stands in its place.
  superseded_at      timestamptz,
  PRIMARY KEY (subject_id, version_id),
  CONSTRAINT entry_decided_here CHECK (origin <> 'decision' OR (
    case_id IS NOT NULL AND decided_on IS NOT NULL AND delivered_on IS NOT NULL AND NOT attested
    AND document_number IS NOT NULL AND length(btrim(document_number)) > 0
    AND delivery_proof IS NOT NULL AND length(btrim(delivery_proof)) > 0
    AND delivered_on >= decided_on AND listed_on >= decided_on
    AND particulars ?& ARRAY['facts', 'legalBasis', 'evidence', 'measures', 'removalConditions', 'removalProcedure', 'remedy', 'authority']
  )),
  CONSTRAINT entry_decided_elsewhere CHECK (origin <> 'record' OR (
    record_id IS NOT NULL AND key_hash IS NOT NULL AND coalesce(document_number, case_number) IS NOT NULL
  )),
  CONSTRAINT entry_days CHECK (ends_on IS NULL OR ends_on >= listed_on),
  CONSTRAINT entry_term CHECK (term_limit_months IS NULL OR (
    term_months IS NOT NULL AND term_months BETWEEN 1 AND term_limit_months AND ends_on IS NOT NULL
    AND ends_on <= (listed_on + make_interval(months => term_limit_months))::date
  ))
);
CREATE UNIQUE INDEX entry_current ON lists.entry (subject_id, entry_id) WHERE superseded_at IS NULL;
CREATE UNIQUE INDEX entry_record ON lists.entry (subject_id, list, key_hash) WHERE superseded_at IS NULL AND key_hash IS NOT NULL;
CREATE UNIQUE INDEX entry_case ON lists.entry (subject_id, case_id) WHERE superseded_at IS NULL AND case_id IS NOT NULL;
CREATE INDEX entry_of_list ON lists.entry (list, listed_on DESC, entry_id DESC) WHERE superseded_at IS NULL;
CREATE INDEX entry_id ON lists.entry (entry_id);
CREATE INDEX entry_ends ON lists.entry (ends_on) WHERE superseded_at IS NULL AND ends_on IS NOT NULL;

-- How an entry ended, beside what the events of its record say. An expired one is kept here when it was announced; the end
-- itself does not wait for that.
CREATE TABLE lists.removal (
  subject_id      uuid NOT NULL,
  removal_id      uuid NOT NULL,
  entry_id        uuid NOT NULL,
  kind            text NOT NULL CHECK (kind IN ('expired', 'early', 'annulled', 'leftAtSource')),
  -- First day on which it is listed no longer.
  removed_on      date NOT NULL,
  document_number text,
  reason          text NOT NULL,
  case_id         uuid,
  account_id      uuid,
  recorded_at     timestamptz NOT NULL,
  PRIMARY KEY (subject_id, removal_id),
  CONSTRAINT removal_document CHECK (kind IN ('expired', 'leftAtSource') OR length(btrim(coalesce(document_number, ''))) > 0)
);
CREATE UNIQUE INDEX removal_once ON lists.removal (subject_id, entry_id, kind);

-- What a recogniser said of who is on its list, and what followed.
CREATE TABLE lists.reconciliation (
  reconciliation_id uuid PRIMARY KEY,
  list              text NOT NULL,
  body_id           uuid NOT NULL,
  as_of             date NOT NULL,
  stated            integer NOT NULL,
  matched           integer NOT NULL,
  ended             integer NOT NULL,
  unknown           integer NOT NULL,
  sha256            text NOT NULL,
  account_id        uuid,
  recorded_at       timestamptz NOT NULL
);
CREATE INDEX reconciliation_list ON lists.reconciliation (list, recorded_at DESC);

GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA lists TO ${role:app};
GRANT UPDATE (superseded_at) ON lists.entry TO ${role:app};
