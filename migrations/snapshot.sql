-- Made by scripts/schema-snapshot.ts from a migrated database; do not edit. A change here is a change of the schema.

CREATE SCHEMA access;
GRANT USAGE ON SCHEMA access TO ${role:app};
GRANT USAGE ON SCHEMA access TO ${role:audit};

CREATE SCHEMA casework;
GRANT USAGE ON SCHEMA casework TO ${role:app};

CREATE SCHEMA checks;
GRANT USAGE ON SCHEMA checks TO ${role:app};

CREATE SCHEMA core;
GRANT USAGE ON SCHEMA core TO ${role:app};
GRANT USAGE ON SCHEMA core TO ${role:audit};
GRANT USAGE ON SCHEMA core TO ${role:sealer};

CREATE SCHEMA credentials;
GRANT USAGE ON SCHEMA credentials TO ${role:app};
GRANT USAGE ON SCHEMA credentials TO ${role:audit};

CREATE SCHEMA display;
GRANT USAGE ON SCHEMA display TO ${role:app};

CREATE SCHEMA exchange;
GRANT USAGE ON SCHEMA exchange TO ${role:app};
GRANT USAGE ON SCHEMA exchange TO ${role:audit};

CREATE SCHEMA identity;
GRANT USAGE ON SCHEMA identity TO ${role:app};
GRANT USAGE ON SCHEMA identity TO ${role:audit};

CREATE SCHEMA lists;
GRANT USAGE ON SCHEMA lists TO ${role:app};

CREATE SCHEMA log;
GRANT USAGE ON SCHEMA log TO ${role:app};
GRANT USAGE ON SCHEMA log TO ${role:audit};
GRANT USAGE ON SCHEMA log TO ${role:log};
GRANT USAGE ON SCHEMA log TO ${role:sealer};

CREATE SCHEMA migration;

CREATE SCHEMA notices;
GRANT USAGE ON SCHEMA notices TO ${role:app};

CREATE SCHEMA obligations;
GRANT USAGE ON SCHEMA obligations TO ${role:app};

CREATE SCHEMA oversight;
GRANT USAGE ON SCHEMA oversight TO ${role:app};
GRANT USAGE ON SCHEMA oversight TO ${role:audit};

CREATE SCHEMA papers;
GRANT USAGE ON SCHEMA papers TO ${role:app};

CREATE SCHEMA person;
GRANT USAGE ON SCHEMA person TO ${role:person};

CREATE SCHEMA platform;
GRANT USAGE ON SCHEMA platform TO ${role:app};

CREATE SCHEMA policy;
GRANT USAGE ON SCHEMA policy TO ${role:app};

CREATE SCHEMA quality;
GRANT USAGE ON SCHEMA quality TO ${role:app};

CREATE SCHEMA repair;
GRANT USAGE ON SCHEMA repair TO ${role:app};

CREATE SCHEMA vendor;
GRANT USAGE ON SCHEMA vendor TO ${role:app};

CREATE SCHEMA webhooks;
GRANT USAGE ON SCHEMA webhooks TO ${role:app};

CREATE TABLE access.authorisation (
  authorisation_id uuid NOT NULL,
  subject_id uuid NOT NULL,
  body_id uuid NOT NULL,
  purpose text NOT NULL,
  matter text,
  sections text[] NOT NULL,
  note text,
  state text NOT NULL,
  asked_by uuid,
  asked_at timestamp with time zone,
  answer_by timestamp with time zone,
  granted_by uuid,
  granted_at timestamp with time zone,
  valid_from date,
  valid_to date,
  uses_allowed integer,
  uses_made integer NOT NULL DEFAULT 0,
  ended_by uuid,
  ended_at timestamp with time zone,
  end_note text,
  policy_set_id integer NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT authorisation_pkey PRIMARY KEY (authorisation_id),
  CONSTRAINT authorisation_granted CHECK (((state <> 'granted'::text) OR ((granted_by IS NOT NULL) AND (valid_from IS NOT NULL) AND (valid_to IS NOT NULL) AND (uses_allowed IS NOT NULL)))),
  CONSTRAINT authorisation_period CHECK (((valid_to IS NULL) OR ((valid_to >= valid_from) AND (valid_to <= (valid_from + 366))))),
  CONSTRAINT authorisation_sections_check CHECK (((cardinality(sections) >= 1) AND (cardinality(sections) <= 60))),
  CONSTRAINT authorisation_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'granted'::text, 'declined'::text, 'withdrawn'::text, 'revoked'::text]))),
  CONSTRAINT authorisation_uses CHECK (((uses_made >= 0) AND (uses_made <= COALESCE(uses_allowed, 0)))),
  CONSTRAINT authorisation_uses_allowed_check CHECK ((uses_allowed > 0)),
  CONSTRAINT authorisation_body_id_fkey FOREIGN KEY (body_id) REFERENCES core.body(body_id)
);
CREATE INDEX authorisation_body ON access.authorisation USING btree (body_id, created_at DESC, authorisation_id);
CREATE INDEX authorisation_subject ON access.authorisation USING btree (subject_id, created_at DESC, authorisation_id);
GRANT INSERT, SELECT, UPDATE ON access.authorisation TO ${role:app};
GRANT SELECT ON access.authorisation TO ${role:audit};

CREATE TABLE access.authorisation_use (
  use_id uuid NOT NULL,
  authorisation_id uuid NOT NULL,
  account_id uuid NOT NULL,
  account_name text NOT NULL,
  kind text NOT NULL,
  matter text,
  case_number text,
  report_number text,
  used_at timestamp with time zone NOT NULL,
  ends_at timestamp with time zone NOT NULL,
  CONSTRAINT authorisation_use_pkey PRIMARY KEY (use_id),
  CONSTRAINT authorisation_use_kind_check CHECK ((kind = ANY (ARRAY['archive'::text, 'report'::text]))),
  CONSTRAINT authorisation_use_authorisation_id_fkey FOREIGN KEY (authorisation_id) REFERENCES access.authorisation(authorisation_id)
);
CREATE INDEX authorisation_use_of ON access.authorisation_use USING btree (authorisation_id, used_at DESC, use_id);
GRANT INSERT, SELECT ON access.authorisation_use TO ${role:app};
GRANT SELECT ON access.authorisation_use TO ${role:audit};

CREATE TABLE access.export_request (
  request_id uuid NOT NULL,
  body_id uuid,
  filter jsonb NOT NULL,
  reason text NOT NULL,
  purpose text NOT NULL,
  matter text,
  case_number text,
  state text NOT NULL,
  row_limit integer NOT NULL,
  requested_by uuid NOT NULL,
  requested_holder uuid NOT NULL,
  requested_at timestamp with time zone NOT NULL,
  lapses_at timestamp with time zone NOT NULL,
  decided_by uuid,
  decided_holder uuid,
  decided_at timestamp with time zone,
  decision_note text,
  taken_at timestamp with time zone,
  row_count integer,
  rows_digest text,
  watermark text,
  CONSTRAINT export_request_pkey PRIMARY KEY (request_id),
  CONSTRAINT export_request_decided CHECK ((((decided_by IS NULL) = (decided_holder IS NULL)) AND ((state <> ALL (ARRAY['approved'::text, 'refused'::text, 'taken'::text])) OR (decided_by IS NOT NULL)))),
  CONSTRAINT export_request_four_eyes CHECK (((decided_holder IS NULL) OR (decided_holder <> requested_holder))),
  CONSTRAINT export_request_row_limit_check CHECK ((row_limit > 0)),
  CONSTRAINT export_request_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'approved'::text, 'refused'::text, 'withdrawn'::text, 'lapsed'::text, 'taken'::text]))),
  CONSTRAINT export_request_taken CHECK ((((state = 'taken'::text) = (taken_at IS NOT NULL)) AND ((row_count IS NULL) OR (row_count <= row_limit)))),
  CONSTRAINT export_request_body_id_fkey FOREIGN KEY (body_id) REFERENCES core.body(body_id),
  CONSTRAINT export_request_decided_by_decided_holder_fkey FOREIGN KEY (decided_by, decided_holder) REFERENCES identity.account(account_id, holder_id) ON UPDATE CASCADE,
  CONSTRAINT export_request_requested_by_requested_holder_fkey FOREIGN KEY (requested_by, requested_holder) REFERENCES identity.account(account_id, holder_id) ON UPDATE CASCADE
);
CREATE INDEX export_request_mine ON access.export_request USING btree (requested_by, requested_at DESC, request_id);
CREATE INDEX export_request_newest ON access.export_request USING btree (requested_at DESC, request_id);
GRANT INSERT, SELECT, UPDATE ON access.export_request TO ${role:app};
GRANT SELECT ON access.export_request TO ${role:audit};

CREATE TABLE access.switch (
  name text NOT NULL,
  closed boolean NOT NULL,
  reason text,
  changed_at timestamp with time zone NOT NULL,
  changed_by uuid,
  request_id uuid,
  CONSTRAINT switch_pkey PRIMARY KEY (name),
  CONSTRAINT switch_name_check CHECK ((name = ANY (ARRAY['outsideReading'::text, 'writing'::text])))
);
GRANT SELECT, UPDATE ON access.switch TO ${role:app};
GRANT SELECT ON access.switch TO ${role:audit};

CREATE TABLE access.switch_request (
  request_id uuid NOT NULL,
  name text NOT NULL,
  closed boolean NOT NULL,
  reason text NOT NULL,
  state text NOT NULL,
  requested_by uuid NOT NULL,
  requested_holder uuid NOT NULL,
  requested_at timestamp with time zone NOT NULL,
  lapses_at timestamp with time zone NOT NULL,
  confirmed_by uuid,
  confirmed_holder uuid,
  ended_at timestamp with time zone,
  CONSTRAINT switch_request_pkey PRIMARY KEY (request_id),
  CONSTRAINT switch_request_confirmed CHECK ((((state = 'confirmed'::text) = (confirmed_by IS NOT NULL)) AND ((confirmed_by IS NULL) = (confirmed_holder IS NULL)))),
  CONSTRAINT switch_request_four_eyes CHECK (((confirmed_holder IS NULL) OR (confirmed_holder <> requested_holder))),
  CONSTRAINT switch_request_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'confirmed'::text, 'withdrawn'::text, 'lapsed'::text]))),
  CONSTRAINT switch_request_confirmed_by_confirmed_holder_fkey FOREIGN KEY (confirmed_by, confirmed_holder) REFERENCES identity.account(account_id, holder_id) ON UPDATE CASCADE,
  CONSTRAINT switch_request_name_fkey FOREIGN KEY (name) REFERENCES access.switch(name),
  CONSTRAINT switch_request_requested_by_requested_holder_fkey FOREIGN KEY (requested_by, requested_holder) REFERENCES identity.account(account_id, holder_id) ON UPDATE CASCADE
);
CREATE INDEX switch_request_newest ON access.switch_request USING btree (requested_at DESC, request_id);
CREATE UNIQUE INDEX switch_request_waiting ON access.switch_request USING btree (name) WHERE (state = 'waiting'::text);
GRANT INSERT, SELECT, UPDATE ON access.switch_request TO ${role:app};
GRANT SELECT ON access.switch_request TO ${role:audit};

CREATE TABLE casework."case" (
  subject_id uuid NOT NULL,
  case_id uuid NOT NULL,
  procedure text NOT NULL,
  number text,
  state text NOT NULL,
  closed boolean NOT NULL,
  handler_body_id uuid NOT NULL,
  assignee_id uuid,
  escalated_on date,
  record_id uuid,
  upstream_number text,
  facts jsonb NOT NULL,
  clocks jsonb NOT NULL,
  extension jsonb,
  events integer NOT NULL,
  last_at timestamp with time zone NOT NULL,
  due_on date,
  look_on date,
  policy_set_id integer NOT NULL,
  opened_by uuid,
  opened_at timestamp with time zone NOT NULL,
  CONSTRAINT case_pkey PRIMARY KEY (subject_id, case_id)
);
CREATE INDEX case_assignee ON casework."case" USING btree (assignee_id) WHERE ((NOT closed) AND (assignee_id IS NOT NULL));
CREATE INDEX case_handler ON casework."case" USING btree (handler_body_id, procedure, due_on) WHERE (NOT closed);
CREATE INDEX case_id ON casework."case" USING btree (case_id);
CREATE INDEX case_look ON casework."case" USING btree (look_on) WHERE (look_on IS NOT NULL);
CREATE INDEX case_overdue ON casework."case" USING btree (due_on, case_id) WHERE ((NOT closed) AND (due_on IS NOT NULL));
CREATE INDEX case_record ON casework."case" USING btree (record_id) WHERE (record_id IS NOT NULL);
CREATE UNIQUE INDEX case_upstream ON casework."case" USING btree (subject_id, procedure, upstream_number) WHERE (upstream_number IS NOT NULL);
GRANT INSERT, SELECT ON casework."case" TO ${role:app};
GRANT UPDATE (assignee_id, clocks, closed, due_on, escalated_on, events, extension, facts, handler_body_id, last_at, look_on, number, state) ON casework."case" TO ${role:app};

CREATE TABLE casework.event (
  subject_id uuid NOT NULL,
  case_id uuid NOT NULL,
  seq integer NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  from_state text NOT NULL,
  to_state text NOT NULL,
  party text NOT NULL,
  account_id uuid,
  reason text,
  note text,
  data jsonb,
  effective_on date NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  clock_behind boolean NOT NULL,
  command_key text,
  CONSTRAINT event_pkey PRIMARY KEY (subject_id, case_id, seq),
  CONSTRAINT event_kind_check CHECK ((kind = ANY (ARRAY['opened'::text, 'command'::text, 'reminder'::text, 'escalation'::text, 'extensionAsked'::text, 'extensionGranted'::text, 'extensionRefused'::text, 'assigned'::text])))
);
CREATE UNIQUE INDEX event_command_key ON casework.event USING btree (subject_id, case_id, command_key) WHERE (command_key IS NOT NULL);
GRANT INSERT, SELECT ON casework.event TO ${role:app};

CREATE TABLE casework.material (
  subject_id uuid NOT NULL,
  case_id uuid NOT NULL,
  material_id uuid NOT NULL,
  party text NOT NULL,
  file_name text NOT NULL,
  media_type text NOT NULL,
  bytes bigint NOT NULL,
  sha256 text NOT NULL,
  file_key text NOT NULL,
  account_id uuid,
  added_at timestamp with time zone NOT NULL,
  CONSTRAINT material_pkey PRIMARY KEY (subject_id, case_id, material_id)
);
GRANT INSERT, SELECT ON casework.material TO ${role:app};

CREATE TABLE casework.number_series (
  series text NOT NULL,
  year integer NOT NULL,
  last_no integer NOT NULL,
  CONSTRAINT number_series_pkey PRIMARY KEY (series, year)
);
GRANT INSERT, SELECT ON casework.number_series TO ${role:app};
GRANT UPDATE (last_no) ON casework.number_series TO ${role:app};

CREATE TABLE casework.task (
  subject_id uuid NOT NULL,
  case_id uuid NOT NULL,
  task_id uuid NOT NULL,
  body_id uuid NOT NULL,
  late_body_id uuid NOT NULL,
  procedure text NOT NULL,
  clock text NOT NULL,
  run integer NOT NULL,
  deadline date NOT NULL,
  opened_at timestamp with time zone NOT NULL,
  done_at timestamp with time zone,
  done_by uuid,
  done_how text,
  note text,
  CONSTRAINT task_pkey PRIMARY KEY (subject_id, case_id, task_id),
  CONSTRAINT task_check CHECK (((done_at IS NULL) = (done_how IS NULL))),
  CONSTRAINT task_done_how_check CHECK ((done_how = ANY (ARRAY['answered'::text, 'caseMoved'::text])))
);
CREATE UNIQUE INDEX task_once ON casework.task USING btree (subject_id, case_id, clock, run, deadline);
CREATE INDEX task_open ON casework.task USING btree (body_id, opened_at) WHERE (done_at IS NULL);
GRANT INSERT, SELECT ON casework.task TO ${role:app};
GRANT UPDATE (done_at, done_by, done_how, note) ON casework.task TO ${role:app};

CREATE TABLE checks.batch (
  batch_id uuid NOT NULL,
  body_id uuid,
  account_id uuid,
  account_name text NOT NULL,
  matter text NOT NULL,
  purpose text NOT NULL,
  document text NOT NULL,
  list_name text NOT NULL,
  state text NOT NULL,
  row_count integer NOT NULL,
  persons integer NOT NULL,
  done_to integer NOT NULL,
  hits integer NOT NULL,
  unknown integer NOT NULL,
  received_at timestamp with time zone NOT NULL,
  done_at timestamp with time zone,
  ambiguous integer NOT NULL DEFAULT 0,
  repeated integer NOT NULL DEFAULT 0,
  CONSTRAINT batch_pkey PRIMARY KEY (batch_id),
  CONSTRAINT batch_state_check CHECK ((state = ANY (ARRAY['received'::text, 'done'::text])))
);
CREATE INDEX batch_body ON checks.batch USING btree (body_id, received_at DESC, batch_id);
GRANT INSERT, SELECT ON checks.batch TO ${role:app};
GRANT UPDATE (ambiguous, done_at, done_to, hits, state, unknown) ON checks.batch TO ${role:app};

CREATE TABLE checks.batch_row (
  batch_id uuid NOT NULL,
  row_no integer NOT NULL,
  asked text NOT NULL,
  outcome text NOT NULL,
  number text,
  name text,
  sheet_row integer,
  note text,
  CONSTRAINT batch_row_pkey PRIMARY KEY (batch_id, row_no),
  CONSTRAINT batch_row_note_check CHECK ((note = ANY (ARRAY['codeUnknown'::text, 'codeWrong'::text, 'nameUnknown'::text, 'sameName'::text, 'formerName'::text, 'mismatch'::text, 'nameDiffers'::text, 'noCode'::text]))),
  CONSTRAINT batch_row_outcome_check CHECK ((outcome = ANY (ARRAY['waiting'::text, 'clear'::text, 'hit'::text, 'unknown'::text, 'ambiguous'::text])))
);
CREATE INDEX batch_row_outcome ON checks.batch_row USING btree (batch_id, outcome, row_no);
GRANT INSERT, SELECT ON checks.batch_row TO ${role:app};
GRANT UPDATE (note, number, outcome) ON checks.batch_row TO ${role:app};

CREATE TABLE checks.hit (
  subject_id uuid NOT NULL,
  hit_id uuid NOT NULL,
  number text NOT NULL,
  body_id uuid NOT NULL,
  account_id uuid,
  matter text NOT NULL,
  case_number text,
  entry_id uuid NOT NULL,
  list text NOT NULL,
  measure text NOT NULL,
  force text NOT NULL,
  due_on date NOT NULL,
  checked_at timestamp with time zone NOT NULL,
  state text NOT NULL,
  reason text,
  document text,
  answered_by uuid,
  answered_on date,
  answered_at timestamp with time zone,
  lifted_on date,
  lifted_at timestamp with time zone,
  CONSTRAINT hit_pkey PRIMARY KEY (subject_id, hit_id),
  CONSTRAINT hit_answered CHECK (((state = 'open'::text) OR (answered_at IS NOT NULL))),
  CONSTRAINT hit_applied CHECK (((state <> ALL (ARRAY['applied'::text, 'lifted'::text])) OR ((length(btrim(COALESCE(document, ''::text))) > 0) AND ((force = 'required'::text) OR (length(btrim(COALESCE(reason, ''::text))) > 0))))),
  CONSTRAINT hit_force_check CHECK ((force = ANY (ARRAY['required'::text, 'permitted'::text]))),
  CONSTRAINT hit_lifted CHECK (((state = 'lifted'::text) = (lifted_at IS NOT NULL))),
  CONSTRAINT hit_not_applied CHECK (((state <> 'notApplied'::text) OR (force = 'permitted'::text) OR (length(btrim(COALESCE(reason, ''::text))) > 0))),
  CONSTRAINT hit_state_check CHECK ((state = ANY (ARRAY['open'::text, 'applied'::text, 'notApplied'::text, 'lifted'::text])))
);
CREATE INDEX hit_body ON checks.hit USING btree (body_id, state, due_on, hit_id);
CREATE INDEX hit_entry ON checks.hit USING btree (subject_id, entry_id);
CREATE INDEX hit_number ON checks.hit USING btree (number);
GRANT INSERT, SELECT ON checks.hit TO ${role:app};
GRANT UPDATE (answered_at, answered_by, answered_on, document, lifted_at, lifted_on, reason, state) ON checks.hit TO ${role:app};

CREATE TABLE checks.receipt (
  number text NOT NULL,
  subject_id uuid NOT NULL,
  code text,
  body_id uuid,
  account_id uuid,
  matter text NOT NULL,
  purpose text NOT NULL,
  case_number text,
  way text NOT NULL,
  batch_id uuid,
  hit boolean NOT NULL,
  answer jsonb NOT NULL,
  policy_set_id integer NOT NULL,
  checked_on date NOT NULL,
  checked_at timestamp with time zone NOT NULL,
  valid_until timestamp with time zone NOT NULL,
  signature text NOT NULL,
  CONSTRAINT receipt_pkey PRIMARY KEY (number),
  CONSTRAINT receipt_way_check CHECK ((way = ANY (ARRAY['automatic'::text, 'embedded'::text, 'batch'::text, 'website'::text])))
);
CREATE INDEX receipt_body ON checks.receipt USING btree (body_id, checked_at DESC, number);
GRANT INSERT, SELECT ON checks.receipt TO ${role:app};

CREATE TABLE core.attachment (
  attachment_id uuid NOT NULL,
  subject_id uuid,
  record_id uuid,
  draft_id uuid,
  body_id uuid NOT NULL,
  file_name text NOT NULL,
  media_type text NOT NULL,
  bytes bigint NOT NULL,
  sha256 text NOT NULL,
  file_key text NOT NULL,
  account_id uuid NOT NULL,
  added_at timestamp with time zone NOT NULL,
  CONSTRAINT attachment_pkey PRIMARY KEY (attachment_id)
);
CREATE INDEX attachment_record ON core.attachment USING btree (record_id);
GRANT INSERT, SELECT, UPDATE ON core.attachment TO ${role:app};

CREATE TABLE core.body (
  body_id uuid NOT NULL,
  parent_id uuid,
  kind text NOT NULL,
  name text NOT NULL,
  short_name text,
  region text,
  provisional boolean NOT NULL DEFAULT false,
  second_reader boolean NOT NULL DEFAULT false,
  created_at timestamp with time zone NOT NULL,
  closed_on date,
  CONSTRAINT body_pkey PRIMARY KEY (body_id),
  CONSTRAINT body_kind_check CHECK ((kind = ANY (ARRAY['city'::text, 'district'::text, 'zone'::text, 'department'::text, 'creditOffice'::text, 'upper'::text, 'bank'::text, 'guarantee'::text, 'creditAgency'::text]))),
  CONSTRAINT body_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES core.body(body_id)
);
CREATE INDEX body_parent ON core.body USING btree (parent_id);
GRANT INSERT, SELECT, UPDATE ON core.body TO ${role:app};

CREATE TABLE core.body_code (
  code text NOT NULL,
  body_id uuid NOT NULL,
  valid_from date,
  valid_to date,
  CONSTRAINT body_code_pkey PRIMARY KEY (code, body_id),
  CONSTRAINT body_code_body_id_fkey FOREIGN KEY (body_id) REFERENCES core.body(body_id)
);
CREATE INDEX body_code_body ON core.body_code USING btree (body_id);
CREATE UNIQUE INDEX body_code_open ON core.body_code USING btree (code) WHERE (valid_to IS NULL);
GRANT DELETE, INSERT, SELECT, UPDATE ON core.body_code TO ${role:app};

CREATE TABLE core.body_name (
  body_id uuid NOT NULL,
  name text NOT NULL,
  normalised text NOT NULL,
  valid_from date,
  valid_to date,
  CONSTRAINT body_name_pkey PRIMARY KEY (body_id, normalised),
  CONSTRAINT body_name_body_id_fkey FOREIGN KEY (body_id) REFERENCES core.body(body_id)
);
CREATE INDEX body_name_normalised ON core.body_name USING btree (normalised);
GRANT INSERT, SELECT, UPDATE ON core.body_name TO ${role:app};

CREATE TABLE core.body_successor (
  body_id uuid NOT NULL,
  successor_id uuid NOT NULL,
  succeeded_on date NOT NULL,
  document text NOT NULL,
  CONSTRAINT body_successor_pkey PRIMARY KEY (body_id, successor_id),
  CONSTRAINT body_successor_check CHECK ((body_id <> successor_id)),
  CONSTRAINT body_successor_body_id_fkey FOREIGN KEY (body_id) REFERENCES core.body(body_id),
  CONSTRAINT body_successor_successor_id_fkey FOREIGN KEY (successor_id) REFERENCES core.body(body_id)
);
GRANT INSERT, SELECT ON core.body_successor TO ${role:app};

CREATE TABLE core.channel (
  channel_id uuid NOT NULL,
  body_id uuid NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  standard text,
  config jsonb NOT NULL,
  secret text,
  enabled boolean NOT NULL,
  state text NOT NULL,
  watermark jsonb,
  failures integer NOT NULL DEFAULT 0,
  last_error jsonb,
  last_run_at timestamp with time zone,
  last_success_at timestamp with time zone,
  next_run_at timestamp with time zone,
  compared_at timestamp with time zone,
  rows_taken bigint NOT NULL DEFAULT 0,
  rows_withdrawn bigint NOT NULL DEFAULT 0,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  CONSTRAINT channel_pkey PRIMARY KEY (channel_id),
  CONSTRAINT channel_kind_check CHECK ((kind = ANY (ARRAY['folder'::text, 'pull'::text]))),
  CONSTRAINT channel_state_check CHECK ((state = ANY (ARRAY['idle'::text, 'running'::text, 'failing'::text, 'held'::text]))),
  CONSTRAINT channel_body_id_fkey FOREIGN KEY (body_id) REFERENCES core.body(body_id)
);
CREATE INDEX channel_body ON core.channel USING btree (body_id);
CREATE UNIQUE INDEX channel_folder ON core.channel USING btree (body_id) WHERE (kind = 'folder'::text);
GRANT INSERT, SELECT, UPDATE ON core.channel TO ${role:app};

CREATE TABLE core.channel_item (
  channel_id uuid NOT NULL,
  item_id uuid NOT NULL,
  name text NOT NULL,
  state text NOT NULL,
  batch_no text,
  submission_id uuid,
  problem jsonb,
  seen_at timestamp with time zone NOT NULL,
  finished_at timestamp with time zone,
  CONSTRAINT channel_item_pkey PRIMARY KEY (channel_id, item_id),
  CONSTRAINT channel_item_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'received'::text, 'done'::text, 'failed'::text]))),
  CONSTRAINT channel_item_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES core.channel(channel_id)
);
CREATE UNIQUE INDEX channel_item_open ON core.channel_item USING btree (channel_id, name) WHERE (state = ANY (ARRAY['waiting'::text, 'received'::text]));
CREATE INDEX channel_item_seen ON core.channel_item USING btree (channel_id, seen_at DESC);
GRANT INSERT, SELECT, UPDATE ON core.channel_item TO ${role:app};

CREATE TABLE core.draft (
  draft_id uuid NOT NULL,
  body_id uuid NOT NULL,
  kind text NOT NULL,
  standard text NOT NULL,
  row_values jsonb NOT NULL,
  subject_id uuid,
  record_id uuid,
  reason text,
  state text NOT NULL,
  submission_id uuid,
  created_by uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  decided_by uuid,
  decided_at timestamp with time zone,
  decision_note text,
  CONSTRAINT draft_pkey PRIMARY KEY (draft_id),
  CONSTRAINT draft_check CHECK (((decided_by IS NULL) OR (decided_by <> created_by))),
  CONSTRAINT draft_kind_check CHECK ((kind = ANY (ARRAY['create'::text, 'correct'::text, 'withdraw'::text]))),
  CONSTRAINT draft_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'approved'::text, 'returned'::text]))),
  CONSTRAINT draft_body_id_fkey FOREIGN KEY (body_id) REFERENCES core.body(body_id)
);
CREATE INDEX draft_body ON core.draft USING btree (body_id, state, created_at DESC);
GRANT INSERT, SELECT, UPDATE ON core.draft TO ${role:app};

CREATE TABLE core.finding (
  submission_id uuid NOT NULL,
  row_no integer NOT NULL,
  seq smallint NOT NULL,
  severity text NOT NULL,
  rule text NOT NULL,
  rule_version text NOT NULL,
  field text,
  value text,
  new_value text,
  args jsonb,
  CONSTRAINT finding_pkey PRIMARY KEY (submission_id, row_no, seq)
);
GRANT INSERT, SELECT ON core.finding TO ${role:app};

CREATE TABLE core.former_report (
  number text NOT NULL,
  content_hash text,
  issued_on date NOT NULL,
  system text NOT NULL,
  taken_at timestamp with time zone NOT NULL,
  CONSTRAINT former_report_pkey PRIMARY KEY (number)
);
GRANT INSERT, SELECT ON core.former_report TO ${role:app};

CREATE TABLE core.outbox (
  outbox_id uuid NOT NULL,
  kind text NOT NULL,
  subject_id uuid,
  payload jsonb NOT NULL,
  at timestamp with time zone NOT NULL,
  epoch integer NOT NULL DEFAULT 1,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  CONSTRAINT outbox_pkey PRIMARY KEY (outbox_id)
);
CREATE INDEX outbox_xid ON core.outbox USING btree (epoch, xid);
GRANT SELECT ON core.outbox TO ${role:app};
GRANT SELECT ON core.outbox TO ${role:sealer};
GRANT INSERT (at, kind, outbox_id, payload, subject_id) ON core.outbox TO ${role:app};

CREATE TABLE core.policy_set (
  policy_set_id integer NOT NULL,
  digest text NOT NULL,
  versions jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT policy_set_pkey PRIMARY KEY (policy_set_id),
  CONSTRAINT policy_set_digest_key UNIQUE (digest)
);
GRANT INSERT, SELECT ON core.policy_set TO ${role:app};

CREATE TABLE core.policy_version (
  kind text NOT NULL,
  key text NOT NULL,
  hash text NOT NULL,
  body jsonb NOT NULL,
  valid_from date,
  valid_to date,
  loaded_at timestamp with time zone NOT NULL,
  superseded_at timestamp with time zone,
  approved_by text,
  source text NOT NULL,
  CONSTRAINT policy_version_pkey PRIMARY KEY (kind, key, hash)
);
GRANT INSERT, SELECT ON core.policy_version TO ${role:app};
GRANT UPDATE (superseded_at) ON core.policy_version TO ${role:app};

CREATE TABLE core.pulled_delete (
  channel_id uuid NOT NULL,
  source_key text NOT NULL,
  asked_at timestamp with time zone NOT NULL,
  reason text NOT NULL,
  CONSTRAINT pulled_delete_pkey PRIMARY KEY (channel_id, source_key)
);
GRANT DELETE, INSERT, SELECT ON core.pulled_delete TO ${role:app};

CREATE TABLE core.pulled_row (
  source_key text NOT NULL,
  channel_id uuid NOT NULL,
  submission_id uuid NOT NULL,
  row_no integer NOT NULL,
  CONSTRAINT pulled_row_pkey PRIMARY KEY (source_key, channel_id, submission_id)
);
CREATE INDEX pulled_row_channel ON core.pulled_row USING btree (channel_id, source_key);
GRANT DELETE, INSERT, SELECT ON core.pulled_row TO ${role:app};

CREATE TABLE core.record (
  subject_id uuid NOT NULL,
  recorded_on date NOT NULL,
  record_id uuid NOT NULL,
  item text NOT NULL,
  standard text NOT NULL,
  document_number text,
  decided_on date,
  effective_from date,
  effective_to date,
  deciding_body_id uuid NOT NULL,
  source_body_id uuid NOT NULL,
  categories text[] NOT NULL,
  domain text,
  severity text,
  amount_fen bigint,
  confiscated_fen bigint,
  key_hash bytea NOT NULL,
  payload_hash bytea NOT NULL,
  payload jsonb NOT NULL,
  submission_id uuid NOT NULL,
  row_no integer NOT NULL,
  policy_set_id integer NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  superseded_at timestamp with time zone,
  CONSTRAINT record_pkey PRIMARY KEY (subject_id, recorded_on, record_id)
) PARTITION BY RANGE (recorded_on);
CREATE INDEX record_decision_recorded_at ON ONLY core.record USING btree (recorded_at) WHERE (decided_on IS NOT NULL);
CREATE INDEX record_recorded_at ON ONLY core.record USING btree (recorded_at);
CREATE INDEX record_submission ON ONLY core.record USING btree (submission_id, row_no);
GRANT INSERT, SELECT ON core.record TO ${role:app};
GRANT UPDATE (superseded_at) ON core.record TO ${role:app};

CREATE TABLE core.record_2025 PARTITION OF core.record FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

CREATE TABLE core.record_2026 PARTITION OF core.record FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');

CREATE TABLE core.record_2027 PARTITION OF core.record FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');

CREATE TABLE core.record_2028 PARTITION OF core.record FOR VALUES FROM ('2028-01-01') TO ('2029-01-01');

CREATE TABLE core.record_assertion (
  subject_id uuid NOT NULL,
  key_hash bytea NOT NULL,
  source_body_id uuid NOT NULL,
  submission_id uuid NOT NULL,
  row_no integer NOT NULL,
  asserted_at timestamp with time zone NOT NULL,
  withdrawn_at timestamp with time zone,
  CONSTRAINT record_assertion_pkey PRIMARY KEY (subject_id, key_hash, source_body_id)
);
GRANT DELETE, INSERT, SELECT, UPDATE ON core.record_assertion TO ${role:app};

CREATE TABLE core.record_event (
  subject_id uuid NOT NULL,
  event_id uuid NOT NULL,
  record_id uuid NOT NULL,
  kind text NOT NULL,
  effective_on date NOT NULL,
  reason text,
  document text,
  data jsonb,
  account_id uuid,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT record_event_pkey PRIMARY KEY (subject_id, event_id),
  CONSTRAINT record_event_kind_check CHECK ((kind = ANY (ARRAY['withdrawn'::text, 'annulled'::text, 'suspended'::text, 'resumed'::text, 'repaired'::text, 'repairRevoked'::text, 'objectionOpened'::text, 'objectionClosed'::text, 'severityConfirmed'::text, 'masked'::text, 'unmasked'::text, 'erased'::text, 'noteAdded'::text, 'noteRemoved'::text])))
);
CREATE INDEX record_event_record ON core.record_event USING btree (record_id);
GRANT INSERT, SELECT ON core.record_event TO ${role:app};

CREATE TABLE core.record_key (
  key_hash bytea NOT NULL,
  subject_id uuid NOT NULL,
  record_id uuid NOT NULL,
  recorded_on date NOT NULL,
  payload_hash bytea NOT NULL,
  source_body_id uuid NOT NULL,
  CONSTRAINT record_key_pkey PRIMARY KEY (key_hash)
);
GRANT DELETE, INSERT, SELECT, UPDATE ON core.record_key TO ${role:app};

CREATE TABLE core.report (
  subject_id uuid NOT NULL,
  report_id uuid NOT NULL,
  number text NOT NULL,
  kind text NOT NULL,
  cutoff_at timestamp with time zone NOT NULL,
  policy_set_id integer NOT NULL,
  content_hash text NOT NULL,
  content jsonb NOT NULL,
  requester text NOT NULL,
  account_id uuid,
  purpose text,
  issued_at timestamp with time zone NOT NULL,
  matter text,
  case_number text,
  authorisation_id uuid,
  CONSTRAINT report_pkey PRIMARY KEY (subject_id, report_id),
  CONSTRAINT report_kind_check CHECK ((kind = ANY (ARRAY['public'::text, 'full'::text, 'special'::text])))
);
GRANT INSERT, SELECT ON core.report TO ${role:app};

CREATE TABLE core.report_number (
  number text NOT NULL,
  subject_id uuid NOT NULL,
  report_id uuid NOT NULL,
  CONSTRAINT report_number_pkey PRIMARY KEY (number)
);
GRANT INSERT, SELECT ON core.report_number TO ${role:app};

CREATE TABLE core.setting (
  key text NOT NULL,
  value jsonb NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  CONSTRAINT setting_pkey PRIMARY KEY (key)
);
GRANT INSERT, SELECT, UPDATE ON core.setting TO ${role:app};

CREATE TABLE core.subject (
  subject_id uuid NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  unified_code text,
  status text NOT NULL,
  region text,
  industry text,
  zone text,
  established_on date,
  address text,
  provisional boolean NOT NULL,
  register jsonb NOT NULL,
  register_source jsonb,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  CONSTRAINT subject_pkey PRIMARY KEY (subject_id),
  CONSTRAINT subject_kind_check CHECK ((kind <> 'person'::text))
);
CREATE INDEX subject_unified_code ON core.subject USING btree (unified_code);
GRANT INSERT, SELECT, UPDATE ON core.subject TO ${role:app};

CREATE TABLE core.subject_alias (
  subject_id uuid NOT NULL,
  canonical_id uuid NOT NULL,
  from_at timestamp with time zone NOT NULL,
  to_at timestamp with time zone,
  reason text NOT NULL,
  account_id uuid,
  CONSTRAINT subject_alias_pkey PRIMARY KEY (subject_id, from_at),
  CONSTRAINT subject_alias_check CHECK ((subject_id <> canonical_id))
);
CREATE INDEX subject_alias_canonical ON core.subject_alias USING btree (canonical_id);
GRANT INSERT, SELECT ON core.subject_alias TO ${role:app};
GRANT UPDATE (to_at) ON core.subject_alias TO ${role:app};

CREATE TABLE core.subject_identifier (
  value text NOT NULL,
  scheme text NOT NULL,
  subject_id uuid NOT NULL,
  added_at timestamp with time zone NOT NULL,
  CONSTRAINT subject_identifier_pkey PRIMARY KEY (value, scheme),
  CONSTRAINT subject_identifier_scheme_check CHECK ((scheme = ANY (ARRAY['unifiedCode'::text, 'registrationNumber'::text, 'organisationCode'::text, 'taxNumber'::text, 'institutionNumber'::text, 'socialNumber'::text])))
);
CREATE INDEX subject_identifier_subject ON core.subject_identifier USING btree (subject_id);
GRANT INSERT, SELECT, UPDATE ON core.subject_identifier TO ${role:app};

CREATE TABLE core.subject_name (
  subject_id uuid NOT NULL,
  normalised text NOT NULL,
  name text NOT NULL,
  initials text NOT NULL,
  former boolean NOT NULL,
  valid_from date,
  valid_to date,
  tokens text[] NOT NULL,
  CONSTRAINT subject_name_pkey PRIMARY KEY (subject_id, normalised)
);
CREATE INDEX subject_name_normalised ON core.subject_name USING btree (normalised);
CREATE INDEX subject_name_tokens ON core.subject_name USING gin (tokens) WITH (fastupdate=off);
GRANT DELETE, INSERT, SELECT, UPDATE ON core.subject_name TO ${role:app};

CREATE TABLE core.submission (
  submission_id uuid NOT NULL,
  body_id uuid NOT NULL,
  standard text NOT NULL,
  edition text,
  channel text NOT NULL,
  batch_no text,
  file_name text NOT NULL,
  file_kind text,
  file_encoding text,
  file_sha256 text NOT NULL,
  file_bytes bigint NOT NULL,
  file_id uuid NOT NULL,
  file_key text NOT NULL,
  header jsonb,
  state text NOT NULL,
  failure jsonb,
  policy_set_id integer,
  account_id uuid,
  os_user text,
  received_at timestamp with time zone NOT NULL,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  rows_expected bigint,
  rows_done bigint NOT NULL DEFAULT 0,
  rows_read bigint NOT NULL DEFAULT 0,
  accepted bigint NOT NULL DEFAULT 0,
  superseding bigint NOT NULL DEFAULT 0,
  corrected bigint NOT NULL DEFAULT 0,
  doubtful bigint NOT NULL DEFAULT 0,
  refused bigint NOT NULL DEFAULT 0,
  duplicate bigint NOT NULL DEFAULT 0,
  person_rows bigint NOT NULL DEFAULT 0,
  findings_total bigint NOT NULL DEFAULT 0,
  CONSTRAINT submission_pkey PRIMARY KEY (submission_id),
  CONSTRAINT submission_channel_check CHECK ((channel = ANY (ARRAY['desk'::text, 'cli'::text, 'api'::text, 'form'::text, 'demo'::text, 'folder'::text, 'pull'::text]))),
  CONSTRAINT submission_state_check CHECK ((state = ANY (ARRAY['received'::text, 'processing'::text, 'done'::text, 'failed'::text]))),
  CONSTRAINT submission_body_id_fkey FOREIGN KEY (body_id) REFERENCES core.body(body_id),
  CONSTRAINT submission_policy_set_id_fkey FOREIGN KEY (policy_set_id) REFERENCES core.policy_set(policy_set_id)
);
CREATE UNIQUE INDEX submission_batch ON core.submission USING btree (body_id, standard, batch_no) WHERE (batch_no IS NOT NULL);
CREATE INDEX submission_body ON core.submission USING btree (body_id, received_at DESC);
CREATE INDEX submission_received ON core.submission USING btree (received_at);
CREATE INDEX submission_unfinished ON core.submission USING btree (received_at, submission_id) WHERE (state = ANY (ARRAY['received'::text, 'processing'::text]));
GRANT INSERT, SELECT, UPDATE ON core.submission TO ${role:app};

CREATE TABLE core.submission_row (
  submission_id uuid NOT NULL,
  row_no integer NOT NULL,
  outcome text NOT NULL,
  subject_id uuid,
  record_id uuid,
  payload jsonb,
  candidates jsonb,
  resolution text,
  resolved_at timestamp with time zone,
  resolved_by uuid,
  CONSTRAINT submission_row_pkey PRIMARY KEY (submission_id, row_no),
  CONSTRAINT submission_row_outcome_check CHECK ((outcome = ANY (ARRAY['refused'::text, 'doubtful'::text, 'duplicate'::text, 'barred'::text])))
);
GRANT INSERT, SELECT, UPDATE ON core.submission_row TO ${role:app};

CREATE TABLE core.tombstone (
  subject_id uuid NOT NULL,
  record_id uuid NOT NULL,
  digest text NOT NULL,
  reason text NOT NULL,
  basis text NOT NULL,
  erased_at timestamp with time zone NOT NULL,
  account_id uuid,
  CONSTRAINT tombstone_pkey PRIMARY KEY (subject_id, record_id)
);
GRANT INSERT, SELECT ON core.tombstone TO ${role:app};

CREATE TABLE core.upload (
  upload_id uuid NOT NULL,
  account_id uuid,
  body_id uuid NOT NULL,
  standard text NOT NULL,
  batch_no text,
  file_name text NOT NULL,
  bytes_total bigint NOT NULL,
  bytes_held bigint NOT NULL DEFAULT 0,
  submission_id uuid,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT upload_pkey PRIMARY KEY (upload_id),
  CONSTRAINT upload_body_id_fkey FOREIGN KEY (body_id) REFERENCES core.body(body_id)
);
CREATE INDEX upload_expires ON core.upload USING btree (expires_at);
GRANT DELETE, INSERT, SELECT, UPDATE ON core.upload TO ${role:app};

CREATE TABLE core.upload_part (
  upload_id uuid NOT NULL,
  at_byte bigint NOT NULL,
  bytes bigint NOT NULL,
  file_id uuid NOT NULL,
  file_key text NOT NULL,
  CONSTRAINT upload_part_pkey PRIMARY KEY (upload_id, at_byte),
  CONSTRAINT upload_part_upload_id_fkey FOREIGN KEY (upload_id) REFERENCES core.upload(upload_id) ON DELETE CASCADE
);
GRANT DELETE, INSERT, SELECT ON core.upload_part TO ${role:app};

CREATE TABLE credentials.client (
  client_id uuid NOT NULL,
  account_id uuid NOT NULL,
  name text NOT NULL,
  way text NOT NULL,
  scopes text[] NOT NULL,
  addresses text[] NOT NULL,
  signature_required boolean NOT NULL,
  contact text NOT NULL,
  created_by uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  approved_by uuid,
  approved_at timestamp with time zone,
  changed_by uuid NOT NULL,
  revoked_at timestamp with time zone,
  revoked_by uuid,
  CONSTRAINT client_pkey PRIMARY KEY (client_id),
  CONSTRAINT client_account_id_key UNIQUE (account_id),
  CONSTRAINT client_addresses_check CHECK ((cardinality(addresses) <= 50)),
  CONSTRAINT client_check CHECK (((approved_by IS NULL) = (approved_at IS NULL))),
  CONSTRAINT client_check1 CHECK (((way = 'direct'::text) OR (NOT signature_required))),
  CONSTRAINT client_four_eyes CHECK (((approved_by IS NULL) OR (approved_by <> changed_by))),
  CONSTRAINT client_scopes_check CHECK (((cardinality(scopes) >= 1) AND (cardinality(scopes) <= 50))),
  CONSTRAINT client_way_check CHECK ((way = ANY (ARRAY['direct'::text, 'gateway'::text]))),
  CONSTRAINT client_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity.account(account_id),
  CONSTRAINT client_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES identity.account(account_id),
  CONSTRAINT client_changed_by_fkey FOREIGN KEY (changed_by) REFERENCES identity.account(account_id),
  CONSTRAINT client_created_by_fkey FOREIGN KEY (created_by) REFERENCES identity.account(account_id),
  CONSTRAINT client_revoked_by_fkey FOREIGN KEY (revoked_by) REFERENCES identity.account(account_id)
);
GRANT INSERT, SELECT ON credentials.client TO ${role:app};
GRANT SELECT ON credentials.client TO ${role:audit};
GRANT UPDATE (addresses, approved_at, approved_by, changed_by, contact, name, revoked_at, revoked_by, scopes, signature_required) ON credentials.client TO ${role:app};

CREATE TABLE credentials.client_key (
  key_id uuid NOT NULL,
  client_id uuid NOT NULL,
  kind text NOT NULL,
  secret_hash bytea,
  public_key text,
  created_by uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  revoked_at timestamp with time zone,
  revoked_by uuid,
  last_used_at timestamp with time zone,
  last_address text,
  CONSTRAINT client_key_pkey PRIMARY KEY (key_id),
  CONSTRAINT client_key_check CHECK (((kind = ANY (ARRAY['bearer'::text, 'application'::text])) = (secret_hash IS NOT NULL))),
  CONSTRAINT client_key_check1 CHECK (((kind = ANY (ARRAY['ed25519'::text, 'sm2'::text])) = (public_key IS NOT NULL))),
  CONSTRAINT client_key_kind_check CHECK ((kind = ANY (ARRAY['bearer'::text, 'ed25519'::text, 'sm2'::text, 'application'::text]))),
  CONSTRAINT client_key_client_id_fkey FOREIGN KEY (client_id) REFERENCES credentials.client(client_id),
  CONSTRAINT client_key_created_by_fkey FOREIGN KEY (created_by) REFERENCES identity.account(account_id),
  CONSTRAINT client_key_revoked_by_fkey FOREIGN KEY (revoked_by) REFERENCES identity.account(account_id)
);
CREATE INDEX client_key_client ON credentials.client_key USING btree (client_id, created_at);
GRANT INSERT, SELECT ON credentials.client_key TO ${role:app};
GRANT UPDATE (expires_at, last_address, last_used_at, revoked_at, revoked_by) ON credentials.client_key TO ${role:app};
GRANT SELECT (client_id, created_at, created_by, expires_at, key_id, kind, last_address, last_used_at, revoked_at, revoked_by) ON credentials.client_key TO ${role:audit};

CREATE TABLE credentials.factor_reset (
  reset_id uuid NOT NULL,
  account_id uuid NOT NULL,
  holder_id uuid NOT NULL,
  reason text NOT NULL,
  state text NOT NULL,
  requested_by uuid NOT NULL,
  requested_holder uuid NOT NULL,
  requested_at timestamp with time zone NOT NULL,
  decided_by uuid,
  decided_holder uuid,
  decided_at timestamp with time zone,
  CONSTRAINT factor_reset_pkey PRIMARY KEY (reset_id),
  CONSTRAINT factor_reset_check CHECK ((((state = 'waiting'::text) = (decided_by IS NULL)) AND ((decided_by IS NULL) = (decided_holder IS NULL)))),
  CONSTRAINT factor_reset_not_own CHECK ((requested_holder <> holder_id)),
  CONSTRAINT factor_reset_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'done'::text, 'refused'::text]))),
  CONSTRAINT factor_reset_two_people CHECK (((decided_holder IS NULL) OR ((decided_holder <> requested_holder) AND (decided_holder <> holder_id)))),
  CONSTRAINT factor_reset_account_id_holder_id_fkey FOREIGN KEY (account_id, holder_id) REFERENCES identity.account(account_id, holder_id) ON UPDATE CASCADE,
  CONSTRAINT factor_reset_decided_by_decided_holder_fkey FOREIGN KEY (decided_by, decided_holder) REFERENCES identity.account(account_id, holder_id) ON UPDATE CASCADE,
  CONSTRAINT factor_reset_requested_by_requested_holder_fkey FOREIGN KEY (requested_by, requested_holder) REFERENCES identity.account(account_id, holder_id) ON UPDATE CASCADE
);
CREATE UNIQUE INDEX factor_reset_waiting ON credentials.factor_reset USING btree (account_id) WHERE (state = 'waiting'::text);
GRANT INSERT, SELECT ON credentials.factor_reset TO ${role:app};
GRANT SELECT ON credentials.factor_reset TO ${role:audit};
GRANT UPDATE (decided_at, decided_by, decided_holder, state) ON credentials.factor_reset TO ${role:app};

CREATE TABLE credentials.gateway (
  gateway_id uuid NOT NULL,
  name text NOT NULL,
  secret_hash bytea,
  certificate text,
  addresses text[] NOT NULL,
  created_by uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  revoked_at timestamp with time zone,
  revoked_by uuid,
  CONSTRAINT gateway_pkey PRIMARY KEY (gateway_id),
  CONSTRAINT gateway_addresses_check CHECK (((cardinality(addresses) >= 1) AND (cardinality(addresses) <= 50))),
  CONSTRAINT gateway_check CHECK (((secret_hash IS NULL) <> (certificate IS NULL))),
  CONSTRAINT gateway_created_by_fkey FOREIGN KEY (created_by) REFERENCES identity.account(account_id),
  CONSTRAINT gateway_revoked_by_fkey FOREIGN KEY (revoked_by) REFERENCES identity.account(account_id)
);
GRANT INSERT, SELECT ON credentials.gateway TO ${role:app};
GRANT SELECT ON credentials.gateway TO ${role:audit};
GRANT UPDATE (revoked_at, revoked_by) ON credentials.gateway TO ${role:app};

CREATE TABLE credentials.identity_link (
  link_id uuid NOT NULL,
  provider text NOT NULL,
  claim_hash bytea NOT NULL,
  account_id uuid NOT NULL,
  linked_at timestamp with time zone NOT NULL,
  linked_by uuid NOT NULL,
  ended_at timestamp with time zone,
  CONSTRAINT identity_link_pkey PRIMARY KEY (link_id),
  CONSTRAINT identity_link_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity.account(account_id),
  CONSTRAINT identity_link_linked_by_fkey FOREIGN KEY (linked_by) REFERENCES identity.account(account_id)
);
CREATE UNIQUE INDEX identity_link_account ON credentials.identity_link USING btree (provider, account_id) WHERE (ended_at IS NULL);
CREATE UNIQUE INDEX identity_link_claim ON credentials.identity_link USING btree (provider, claim_hash) WHERE (ended_at IS NULL);
GRANT INSERT, SELECT ON credentials.identity_link TO ${role:app};
GRANT UPDATE (ended_at) ON credentials.identity_link TO ${role:app};

CREATE TABLE credentials.nonce (
  key_id uuid NOT NULL,
  nonce text NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT nonce_pkey PRIMARY KEY (key_id, nonce)
);
CREATE INDEX nonce_expires ON credentials.nonce USING btree (expires_at);
GRANT DELETE, INSERT, SELECT ON credentials.nonce TO ${role:app};

CREATE TABLE credentials.provider_attempt (
  state_hash bytea NOT NULL,
  browser_hash bytea NOT NULL,
  provider text NOT NULL,
  purpose text NOT NULL,
  account_id uuid,
  secret jsonb NOT NULL,
  next text NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT provider_attempt_pkey PRIMARY KEY (state_hash),
  CONSTRAINT provider_attempt_purpose_check CHECK ((purpose = ANY (ARRAY['signIn'::text, 'link'::text]))),
  CONSTRAINT provider_attempt_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity.account(account_id)
);
CREATE INDEX provider_attempt_expires ON credentials.provider_attempt USING btree (expires_at);
GRANT DELETE, INSERT, SELECT ON credentials.provider_attempt TO ${role:app};

CREATE TABLE credentials.recovery_code (
  account_id uuid NOT NULL,
  code_hash bytea NOT NULL,
  created_at timestamp with time zone NOT NULL,
  used_at timestamp with time zone,
  CONSTRAINT recovery_code_pkey PRIMARY KEY (account_id, code_hash),
  CONSTRAINT recovery_code_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity.account(account_id)
);
GRANT DELETE, INSERT, SELECT ON credentials.recovery_code TO ${role:app};
GRANT UPDATE (used_at) ON credentials.recovery_code TO ${role:app};

CREATE TABLE credentials.representation (
  representation_id uuid NOT NULL,
  account_id uuid NOT NULL,
  subject_id uuid NOT NULL,
  provider text NOT NULL,
  proof_digest text NOT NULL,
  person_token text NOT NULL,
  proved_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  ended_reason text,
  ended_by uuid,
  CONSTRAINT representation_pkey PRIMARY KEY (representation_id),
  CONSTRAINT representation_check CHECK (((ended_at IS NULL) = (ended_reason IS NULL))),
  CONSTRAINT representation_ended_reason_check CHECK ((ended_reason = ANY (ARRAY['revoked'::text, 'legalRepresentativeChanged'::text, 'replaced'::text]))),
  CONSTRAINT representation_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity.account(account_id),
  CONSTRAINT representation_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES identity.account(account_id)
);
CREATE UNIQUE INDEX representation_account ON credentials.representation USING btree (account_id) WHERE (ended_at IS NULL);
CREATE INDEX representation_subject ON credentials.representation USING btree (subject_id, ended_at);
GRANT INSERT, SELECT ON credentials.representation TO ${role:app};
GRANT SELECT ON credentials.representation TO ${role:audit};
GRANT UPDATE (ended_at, ended_by, ended_reason) ON credentials.representation TO ${role:app};

CREATE TABLE credentials.totp (
  account_id uuid NOT NULL,
  secret_cipher bytea NOT NULL,
  created_at timestamp with time zone NOT NULL,
  confirmed_at timestamp with time zone,
  last_step bigint NOT NULL DEFAULT 0,
  CONSTRAINT totp_pkey PRIMARY KEY (account_id),
  CONSTRAINT totp_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity.account(account_id)
);
GRANT DELETE, INSERT, SELECT, UPDATE ON credentials.totp TO ${role:app};

CREATE TABLE display.change (
  subject_id uuid NOT NULL,
  change_id uuid NOT NULL,
  record_id uuid NOT NULL,
  policy_set_id integer NOT NULL,
  before jsonb NOT NULL,
  after jsonb NOT NULL,
  noticed_at timestamp with time zone NOT NULL,
  CONSTRAINT change_pkey PRIMARY KEY (subject_id, change_id)
);
CREATE INDEX change_noticed ON display.change USING btree (noticed_at DESC, change_id);
CREATE UNIQUE INDEX change_once ON display.change USING btree (subject_id, record_id, policy_set_id);
GRANT INSERT, SELECT ON display.change TO ${role:app};

CREATE TABLE display.notice (
  subject_id uuid NOT NULL,
  notice_id uuid NOT NULL,
  record_id uuid NOT NULL,
  key_hash bytea NOT NULL,
  served_on date NOT NULL,
  channel text NOT NULL,
  proof text NOT NULL,
  template_hash text,
  account_id uuid,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT notice_pkey PRIMARY KEY (subject_id, notice_id),
  CONSTRAINT notice_channel_check CHECK ((channel = ANY (ARRAY['withDecision'::text, 'post'::text, 'electronic'::text, 'onSite'::text, 'other'::text])))
);
CREATE UNIQUE INDEX notice_key ON display.notice USING btree (subject_id, key_hash);
GRANT INSERT, SELECT ON display.notice TO ${role:app};

CREATE TABLE exchange.alarm (
  alarm_id uuid NOT NULL,
  receiver_id uuid NOT NULL,
  delivery_id uuid,
  kind text NOT NULL,
  state text NOT NULL,
  facts jsonb NOT NULL,
  raised_at timestamp with time zone NOT NULL,
  reply text,
  replied_by uuid,
  replied_at timestamp with time zone,
  closed_by uuid,
  closed_at timestamp with time zone,
  closing text,
  CONSTRAINT alarm_pkey PRIMARY KEY (alarm_id),
  CONSTRAINT alarm_check CHECK (((state = 'closed'::text) = (closed_at IS NOT NULL))),
  CONSTRAINT alarm_check1 CHECK (((state <> 'replied'::text) OR (replied_at IS NOT NULL))),
  CONSTRAINT alarm_check2 CHECK (((kind = 'unreachable'::text) = (delivery_id IS NULL))),
  CONSTRAINT alarm_kind_check CHECK ((kind = ANY (ARRAY['unreachable'::text, 'overdue'::text, 'wrongReceipt'::text, 'declined'::text]))),
  CONSTRAINT alarm_state_check CHECK ((state = ANY (ARRAY['open'::text, 'replied'::text, 'closed'::text]))),
  CONSTRAINT alarm_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES exchange.delivery(delivery_id),
  CONSTRAINT alarm_receiver_id_fkey FOREIGN KEY (receiver_id) REFERENCES exchange.receiver(receiver_id)
);
CREATE UNIQUE INDEX alarm_delivery ON exchange.alarm USING btree (delivery_id, kind) WHERE (state <> 'closed'::text);
CREATE INDEX alarm_state ON exchange.alarm USING btree (state, raised_at);
CREATE UNIQUE INDEX alarm_unreachable ON exchange.alarm USING btree (receiver_id) WHERE ((kind = 'unreachable'::text) AND (state <> 'closed'::text));
GRANT INSERT, SELECT, UPDATE ON exchange.alarm TO ${role:app};
GRANT SELECT ON exchange.alarm TO ${role:audit};

CREATE TABLE exchange.attempt (
  delivery_id uuid NOT NULL,
  seq integer NOT NULL,
  at timestamp with time zone NOT NULL,
  outcome text NOT NULL,
  status integer,
  milliseconds integer NOT NULL,
  CONSTRAINT attempt_pkey PRIMARY KEY (delivery_id, seq),
  CONSTRAINT attempt_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES exchange.delivery(delivery_id)
);
GRANT INSERT, SELECT ON exchange.attempt TO ${role:app};
GRANT SELECT ON exchange.attempt TO ${role:audit};

CREATE TABLE exchange.delivery (
  delivery_id uuid NOT NULL,
  receiver_id uuid NOT NULL,
  outbox_id uuid NOT NULL,
  idempotency_key text NOT NULL,
  "position" bigint NOT NULL,
  subject_id uuid NOT NULL,
  record_id uuid,
  message jsonb NOT NULL,
  state text NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamp with time zone NOT NULL,
  created_at timestamp with time zone NOT NULL,
  sent_at timestamp with time zone,
  due_on date NOT NULL,
  due_provisional boolean NOT NULL,
  receipt jsonb,
  finished_at timestamp with time zone,
  policy_set_id integer NOT NULL,
  CONSTRAINT delivery_pkey PRIMARY KEY (delivery_id),
  CONSTRAINT delivery_idempotency_key_key UNIQUE (idempotency_key),
  CONSTRAINT delivery_receiver_id_outbox_id_key UNIQUE (receiver_id, outbox_id),
  CONSTRAINT delivery_check CHECK (((state = ANY (ARRAY['receipted'::text, 'declined'::text, 'closed'::text])) = (finished_at IS NOT NULL))),
  CONSTRAINT delivery_check1 CHECK (((state <> ALL (ARRAY['receipted'::text, 'declined'::text])) OR (receipt IS NOT NULL))),
  CONSTRAINT delivery_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'receipted'::text, 'declined'::text, 'closed'::text]))),
  CONSTRAINT delivery_receiver_id_fkey FOREIGN KEY (receiver_id) REFERENCES exchange.receiver(receiver_id)
);
CREATE INDEX delivery_due ON exchange.delivery USING btree (due_on) WHERE (state = ANY (ARRAY['waiting'::text, 'sent'::text]));
CREATE INDEX delivery_lane ON exchange.delivery USING btree (receiver_id, subject_id, "position") WHERE (state = 'waiting'::text);
CREATE INDEX delivery_page ON exchange.delivery USING btree (receiver_id, "position");
CREATE INDEX delivery_subject ON exchange.delivery USING btree (subject_id, "position");
GRANT INSERT, SELECT, UPDATE ON exchange.delivery TO ${role:app};
GRANT SELECT ON exchange.delivery TO ${role:audit};

CREATE TABLE exchange.feed_epoch (
  epoch bigint NOT NULL,
  after_position bigint NOT NULL,
  began_at timestamp with time zone NOT NULL,
  CONSTRAINT feed_epoch_pkey PRIMARY KEY (epoch),
  CONSTRAINT feed_epoch_epoch_check CHECK ((epoch > 1))
);
GRANT INSERT, SELECT ON exchange.feed_epoch TO ${role:app};
GRANT SELECT ON exchange.feed_epoch TO ${role:audit};

CREATE TABLE exchange.progress (
  task text NOT NULL,
  "position" bigint NOT NULL,
  up_to timestamp with time zone,
  CONSTRAINT progress_pkey PRIMARY KEY (task)
);
GRANT INSERT, SELECT, UPDATE ON exchange.progress TO ${role:app};
GRANT SELECT ON exchange.progress TO ${role:audit};

CREATE TABLE exchange.receiver (
  receiver_id uuid NOT NULL,
  body_id uuid NOT NULL,
  client_id uuid,
  name text NOT NULL,
  contact text NOT NULL,
  url text,
  level text NOT NULL,
  items text[] NOT NULL,
  covers text NOT NULL,
  state text NOT NULL,
  from_position bigint NOT NULL,
  failures integer NOT NULL DEFAULT 0,
  next_attempt_at timestamp with time zone,
  last_success_at timestamp with time zone,
  last_problem text,
  registered_by uuid NOT NULL,
  registered_at timestamp with time zone NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  CONSTRAINT receiver_pkey PRIMARY KEY (receiver_id),
  CONSTRAINT receiver_check CHECK (((state = 'ended'::text) = (ended_at IS NOT NULL))),
  CONSTRAINT receiver_covers_check CHECK ((covers = ANY (ARRAY['received'::text, 'all'::text]))),
  CONSTRAINT receiver_items_check CHECK ((cardinality(items) <= 500)),
  CONSTRAINT receiver_level_check CHECK ((level = ANY (ARRAY['public'::text, 'authorised'::text, 'government'::text]))),
  CONSTRAINT receiver_state_check CHECK ((state = ANY (ARRAY['active'::text, 'paused'::text, 'ended'::text]))),
  CONSTRAINT receiver_body_id_fkey FOREIGN KEY (body_id) REFERENCES core.body(body_id),
  CONSTRAINT receiver_client_id_fkey FOREIGN KEY (client_id) REFERENCES credentials.client(client_id)
);
CREATE INDEX receiver_body ON exchange.receiver USING btree (body_id);
CREATE UNIQUE INDEX receiver_client ON exchange.receiver USING btree (client_id) WHERE ((client_id IS NOT NULL) AND (state <> 'ended'::text));
GRANT INSERT, SELECT, UPDATE ON exchange.receiver TO ${role:app};
GRANT SELECT ON exchange.receiver TO ${role:audit};

CREATE TABLE exchange.receiver_key (
  receiver_id uuid NOT NULL,
  key_id text NOT NULL,
  public_key text NOT NULL,
  added_by uuid NOT NULL,
  added_at timestamp with time zone NOT NULL,
  revoked_at timestamp with time zone,
  CONSTRAINT receiver_key_pkey PRIMARY KEY (receiver_id, key_id),
  CONSTRAINT receiver_key_receiver_id_fkey FOREIGN KEY (receiver_id) REFERENCES exchange.receiver(receiver_id)
);
GRANT INSERT, SELECT ON exchange.receiver_key TO ${role:app};
GRANT SELECT ON exchange.receiver_key TO ${role:audit};
GRANT UPDATE (revoked_at) ON exchange.receiver_key TO ${role:app};

CREATE TABLE exchange.watched (
  subject_id uuid NOT NULL,
  evaluated_on date NOT NULL,
  next_on date NOT NULL,
  CONSTRAINT watched_pkey PRIMARY KEY (subject_id)
);
CREATE INDEX watched_next ON exchange.watched USING btree (next_on);
GRANT INSERT, SELECT, UPDATE ON exchange.watched TO ${role:app};
GRANT SELECT ON exchange.watched TO ${role:audit};

CREATE TABLE identity.account (
  account_id uuid NOT NULL,
  login text NOT NULL,
  name text NOT NULL,
  body_id uuid,
  password_hash text,
  must_change_password boolean NOT NULL DEFAULT false,
  password_changed_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  created_by uuid,
  disabled_at timestamp with time zone,
  subject_id uuid,
  holder_id uuid NOT NULL,
  kind text NOT NULL DEFAULT 'staff'::text,
  active_until date,
  disabled_reason text,
  disabled_by uuid,
  enabled_at timestamp with time zone,
  departed_at timestamp with time zone,
  last_used_at timestamp with time zone,
  standing boolean GENERATED ALWAYS AS (((disabled_at IS NULL) AND (active_until IS NULL))) STORED,
  departs_on date,
  successor_id uuid,
  second_factor_at timestamp with time zone,
  password_suffices boolean NOT NULL DEFAULT false,
  CONSTRAINT account_pkey PRIMARY KEY (account_id),
  CONSTRAINT account_holder_key UNIQUE (account_id, holder_id),
  CONSTRAINT account_login_key UNIQUE (login),
  CONSTRAINT account_standing_key UNIQUE (account_id, standing),
  CONSTRAINT account_departed_disabled CHECK (((departed_at IS NULL) OR ((disabled_reason IS NOT NULL) AND (disabled_reason = 'departure'::text)))),
  CONSTRAINT account_departs_until CHECK (((departs_on IS NULL) OR (active_until = (departs_on - 1)))),
  CONSTRAINT account_disabled_reason_check CHECK ((disabled_reason = ANY (ARRAY['request'::text, 'departure'::text, 'unused'::text, 'unconfirmed'::text, 'vendorOff'::text]))),
  CONSTRAINT account_disabled_why CHECK (((disabled_at IS NULL) = (disabled_reason IS NULL))),
  CONSTRAINT account_kind_check CHECK ((kind = ANY (ARRAY['staff'::text, 'vendor'::text, 'system'::text]))),
  CONSTRAINT account_login_check CHECK ((login = lower(login))),
  CONSTRAINT account_successor_other CHECK ((successor_id <> account_id)),
  CONSTRAINT account_vendor_time CHECK (((kind <> 'vendor'::text) OR (active_until IS NOT NULL))),
  CONSTRAINT account_body_id_fkey FOREIGN KEY (body_id) REFERENCES core.body(body_id),
  CONSTRAINT account_holder_id_fkey FOREIGN KEY (holder_id) REFERENCES identity.holder(holder_id),
  CONSTRAINT account_successor_id_fkey FOREIGN KEY (successor_id) REFERENCES identity.account(account_id)
);
CREATE INDEX account_body ON identity.account USING btree (body_id);
CREATE INDEX account_holder ON identity.account USING btree (holder_id);
CREATE INDEX account_subject ON identity.account USING btree (subject_id) WHERE (subject_id IS NOT NULL);
GRANT INSERT, SELECT, UPDATE ON identity.account TO ${role:app};
GRANT SELECT (account_id, body_id, created_at, disabled_at, login, name) ON identity.account TO ${role:audit};

CREATE TABLE identity.account_event (
  event_id uuid NOT NULL,
  account_id uuid NOT NULL,
  at timestamp with time zone NOT NULL,
  by_account uuid,
  kind text NOT NULL,
  detail jsonb NOT NULL DEFAULT '{}'::jsonb,
  CONSTRAINT account_event_pkey PRIMARY KEY (event_id),
  CONSTRAINT account_event_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity.account(account_id),
  CONSTRAINT account_event_by_account_fkey FOREIGN KEY (by_account) REFERENCES identity.account(account_id)
);
CREATE INDEX account_event_account ON identity.account_event USING btree (account_id, at DESC, event_id);
GRANT INSERT, SELECT ON identity.account_event TO ${role:app};
GRANT SELECT ON identity.account_event TO ${role:audit};

CREATE TABLE identity.account_role (
  account_id uuid NOT NULL,
  role text NOT NULL,
  granted_at timestamp with time zone NOT NULL,
  granted_by uuid,
  holder_id uuid NOT NULL,
  expires_on date,
  request_id uuid,
  request_state text GENERATED ALWAYS AS (
CASE
    WHEN (request_id IS NOT NULL) THEN 'approved'::text
    ELSE NULL::text
END) STORED,
  side text GENERATED ALWAYS AS (
CASE
    WHEN (role = ANY (ARRAY['systemAdmin'::text, 'securityAdmin'::text, 'auditAdmin'::text])) THEN role
    ELSE 'business'::text
END) STORED,
  CONSTRAINT account_role_pkey PRIMARY KEY (account_id, role),
  CONSTRAINT account_role_administrator_stays CHECK (((expires_on IS NULL) OR (side = 'business'::text))),
  CONSTRAINT account_role_asked CHECK (((granted_by IS NULL) OR (request_id IS NOT NULL))),
  CONSTRAINT account_role_role_check CHECK ((role = ANY (ARRAY['departmentOfficer'::text, 'departmentSystem'::text, 'creditOffice'::text, 'companyRepresentative'::text, 'authorisedReader'::text, 'accountManager'::text, 'systemAdmin'::text, 'securityAdmin'::text, 'auditAdmin'::text, 'operator'::text]))),
  CONSTRAINT account_role_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity.account(account_id),
  CONSTRAINT account_role_approved FOREIGN KEY (request_id, account_id, role, request_state) REFERENCES identity.role_request(request_id, account_id, role, state),
  CONSTRAINT account_role_holder_fkey FOREIGN KEY (account_id, holder_id) REFERENCES identity.account(account_id, holder_id) ON UPDATE CASCADE,
  CONSTRAINT account_role_one_side FOREIGN KEY (holder_id, side) REFERENCES identity.holder(holder_id, side)
);
CREATE UNIQUE INDEX account_role_administrator ON identity.account_role USING btree (account_id) WHERE (role = ANY (ARRAY['systemAdmin'::text, 'securityAdmin'::text, 'auditAdmin'::text]));
CREATE UNIQUE INDEX account_role_one_administrator ON identity.account_role USING btree (holder_id) WHERE (side <> 'business'::text);
GRANT DELETE, INSERT, SELECT ON identity.account_role TO ${role:app};
GRANT SELECT ON identity.account_role TO ${role:audit};

CREATE TABLE identity.administrator_seat (
  role text NOT NULL,
  account_id uuid NOT NULL,
  standing boolean NOT NULL DEFAULT true,
  CONSTRAINT administrator_seat_pkey PRIMARY KEY (role),
  CONSTRAINT administrator_seat_role_check CHECK ((role = ANY (ARRAY['systemAdmin'::text, 'securityAdmin'::text, 'auditAdmin'::text]))),
  CONSTRAINT administrator_seat_standing_check CHECK (standing),
  CONSTRAINT administrator_seat_account_id_role_fkey FOREIGN KEY (account_id, role) REFERENCES identity.account_role(account_id, role),
  CONSTRAINT administrator_seat_account_id_standing_fkey FOREIGN KEY (account_id, standing) REFERENCES identity.account(account_id, standing)
);
GRANT INSERT, SELECT ON identity.administrator_seat TO ${role:app};
GRANT SELECT ON identity.administrator_seat TO ${role:audit};
GRANT UPDATE (account_id) ON identity.administrator_seat TO ${role:app};

CREATE TABLE identity.deputy (
  deputy_id uuid NOT NULL,
  absent_id uuid NOT NULL,
  deputy_account_id uuid NOT NULL,
  from_on date NOT NULL,
  to_on date NOT NULL,
  reason text NOT NULL,
  created_by uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  ended_by uuid,
  CONSTRAINT deputy_pkey PRIMARY KEY (deputy_id),
  CONSTRAINT deputy_check CHECK ((absent_id <> deputy_account_id)),
  CONSTRAINT deputy_check1 CHECK ((to_on >= from_on)),
  CONSTRAINT deputy_absent_id_fkey FOREIGN KEY (absent_id) REFERENCES identity.account(account_id),
  CONSTRAINT deputy_created_by_fkey FOREIGN KEY (created_by) REFERENCES identity.account(account_id),
  CONSTRAINT deputy_deputy_account_id_fkey FOREIGN KEY (deputy_account_id) REFERENCES identity.account(account_id),
  CONSTRAINT deputy_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES identity.account(account_id)
);
CREATE INDEX deputy_absent ON identity.deputy USING btree (absent_id, to_on);
CREATE INDEX deputy_account ON identity.deputy USING btree (deputy_account_id, to_on);
GRANT INSERT, SELECT ON identity.deputy TO ${role:app};
GRANT SELECT ON identity.deputy TO ${role:audit};
GRANT UPDATE (deputy_account_id, ended_at, ended_by) ON identity.deputy TO ${role:app};

CREATE TABLE identity.duty (
  duty_id uuid NOT NULL,
  body_id uuid NOT NULL,
  on_date date NOT NULL,
  shift text NOT NULL,
  account_id uuid NOT NULL,
  phone text,
  created_by uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT duty_pkey PRIMARY KEY (duty_id),
  CONSTRAINT duty_body_id_on_date_shift_key UNIQUE (body_id, on_date, shift),
  CONSTRAINT duty_shift_check CHECK ((shift = ANY (ARRAY['day'::text, 'night'::text]))),
  CONSTRAINT duty_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity.account(account_id),
  CONSTRAINT duty_body_id_fkey FOREIGN KEY (body_id) REFERENCES core.body(body_id),
  CONSTRAINT duty_created_by_fkey FOREIGN KEY (created_by) REFERENCES identity.account(account_id)
);
CREATE INDEX duty_account ON identity.duty USING btree (account_id, on_date);
GRANT DELETE, INSERT, SELECT, UPDATE ON identity.duty TO ${role:app};

CREATE TABLE identity.holder (
  holder_id uuid NOT NULL,
  token text,
  side text,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT holder_pkey PRIMARY KEY (holder_id),
  CONSTRAINT holder_holder_id_side_key UNIQUE (holder_id, side),
  CONSTRAINT holder_token_key UNIQUE (token),
  CONSTRAINT holder_side_check CHECK ((side = ANY (ARRAY['business'::text, 'systemAdmin'::text, 'securityAdmin'::text, 'auditAdmin'::text])))
);
GRANT INSERT, SELECT ON identity.holder TO ${role:app};
GRANT UPDATE (side) ON identity.holder TO ${role:app};

CREATE TABLE identity.password_history (
  account_id uuid NOT NULL,
  password_hash text NOT NULL,
  replaced_at timestamp with time zone NOT NULL,
  CONSTRAINT password_history_pkey PRIMARY KEY (account_id, replaced_at),
  CONSTRAINT password_history_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity.account(account_id)
);
GRANT DELETE, INSERT, SELECT ON identity.password_history TO ${role:app};

CREATE TABLE identity.recertification (
  campaign_id uuid NOT NULL,
  name text NOT NULL,
  opened_on date NOT NULL,
  deadline_on date NOT NULL,
  disable_after_on date NOT NULL,
  state text NOT NULL,
  opened_by uuid NOT NULL,
  opened_at timestamp with time zone NOT NULL,
  closed_at timestamp with time zone,
  CONSTRAINT recertification_pkey PRIMARY KEY (campaign_id),
  CONSTRAINT recertification_check CHECK (((deadline_on > opened_on) AND (disable_after_on > deadline_on))),
  CONSTRAINT recertification_state_check CHECK ((state = ANY (ARRAY['open'::text, 'escalated'::text, 'closed'::text]))),
  CONSTRAINT recertification_opened_by_fkey FOREIGN KEY (opened_by) REFERENCES identity.account(account_id)
);
CREATE UNIQUE INDEX recertification_running ON identity.recertification USING btree ((true)) WHERE (state <> 'closed'::text);
GRANT INSERT, SELECT ON identity.recertification TO ${role:app};
GRANT SELECT ON identity.recertification TO ${role:audit};
GRANT UPDATE (closed_at, state) ON identity.recertification TO ${role:app};

CREATE TABLE identity.recertification_item (
  campaign_id uuid NOT NULL,
  account_id uuid NOT NULL,
  body_id uuid,
  state text NOT NULL,
  decided_by uuid,
  decided_at timestamp with time zone,
  note text,
  CONSTRAINT recertification_item_pkey PRIMARY KEY (campaign_id, account_id),
  CONSTRAINT recertification_item_check CHECK (((decided_by IS NULL) OR (decided_by <> account_id))),
  CONSTRAINT recertification_item_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'escalated'::text, 'confirmed'::text, 'notNeeded'::text, 'disabled'::text, 'kept'::text]))),
  CONSTRAINT recertification_item_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity.account(account_id),
  CONSTRAINT recertification_item_body_id_fkey FOREIGN KEY (body_id) REFERENCES core.body(body_id),
  CONSTRAINT recertification_item_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES identity.recertification(campaign_id),
  CONSTRAINT recertification_item_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES identity.account(account_id)
);
CREATE INDEX recertification_item_state ON identity.recertification_item USING btree (campaign_id, state, account_id);
GRANT INSERT, SELECT ON identity.recertification_item TO ${role:app};
GRANT SELECT ON identity.recertification_item TO ${role:audit};
GRANT UPDATE (decided_at, decided_by, note, state) ON identity.recertification_item TO ${role:app};

CREATE TABLE identity.role_request (
  request_id uuid NOT NULL,
  account_id uuid NOT NULL,
  holder_id uuid NOT NULL,
  role text NOT NULL,
  expires_on date,
  reason text NOT NULL,
  state text NOT NULL,
  requested_by uuid NOT NULL,
  requested_holder uuid NOT NULL,
  requested_at timestamp with time zone NOT NULL,
  decided_by uuid,
  decided_holder uuid,
  decided_at timestamp with time zone,
  decision_note text,
  CONSTRAINT role_request_pkey PRIMARY KEY (request_id),
  CONSTRAINT role_request_request_id_account_id_role_state_key UNIQUE (request_id, account_id, role, state),
  CONSTRAINT role_request_decided CHECK ((((state = ANY (ARRAY['approved'::text, 'refused'::text])) = (decided_by IS NOT NULL)) AND ((decided_by IS NULL) = (decided_holder IS NULL)) AND ((decided_by IS NULL) = (decided_at IS NULL)))),
  CONSTRAINT role_request_four_eyes CHECK (((decided_holder IS NULL) OR ((decided_holder <> requested_holder) AND (decided_holder <> holder_id)))),
  CONSTRAINT role_request_not_own CHECK ((requested_holder <> holder_id)),
  CONSTRAINT role_request_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'approved'::text, 'refused'::text, 'withdrawn'::text]))),
  CONSTRAINT role_request_account_id_holder_id_fkey FOREIGN KEY (account_id, holder_id) REFERENCES identity.account(account_id, holder_id) ON UPDATE CASCADE,
  CONSTRAINT role_request_decided_by_decided_holder_fkey FOREIGN KEY (decided_by, decided_holder) REFERENCES identity.account(account_id, holder_id) ON UPDATE CASCADE,
  CONSTRAINT role_request_requested_by_requested_holder_fkey FOREIGN KEY (requested_by, requested_holder) REFERENCES identity.account(account_id, holder_id) ON UPDATE CASCADE
);
CREATE INDEX role_request_state ON identity.role_request USING btree (state, requested_at DESC, request_id);
CREATE UNIQUE INDEX role_request_waiting ON identity.role_request USING btree (account_id, role) WHERE (state = 'waiting'::text);
GRANT INSERT, SELECT ON identity.role_request TO ${role:app};
GRANT SELECT ON identity.role_request TO ${role:audit};
GRANT UPDATE (decided_at, decided_by, decided_holder, decision_note, state) ON identity.role_request TO ${role:app};

CREATE TABLE identity.session (
  token_hash bytea NOT NULL,
  session_id uuid NOT NULL,
  account_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  last_seen_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  address text,
  deputy_id uuid,
  factors text[] NOT NULL DEFAULT '{password}'::text[],
  CONSTRAINT session_pkey PRIMARY KEY (token_hash),
  CONSTRAINT session_session_id_key UNIQUE (session_id),
  CONSTRAINT session_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity.account(account_id),
  CONSTRAINT session_deputy_id_fkey FOREIGN KEY (deputy_id) REFERENCES identity.deputy(deputy_id)
);
CREATE INDEX session_account ON identity.session USING btree (account_id);
GRANT DELETE, INSERT, SELECT, UPDATE ON identity.session TO ${role:app};

CREATE TABLE identity.sign_in_attempt (
  login text NOT NULL,
  attempts integer NOT NULL,
  window_started_at timestamp with time zone NOT NULL,
  CONSTRAINT sign_in_attempt_pkey PRIMARY KEY (login)
);
GRANT DELETE, INSERT, SELECT, UPDATE ON identity.sign_in_attempt TO ${role:app};

CREATE TABLE lists.entry (
  subject_id uuid NOT NULL,
  entry_id uuid NOT NULL,
  version_id uuid NOT NULL,
  list text NOT NULL,
  kind text NOT NULL,
  origin text NOT NULL,
  case_id uuid,
  record_id uuid,
  key_hash bytea,
  recogniser_body_id uuid NOT NULL,
  document_number text,
  case_number text,
  decided_on date,
  delivered_on date,
  delivery_proof text,
  attested boolean NOT NULL,
  listed_on date NOT NULL,
  ends_on date,
  term_months integer,
  term_limit_months integer,
  particulars jsonb NOT NULL,
  policy_set_id integer NOT NULL,
  account_id uuid,
  recorded_at timestamp with time zone NOT NULL,
  superseded_at timestamp with time zone,
  CONSTRAINT entry_pkey PRIMARY KEY (subject_id, version_id),
  CONSTRAINT entry_days CHECK (((ends_on IS NULL) OR (ends_on >= listed_on))),
  CONSTRAINT entry_decided_elsewhere CHECK (((origin <> 'record'::text) OR ((record_id IS NOT NULL) AND (key_hash IS NOT NULL) AND (COALESCE(document_number, case_number) IS NOT NULL)))),
  CONSTRAINT entry_decided_here CHECK (((origin <> 'decision'::text) OR ((case_id IS NOT NULL) AND (decided_on IS NOT NULL) AND (delivered_on IS NOT NULL) AND (NOT attested) AND (document_number IS NOT NULL) AND (length(btrim(document_number)) > 0) AND (delivery_proof IS NOT NULL) AND (length(btrim(delivery_proof)) > 0) AND (delivered_on >= decided_on) AND (listed_on >= decided_on) AND (particulars ?& ARRAY['facts'::text, 'legalBasis'::text, 'evidence'::text, 'measures'::text, 'removalConditions'::text, 'removalProcedure'::text, 'remedy'::text, 'authority'::text])))),
  CONSTRAINT entry_kind_check CHECK ((kind = ANY (ARRAY['serious'::text, 'watch'::text, 'honour'::text]))),
  CONSTRAINT entry_origin_check CHECK ((origin = ANY (ARRAY['decision'::text, 'record'::text]))),
  CONSTRAINT entry_term CHECK (((term_limit_months IS NULL) OR ((term_months IS NOT NULL) AND ((term_months >= 1) AND (term_months <= term_limit_months)) AND (ends_on IS NOT NULL) AND (ends_on <= ((listed_on + make_interval(months => term_limit_months)))::date))))
);
CREATE UNIQUE INDEX entry_case ON lists.entry USING btree (subject_id, case_id) WHERE ((superseded_at IS NULL) AND (case_id IS NOT NULL));
CREATE UNIQUE INDEX entry_current ON lists.entry USING btree (subject_id, entry_id) WHERE (superseded_at IS NULL);
CREATE INDEX entry_ends ON lists.entry USING btree (ends_on) WHERE ((superseded_at IS NULL) AND (ends_on IS NOT NULL));
CREATE INDEX entry_id ON lists.entry USING btree (entry_id);
CREATE INDEX entry_of_list ON lists.entry USING btree (list, listed_on DESC, entry_id DESC) WHERE (superseded_at IS NULL);
CREATE UNIQUE INDEX entry_record ON lists.entry USING btree (subject_id, list, key_hash) WHERE ((superseded_at IS NULL) AND (key_hash IS NOT NULL));
CREATE INDEX entry_recorded ON lists.entry USING btree (recorded_at, version_id);
GRANT INSERT, SELECT ON lists.entry TO ${role:app};
GRANT UPDATE (superseded_at) ON lists.entry TO ${role:app};

CREATE TABLE lists.reconciliation (
  reconciliation_id uuid NOT NULL,
  list text NOT NULL,
  body_id uuid NOT NULL,
  as_of date NOT NULL,
  stated integer NOT NULL,
  matched integer NOT NULL,
  ended integer NOT NULL,
  unknown integer NOT NULL,
  sha256 text NOT NULL,
  account_id uuid,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT reconciliation_pkey PRIMARY KEY (reconciliation_id)
);
CREATE INDEX reconciliation_list ON lists.reconciliation USING btree (list, recorded_at DESC);
GRANT INSERT, SELECT ON lists.reconciliation TO ${role:app};

CREATE TABLE lists.removal (
  subject_id uuid NOT NULL,
  removal_id uuid NOT NULL,
  entry_id uuid NOT NULL,
  kind text NOT NULL,
  removed_on date NOT NULL,
  document_number text,
  reason text NOT NULL,
  case_id uuid,
  account_id uuid,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT removal_pkey PRIMARY KEY (subject_id, removal_id),
  CONSTRAINT removal_document CHECK (((kind = ANY (ARRAY['expired'::text, 'leftAtSource'::text])) OR (length(btrim(COALESCE(document_number, ''::text))) > 0))),
  CONSTRAINT removal_kind_check CHECK ((kind = ANY (ARRAY['expired'::text, 'early'::text, 'annulled'::text, 'leftAtSource'::text])))
);
CREATE UNIQUE INDEX removal_once ON lists.removal USING btree (subject_id, entry_id, kind);
GRANT INSERT, SELECT ON lists.removal TO ${role:app};

CREATE TABLE log.access_log (
  log_id uuid NOT NULL,
  at timestamp with time zone NOT NULL,
  actor_kind text NOT NULL,
  account_id uuid,
  actor_name text NOT NULL,
  body_id uuid,
  os_user text,
  action text NOT NULL,
  resource_kind text,
  resource_id text,
  subject_id uuid,
  purpose text,
  matter text,
  case_number text,
  outcome text NOT NULL,
  address text,
  request_id text,
  detail jsonb,
  epoch integer NOT NULL DEFAULT 1,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  CONSTRAINT access_log_pkey PRIMARY KEY (at, log_id),
  CONSTRAINT access_log_actor_kind_check CHECK ((actor_kind = ANY (ARRAY['anonymous'::text, 'account'::text, 'client'::text, 'operator'::text, 'system'::text]))),
  CONSTRAINT access_log_outcome_check CHECK ((outcome = ANY (ARRAY['ok'::text, 'refused'::text, 'failed'::text])))
) PARTITION BY RANGE (at);
CREATE INDEX access_log_account ON ONLY log.access_log USING btree (account_id, at) WHERE (account_id IS NOT NULL);
CREATE INDEX access_log_person ON ONLY log.access_log USING btree (resource_id, at) WHERE (resource_kind = 'person'::text);
CREATE INDEX access_log_subject ON ONLY log.access_log USING btree (subject_id, at) WHERE (subject_id IS NOT NULL);
CREATE INDEX access_log_xid ON ONLY log.access_log USING btree (epoch, xid);
GRANT SELECT ON log.access_log TO ${role:audit};
GRANT SELECT ON log.access_log TO ${role:sealer};
GRANT INSERT (account_id, action, actor_kind, actor_name, address, at, body_id, case_number, detail, log_id, matter, os_user, outcome, purpose, request_id, resource_id, resource_kind, subject_id) ON log.access_log TO ${role:app};
GRANT INSERT (account_id, action, actor_kind, actor_name, address, at, body_id, case_number, detail, log_id, matter, os_user, outcome, purpose, request_id, resource_id, resource_kind, subject_id) ON log.access_log TO ${role:log};

CREATE TABLE log.archive (
  month text NOT NULL,
  file_name text NOT NULL,
  file_digest text NOT NULL,
  row_count bigint NOT NULL,
  first_seal bigint,
  last_seal bigint,
  archived_at timestamp with time zone NOT NULL,
  algorithm text NOT NULL,
  key_id text NOT NULL,
  signature text NOT NULL,
  CONSTRAINT archive_pkey PRIMARY KEY (month),
  CONSTRAINT archive_month_check CHECK ((month ~ '^\d{4}-\d{2}$'::text))
);
GRANT SELECT ON log.archive TO ${role:audit};
GRANT SELECT ON log.archive TO ${role:sealer};

CREATE TABLE log.checkpoint (
  seal_no bigint NOT NULL,
  seal_hash text NOT NULL,
  epoch integer NOT NULL,
  sealed_at timestamp with time zone NOT NULL,
  issued_at timestamp with time zone NOT NULL,
  algorithm text NOT NULL,
  key_id text NOT NULL,
  signature text NOT NULL,
  CONSTRAINT checkpoint_pkey PRIMARY KEY (seal_no)
);
GRANT SELECT ON log.checkpoint TO ${role:app};
GRANT SELECT ON log.checkpoint TO ${role:audit};
GRANT INSERT, SELECT ON log.checkpoint TO ${role:sealer};

CREATE TABLE log.epoch (
  epoch integer NOT NULL,
  cluster_id text NOT NULL,
  began_at timestamp with time zone NOT NULL,
  CONSTRAINT epoch_pkey PRIMARY KEY (epoch)
);
GRANT SELECT ON log.epoch TO ${role:audit};
GRANT SELECT ON log.epoch TO ${role:sealer};

CREATE TABLE log.feed (
  "position" bigint NOT NULL,
  outbox_id uuid NOT NULL,
  epoch integer NOT NULL,
  xid xid8 NOT NULL,
  placed_at timestamp with time zone NOT NULL,
  CONSTRAINT feed_pkey PRIMARY KEY ("position"),
  CONSTRAINT feed_outbox_id_key UNIQUE (outbox_id)
);
GRANT SELECT ON log.feed TO ${role:app};
GRANT SELECT ON log.feed TO ${role:audit};
GRANT INSERT, SELECT ON log.feed TO ${role:sealer};

CREATE TABLE log.seal (
  seal_no bigint NOT NULL,
  epoch integer NOT NULL,
  month text NOT NULL,
  from_xid xid8 NOT NULL,
  to_xid xid8 NOT NULL,
  row_count bigint NOT NULL,
  merkle_root text NOT NULL,
  prev_hash text NOT NULL,
  seal_hash text NOT NULL,
  algorithm text NOT NULL,
  key_id text NOT NULL,
  signature text NOT NULL,
  sealed_at timestamp with time zone NOT NULL,
  CONSTRAINT seal_pkey PRIMARY KEY (seal_no),
  CONSTRAINT seal_month_check CHECK ((month ~ '^\d{4}-\d{2}$'::text))
);
GRANT SELECT ON log.seal TO ${role:audit};
GRANT INSERT, SELECT ON log.seal TO ${role:sealer};

CREATE TABLE log.seal_key (
  key_id text NOT NULL,
  algorithm text NOT NULL,
  public_key text NOT NULL,
  since timestamp with time zone NOT NULL,
  CONSTRAINT seal_key_pkey PRIMARY KEY (key_id)
);
GRANT SELECT ON log.seal_key TO ${role:audit};
GRANT INSERT, SELECT ON log.seal_key TO ${role:sealer};

CREATE TABLE migration.applied (
  number integer NOT NULL,
  name text NOT NULL,
  sha256 text NOT NULL,
  applied_at timestamp with time zone NOT NULL,
  duration_ms integer NOT NULL,
  CONSTRAINT applied_pkey PRIMARY KEY (number)
);

CREATE TABLE notices.contact (
  account_id uuid NOT NULL,
  channel text NOT NULL,
  address text NOT NULL,
  shown text NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  CONSTRAINT contact_pkey PRIMARY KEY (account_id, channel),
  CONSTRAINT contact_channel_check CHECK ((channel = ANY (ARRAY['email'::text, 'sms'::text, 'im'::text])))
);
GRANT DELETE, INSERT, SELECT, UPDATE ON notices.contact TO ${role:app};

CREATE TABLE notices.delivery (
  delivery_id uuid NOT NULL,
  notice_id uuid NOT NULL,
  channel text NOT NULL,
  account_id uuid,
  address text,
  shown text,
  state text NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  problem text,
  provider_id text,
  created_at timestamp with time zone NOT NULL,
  tried_at timestamp with time zone,
  settled_at timestamp with time zone,
  read_at timestamp with time zone,
  CONSTRAINT delivery_pkey PRIMARY KEY (delivery_id),
  CONSTRAINT delivery_channel_check CHECK ((channel = ANY (ARRAY['inApp'::text, 'email'::text, 'sms'::text, 'im'::text]))),
  CONSTRAINT delivery_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'delivered'::text, 'read'::text, 'failed'::text, 'bounced'::text]))),
  CONSTRAINT delivery_notice_id_fkey FOREIGN KEY (notice_id) REFERENCES notices.notice(notice_id)
);
CREATE INDEX delivery_inbox ON notices.delivery USING btree (account_id, created_at DESC, delivery_id DESC) WHERE (channel = 'inApp'::text);
CREATE INDEX delivery_notice ON notices.delivery USING btree (notice_id);
CREATE UNIQUE INDEX delivery_provider ON notices.delivery USING btree (channel, provider_id) WHERE (provider_id IS NOT NULL);
CREATE INDEX delivery_sent ON notices.delivery USING btree (created_at DESC, delivery_id DESC);
CREATE INDEX delivery_state ON notices.delivery USING btree (state, created_at DESC, delivery_id DESC) WHERE (state = ANY (ARRAY['waiting'::text, 'failed'::text, 'bounced'::text]));
CREATE INDEX delivery_unread ON notices.delivery USING btree (account_id) WHERE ((channel = 'inApp'::text) AND (read_at IS NULL));
GRANT INSERT, SELECT ON notices.delivery TO ${role:app};
GRANT UPDATE (attempts, problem, provider_id, read_at, settled_at, state, tried_at) ON notices.delivery TO ${role:app};

CREATE TABLE notices.notice (
  notice_id uuid NOT NULL,
  topic text NOT NULL,
  policy_set_id integer NOT NULL,
  params jsonb NOT NULL,
  title_zh text NOT NULL,
  title_en text NOT NULL,
  text_zh text NOT NULL,
  text_en text NOT NULL,
  sms_zh text,
  procedure text,
  case_id uuid,
  record_id uuid,
  subject_id uuid,
  body_id uuid,
  created_by uuid,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT notice_pkey PRIMARY KEY (notice_id)
);
CREATE INDEX notice_case ON notices.notice USING btree (case_id) WHERE (case_id IS NOT NULL);
GRANT INSERT, SELECT ON notices.notice TO ${role:app};

CREATE TABLE obligations.feedback (
  subject_id uuid NOT NULL,
  feedback_id uuid NOT NULL,
  obligation_id uuid NOT NULL,
  action text NOT NULL,
  matter text,
  case_number text,
  acted_on date NOT NULL,
  document text,
  reason text,
  hit_id uuid,
  account_id uuid,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT feedback_pkey PRIMARY KEY (subject_id, feedback_id),
  CONSTRAINT feedback_action_check CHECK ((action = ANY (ARRAY['limit'::text, 'deny'::text, 'supervise'::text, 'applied'::text, 'none'::text]))),
  CONSTRAINT feedback_document CHECK (((action = 'none'::text) OR (length(btrim(COALESCE(document, ''::text))) > 0)))
);
CREATE UNIQUE INDEX feedback_hit ON obligations.feedback USING btree (subject_id, obligation_id, hit_id, action) WHERE (hit_id IS NOT NULL);
CREATE INDEX feedback_obligation ON obligations.feedback USING btree (subject_id, obligation_id, recorded_at);
GRANT INSERT, SELECT ON obligations.feedback TO ${role:app};

CREATE TABLE obligations.obligation (
  subject_id uuid NOT NULL,
  obligation_id uuid NOT NULL,
  entry_id uuid NOT NULL,
  list text NOT NULL,
  measure text NOT NULL,
  force text NOT NULL,
  body_id uuid NOT NULL,
  document text NOT NULL,
  article text NOT NULL,
  policy_set_id integer NOT NULL,
  round integer NOT NULL,
  state text NOT NULL,
  held text,
  due_on date NOT NULL,
  until_on date,
  sent_on date NOT NULL,
  sent_at timestamp with time zone NOT NULL,
  ack_due_on date NOT NULL,
  acknowledged_on date,
  acknowledged_at timestamp with time zone,
  acknowledged_by uuid,
  to_lift_on date,
  lift_due_on date,
  lifted_on date,
  lifted_at timestamp with time zone,
  lifted_by uuid,
  lift_note text,
  reminded_on date,
  CONSTRAINT obligation_pkey PRIMARY KEY (subject_id, obligation_id),
  CONSTRAINT obligation_acknowledged CHECK (((state = ANY (ARRAY['sent'::text, 'withdrawn'::text])) OR (acknowledged_at IS NOT NULL))),
  CONSTRAINT obligation_force_check CHECK ((force = ANY (ARRAY['required'::text, 'permitted'::text]))),
  CONSTRAINT obligation_held_check CHECK ((held = ANY (ARRAY['acknowledged'::text, 'applied'::text, 'notApplied'::text]))),
  CONSTRAINT obligation_lifted CHECK (((state = 'lifted'::text) = (lifted_at IS NOT NULL))),
  CONSTRAINT obligation_round_check CHECK ((round >= 1)),
  CONSTRAINT obligation_state_check CHECK ((state = ANY (ARRAY['sent'::text, 'acknowledged'::text, 'applied'::text, 'notApplied'::text, 'toLift'::text, 'lifted'::text, 'withdrawn'::text]))),
  CONSTRAINT obligation_to_lift CHECK (((state <> 'toLift'::text) OR ((to_lift_on IS NOT NULL) AND (lift_due_on IS NOT NULL) AND (held IS NOT NULL))))
);
CREATE INDEX obligation_body ON obligations.obligation USING btree (body_id, state, due_on, obligation_id);
CREATE INDEX obligation_due ON obligations.obligation USING btree (state, due_on, obligation_id);
CREATE INDEX obligation_id ON obligations.obligation USING btree (obligation_id);
CREATE UNIQUE INDEX obligation_once ON obligations.obligation USING btree (subject_id, entry_id, measure, body_id, round);
CREATE INDEX obligation_until ON obligations.obligation USING btree (until_on) WHERE (until_on IS NOT NULL);
GRANT INSERT, SELECT ON obligations.obligation TO ${role:app};
GRANT UPDATE (acknowledged_at, acknowledged_by, acknowledged_on, body_id, due_on, held, lift_due_on, lift_note, lifted_at, lifted_by, lifted_on, reminded_on, state, to_lift_on, until_on) ON obligations.obligation TO ${role:app};

CREATE TABLE oversight.activity (
  account_id uuid NOT NULL,
  on_day date NOT NULL,
  body_id uuid,
  subjects integer NOT NULL,
  without_case integer NOT NULL,
  odd_hours integer NOT NULL,
  looks integer NOT NULL,
  refused integer NOT NULL,
  CONSTRAINT activity_pkey PRIMARY KEY (account_id, on_day)
);
CREATE INDEX activity_body ON oversight.activity USING btree (body_id, on_day);
GRANT INSERT, SELECT, UPDATE ON oversight.activity TO ${role:app};

CREATE TABLE oversight.alert (
  alert_id uuid NOT NULL,
  detector text NOT NULL,
  account_id uuid NOT NULL,
  body_id uuid,
  window_from timestamp with time zone NOT NULL,
  window_to timestamp with time zone NOT NULL,
  facts jsonb NOT NULL,
  state text NOT NULL,
  raised_at timestamp with time zone NOT NULL,
  reply_due_on date NOT NULL,
  expires_on date NOT NULL,
  reply text,
  replied_at timestamp with time zone,
  decision text,
  decided_by uuid,
  decided_at timestamp with time zone,
  policy_set_id integer NOT NULL,
  CONSTRAINT alert_pkey PRIMARY KEY (alert_id),
  CONSTRAINT alert_detector_account_id_window_from_key UNIQUE (detector, account_id, window_from),
  CONSTRAINT alert_check CHECK (((state = ANY (ARRAY['cleared'::text, 'confirmed'::text])) = (decided_by IS NOT NULL))),
  CONSTRAINT alert_state_check CHECK ((state = ANY (ARRAY['open'::text, 'replied'::text, 'cleared'::text, 'confirmed'::text, 'expired'::text])))
);
CREATE INDEX alert_account ON oversight.alert USING btree (account_id, raised_at);
CREATE INDEX alert_state ON oversight.alert USING btree (state, raised_at);
GRANT INSERT, SELECT, UPDATE ON oversight.alert TO ${role:app};

CREATE TABLE oversight.alert_event (
  event_id uuid NOT NULL,
  alert_id uuid NOT NULL,
  at timestamp with time zone NOT NULL,
  act text NOT NULL,
  from_state text,
  to_state text NOT NULL,
  account_id uuid,
  note text,
  CONSTRAINT alert_event_pkey PRIMARY KEY (event_id),
  CONSTRAINT alert_event_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES oversight.alert(alert_id)
);
CREATE INDEX alert_event_alert ON oversight.alert_event USING btree (alert_id, at);
GRANT INSERT, SELECT ON oversight.alert_event TO ${role:app};

CREATE TABLE oversight.delay (
  delay_id uuid NOT NULL,
  subject_id uuid NOT NULL,
  body_id uuid NOT NULL,
  rule text NOT NULL,
  reason text NOT NULL,
  case_number text NOT NULL,
  from_at timestamp with time zone NOT NULL,
  until_on date NOT NULL,
  created_by uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  ended_by uuid,
  ended_at timestamp with time zone,
  policy_set_id integer NOT NULL,
  CONSTRAINT delay_pkey PRIMARY KEY (delay_id)
);
CREATE INDEX delay_body ON oversight.delay USING btree (body_id, created_at);
CREATE INDEX delay_subject ON oversight.delay USING btree (subject_id);
GRANT INSERT, SELECT, UPDATE ON oversight.delay TO ${role:app};

CREATE TABLE oversight.dispute (
  dispute_id uuid NOT NULL,
  subject_id uuid NOT NULL,
  log_id uuid NOT NULL,
  look jsonb NOT NULL,
  body_id uuid,
  looked_by uuid,
  state text NOT NULL,
  due_on date,
  reason text NOT NULL,
  raised_by uuid NOT NULL,
  raised_at timestamp with time zone NOT NULL,
  finding text,
  answer text,
  answered_by uuid,
  answered_at timestamp with time zone,
  contest text,
  outcome text,
  decision text,
  decided_by uuid,
  decided_at timestamp with time zone,
  escalated_at timestamp with time zone,
  closed_at timestamp with time zone,
  policy_set_id integer NOT NULL,
  CONSTRAINT dispute_pkey PRIMARY KEY (dispute_id),
  CONSTRAINT dispute_log_id_key UNIQUE (log_id),
  CONSTRAINT dispute_check CHECK (((state = ANY (ARRAY['decided'::text, 'accepted'::text, 'withdrawn'::text])) = (closed_at IS NOT NULL))),
  CONSTRAINT dispute_check1 CHECK (((state <> ALL (ARRAY['open'::text, 'escalated'::text, 'contested'::text])) OR (due_on IS NOT NULL))),
  CONSTRAINT dispute_check2 CHECK (((state <> 'answered'::text) OR (answered_at IS NOT NULL))),
  CONSTRAINT dispute_check3 CHECK (((state <> 'decided'::text) OR (decided_by IS NOT NULL))),
  CONSTRAINT dispute_finding_check CHECK ((finding = ANY (ARRAY['justified'::text, 'unjustified'::text]))),
  CONSTRAINT dispute_outcome_check CHECK ((outcome = ANY (ARRAY['upheld'::text, 'unfounded'::text]))),
  CONSTRAINT dispute_state_check CHECK ((state = ANY (ARRAY['open'::text, 'escalated'::text, 'answered'::text, 'contested'::text, 'decided'::text, 'accepted'::text, 'withdrawn'::text])))
);
CREATE INDEX dispute_body ON oversight.dispute USING btree (body_id, raised_at);
CREATE INDEX dispute_subject ON oversight.dispute USING btree (subject_id, raised_at);
CREATE INDEX dispute_waiting ON oversight.dispute USING btree (due_on) WHERE (closed_at IS NULL);
GRANT INSERT, SELECT, UPDATE ON oversight.dispute TO ${role:app};

CREATE TABLE oversight.dispute_event (
  event_id uuid NOT NULL,
  dispute_id uuid NOT NULL,
  at timestamp with time zone NOT NULL,
  act text NOT NULL,
  from_state text,
  to_state text NOT NULL,
  account_id uuid,
  note text,
  CONSTRAINT dispute_event_pkey PRIMARY KEY (event_id),
  CONSTRAINT dispute_event_dispute_id_fkey FOREIGN KEY (dispute_id) REFERENCES oversight.dispute(dispute_id)
);
CREATE INDEX dispute_event_dispute ON oversight.dispute_event USING btree (dispute_id, at);
GRANT INSERT, SELECT ON oversight.dispute_event TO ${role:app};

CREATE TABLE oversight.progress (
  task text NOT NULL,
  up_to timestamp with time zone NOT NULL,
  CONSTRAINT progress_pkey PRIMARY KEY (task)
);
GRANT INSERT, SELECT, UPDATE ON oversight.progress TO ${role:app};

CREATE TABLE papers.paper (
  paper_id uuid NOT NULL,
  template text NOT NULL,
  policy_set_id integer NOT NULL,
  procedure text NOT NULL,
  case_id uuid NOT NULL,
  subject_id uuid,
  body_id uuid NOT NULL,
  series text NOT NULL,
  year integer NOT NULL,
  ordinal integer NOT NULL,
  number text NOT NULL,
  fields jsonb NOT NULL,
  state text NOT NULL,
  issued_by uuid,
  issued_at timestamp with time zone NOT NULL,
  issued_on date NOT NULL,
  first_by uuid,
  first_at timestamp with time zone,
  second_by uuid,
  second_at timestamp with time zone,
  sealed_name text,
  sealed_type text,
  sealed_bytes bigint,
  sealed_sha256 text,
  sealed_key text,
  sealed_by uuid,
  sealed_at timestamp with time zone,
  served_on date,
  served_manner text,
  served_to text,
  served_proof text,
  served_by uuid,
  served_at timestamp with time zone,
  voided_reason text,
  voided_by uuid,
  voided_at timestamp with time zone,
  command_key text,
  CONSTRAINT paper_pkey PRIMARY KEY (paper_id),
  CONSTRAINT paper_body_id_series_year_ordinal_key UNIQUE (body_id, series, year, ordinal),
  CONSTRAINT paper_check CHECK (((state = 'voided'::text) = (voided_at IS NOT NULL))),
  CONSTRAINT paper_check1 CHECK (((state <> 'served'::text) OR (served_on IS NOT NULL))),
  CONSTRAINT paper_check2 CHECK ((second_by <> first_by)),
  CONSTRAINT paper_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'signedOff'::text, 'sealed'::text, 'served'::text, 'voided'::text])))
);
CREATE INDEX paper_body ON papers.paper USING btree (body_id, year, series, ordinal);
CREATE INDEX paper_case ON papers.paper USING btree (case_id, issued_at DESC);
CREATE UNIQUE INDEX paper_key ON papers.paper USING btree (case_id, command_key) WHERE (command_key IS NOT NULL);
GRANT INSERT, SELECT ON papers.paper TO ${role:app};
GRANT UPDATE (fields, first_at, first_by, sealed_at, sealed_by, sealed_bytes, sealed_key, sealed_name, sealed_sha256, sealed_type, second_at, second_by, served_at, served_by, served_manner, served_on, served_proof, served_to, state, voided_at, voided_by, voided_reason) ON papers.paper TO ${role:app};

CREATE TABLE papers.series (
  body_id uuid NOT NULL,
  series text NOT NULL,
  year integer NOT NULL,
  last_no integer NOT NULL,
  CONSTRAINT series_pkey PRIMARY KEY (body_id, series, year)
);
GRANT INSERT, SELECT ON papers.series TO ${role:app};
GRANT UPDATE (last_no) ON papers.series TO ${role:app};

CREATE TABLE person.activation (
  activation_id uuid NOT NULL,
  feature text NOT NULL,
  assessment_id uuid NOT NULL,
  assessment_state text NOT NULL,
  activated_by uuid NOT NULL,
  activated_at timestamp with time zone NOT NULL,
  is_open boolean NOT NULL,
  ended_by uuid,
  ended_at timestamp with time zone,
  ended_reason text,
  CONSTRAINT activation_pkey PRIMARY KEY (activation_id),
  CONSTRAINT activation_activation_id_feature_is_open_key UNIQUE (activation_id, feature, is_open),
  CONSTRAINT activation_activation_id_feature_key UNIQUE (activation_id, feature),
  CONSTRAINT activation_assessment_state_check CHECK ((assessment_state = 'approved'::text)),
  CONSTRAINT activation_check CHECK ((is_open = (ended_at IS NULL))),
  CONSTRAINT activation_assessment_id_feature_assessment_state_fkey FOREIGN KEY (assessment_id, feature, assessment_state) REFERENCES person.assessment(assessment_id, feature, state)
);
CREATE UNIQUE INDEX activation_open ON person.activation USING btree (feature) WHERE is_open;
GRANT INSERT, SELECT, UPDATE ON person.activation TO ${role:person};

CREATE TABLE person.assessment (
  assessment_id uuid NOT NULL,
  feature text NOT NULL,
  title text NOT NULL,
  content jsonb NOT NULL,
  content_hash text NOT NULL,
  state text NOT NULL,
  written_by uuid NOT NULL,
  written_at timestamp with time zone NOT NULL,
  decided_by uuid,
  decided_at timestamp with time zone,
  note text,
  valid_until date,
  keep_until date NOT NULL,
  CONSTRAINT assessment_pkey PRIMARY KEY (assessment_id),
  CONSTRAINT assessment_assessment_id_feature_state_key UNIQUE (assessment_id, feature, state),
  CONSTRAINT assessment_check CHECK (((decided_by IS NULL) OR (decided_by <> written_by))),
  CONSTRAINT assessment_check1 CHECK (((state = 'draft'::text) = (decided_by IS NULL))),
  CONSTRAINT assessment_check2 CHECK (((state <> 'approved'::text) OR (valid_until IS NOT NULL))),
  CONSTRAINT assessment_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'approved'::text, 'returned'::text])))
);
GRANT INSERT, SELECT, UPDATE ON person.assessment TO ${role:person};

CREATE TABLE person.consent (
  consent_id uuid NOT NULL,
  token text NOT NULL,
  purpose text NOT NULL,
  purpose_version integer NOT NULL,
  notice_id uuid NOT NULL,
  status text NOT NULL,
  given_by text NOT NULL,
  assurance text NOT NULL,
  proof text NOT NULL,
  decided_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  ask_again_on date,
  keep_until date,
  CONSTRAINT consent_pkey PRIMARY KEY (consent_id),
  CONSTRAINT consent_consent_id_token_purpose_purpose_version_notice_id__key UNIQUE (consent_id, token, purpose, purpose_version, notice_id, status),
  CONSTRAINT consent_assurance_check CHECK ((assurance = 'strong'::text)),
  CONSTRAINT consent_check CHECK (((status = 'active'::text) = (ended_at IS NULL))),
  CONSTRAINT consent_check1 CHECK (((status = 'active'::text) OR ((ask_again_on IS NOT NULL) AND (keep_until IS NOT NULL)))),
  CONSTRAINT consent_given_by_check CHECK ((given_by = ANY (ARRAY['self'::text, 'guardian'::text]))),
  CONSTRAINT consent_status_check CHECK ((status = ANY (ARRAY['active'::text, 'withdrawn'::text, 'refused'::text]))),
  CONSTRAINT consent_notice_id_purpose_purpose_version_fkey FOREIGN KEY (notice_id, purpose, purpose_version) REFERENCES person.notice(notice_id, purpose, purpose_version),
  CONSTRAINT consent_token_notice_id_fkey FOREIGN KEY (token, notice_id) REFERENCES person.notice_shown(token, notice_id)
);
CREATE UNIQUE INDEX consent_active ON person.consent USING btree (token, purpose) WHERE (status = 'active'::text);
CREATE INDEX consent_keep ON person.consent USING btree (keep_until) WHERE (keep_until IS NOT NULL);
CREATE INDEX consent_token ON person.consent USING btree (token);
GRANT DELETE, INSERT, SELECT, UPDATE ON person.consent TO ${role:person};

CREATE TABLE person.erasure (
  erasure_id uuid NOT NULL,
  scope text NOT NULL,
  digest text NOT NULL,
  reason text NOT NULL,
  basis text NOT NULL,
  run_id uuid,
  account_id uuid,
  erased_at timestamp with time zone NOT NULL,
  CONSTRAINT erasure_pkey PRIMARY KEY (erasure_id),
  CONSTRAINT erasure_reason_check CHECK ((reason = ANY (ARRAY['request'::text, 'retention'::text, 'unlawful'::text, 'withdrawn'::text]))),
  CONSTRAINT erasure_scope_check CHECK ((scope = ANY (ARRAY['person'::text, 'record'::text, 'identifier'::text, 'file'::text, 'lookup'::text, 'consent'::text, 'request'::text])))
);
CREATE INDEX erasure_at ON person.erasure USING btree (erased_at);
CREATE INDEX erasure_digest ON person.erasure USING btree (digest);
GRANT INSERT, SELECT ON person.erasure TO ${role:person};

CREATE TABLE person.identifier (
  token text NOT NULL,
  kind text NOT NULL,
  cipher bytea NOT NULL,
  key_id text NOT NULL,
  added_at timestamp with time zone NOT NULL,
  purpose text NOT NULL,
  purpose_version integer NOT NULL,
  retain_until date NOT NULL,
  CONSTRAINT identifier_pkey PRIMARY KEY (token),
  CONSTRAINT identifier_purpose_purpose_version_fkey FOREIGN KEY (purpose, purpose_version) REFERENCES person.purpose(purpose, version)
);
CREATE INDEX identifier_key ON person.identifier USING btree (key_id);
CREATE INDEX identifier_retain ON person.identifier USING btree (retain_until);
GRANT DELETE, INSERT, SELECT ON person.identifier TO ${role:person};
GRANT UPDATE (cipher, key_id, purpose, purpose_version, retain_until) ON person.identifier TO ${role:person};

CREATE TABLE person.incident (
  incident_id uuid NOT NULL,
  number text NOT NULL,
  kind text NOT NULL,
  state text NOT NULL,
  version integer NOT NULL,
  occurred_at timestamp with time zone,
  discovered_at timestamp with time zone NOT NULL,
  data_kinds text[] NOT NULL,
  persons integer NOT NULL,
  cipher bytea NOT NULL,
  key_id text NOT NULL,
  authority_due_at timestamp with time zone NOT NULL,
  authority_told_at timestamp with time zone,
  persons_due_on date NOT NULL,
  persons_told_at timestamp with time zone,
  persons_waived boolean NOT NULL,
  recorded_by uuid NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  closed_at timestamp with time zone,
  keep_until date NOT NULL,
  CONSTRAINT incident_pkey PRIMARY KEY (incident_id),
  CONSTRAINT incident_number_key UNIQUE (number),
  CONSTRAINT incident_check CHECK (((state <> 'closed'::text) OR ((authority_told_at IS NOT NULL) AND ((persons_told_at IS NOT NULL) OR persons_waived)))),
  CONSTRAINT incident_kind_check CHECK ((kind = ANY (ARRAY['leak'::text, 'tampering'::text, 'loss'::text]))),
  CONSTRAINT incident_state_check CHECK ((state = ANY (ARRAY['open'::text, 'contained'::text, 'closed'::text])))
);
CREATE INDEX incident_key ON person.incident USING btree (key_id);
GRANT INSERT, SELECT, UPDATE ON person.incident TO ${role:person};

CREATE TABLE person.key_rotation (
  rotation_id uuid NOT NULL,
  kind text NOT NULL,
  to_key text NOT NULL,
  cursor text NOT NULL,
  rows_done bigint NOT NULL,
  started_at timestamp with time zone NOT NULL,
  finished_at timestamp with time zone,
  retired_at timestamp with time zone,
  CONSTRAINT key_rotation_pkey PRIMARY KEY (rotation_id),
  CONSTRAINT key_rotation_kind_to_key_key UNIQUE (kind, to_key),
  CONSTRAINT key_rotation_kind_check CHECK ((kind = ANY (ARRAY['data'::text, 'token'::text])))
);
GRANT INSERT, SELECT, UPDATE ON person.key_rotation TO ${role:person};

CREATE TABLE person.lookup (
  lookup_id uuid NOT NULL,
  token text NOT NULL,
  purpose text NOT NULL,
  purpose_version integer NOT NULL,
  feature text NOT NULL,
  activation_id uuid NOT NULL,
  matter text NOT NULL,
  case_number text NOT NULL,
  account_id uuid NOT NULL,
  officer_name text NOT NULL,
  body_id uuid NOT NULL,
  body_name text NOT NULL,
  found integer NOT NULL,
  at timestamp with time zone NOT NULL,
  retain_until date NOT NULL,
  CONSTRAINT lookup_pkey PRIMARY KEY (lookup_id),
  CONSTRAINT lookup_case_number_check CHECK ((case_number <> ''::text)),
  CONSTRAINT lookup_feature_check CHECK ((feature = 'lookup'::text)),
  CONSTRAINT lookup_matter_check CHECK ((matter <> ''::text)),
  CONSTRAINT lookup_activation_id_feature_fkey FOREIGN KEY (activation_id, feature) REFERENCES person.activation(activation_id, feature),
  CONSTRAINT lookup_purpose_purpose_version_fkey FOREIGN KEY (purpose, purpose_version) REFERENCES person.purpose(purpose, version)
);
CREATE INDEX lookup_account ON person.lookup USING btree (account_id, at);
CREATE INDEX lookup_body ON person.lookup USING btree (body_id, at);
CREATE INDEX lookup_retain ON person.lookup USING btree (retain_until);
CREATE INDEX lookup_token ON person.lookup USING btree (token, at);
GRANT DELETE, INSERT, SELECT ON person.lookup TO ${role:person};

CREATE TABLE person.notice (
  notice_id uuid NOT NULL,
  purpose text NOT NULL,
  purpose_version integer NOT NULL,
  version integer NOT NULL,
  text_zh text NOT NULL,
  text_en text NOT NULL,
  text_hash text NOT NULL,
  published_at timestamp with time zone NOT NULL,
  published_by uuid,
  CONSTRAINT notice_pkey PRIMARY KEY (notice_id),
  CONSTRAINT notice_notice_id_purpose_purpose_version_key UNIQUE (notice_id, purpose, purpose_version),
  CONSTRAINT notice_purpose_version_key UNIQUE (purpose, version),
  CONSTRAINT notice_purpose_purpose_version_fkey FOREIGN KEY (purpose, purpose_version) REFERENCES person.purpose(purpose, version)
);
GRANT INSERT, SELECT ON person.notice TO ${role:person};

CREATE TABLE person.notice_shown (
  token text NOT NULL,
  notice_id uuid NOT NULL,
  channel text NOT NULL,
  shown_at timestamp with time zone NOT NULL,
  CONSTRAINT notice_shown_pkey PRIMARY KEY (token, notice_id),
  CONSTRAINT notice_shown_notice_id_fkey FOREIGN KEY (notice_id) REFERENCES person.notice(notice_id)
);
GRANT DELETE, INSERT, SELECT, UPDATE ON person.notice_shown TO ${role:person};

CREATE TABLE person.own_session (
  secret_hash bytea NOT NULL,
  token text NOT NULL,
  acting_as text NOT NULL,
  provider text NOT NULL,
  proof text NOT NULL,
  minor boolean NOT NULL,
  began_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT own_session_pkey PRIMARY KEY (secret_hash),
  CONSTRAINT own_session_acting_as_check CHECK ((acting_as = ANY (ARRAY['self'::text, 'guardian'::text, 'survivor'::text])))
);
CREATE INDEX own_session_token ON person.own_session USING btree (token);
GRANT DELETE, INSERT, SELECT, UPDATE ON person.own_session TO ${role:person};

CREATE TABLE person.purpose (
  purpose text NOT NULL,
  version integer NOT NULL,
  kind text NOT NULL,
  legal_basis smallint NOT NULL,
  content jsonb NOT NULL,
  content_hash text NOT NULL,
  valid_from timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  ended_by uuid,
  ended_reason text,
  CONSTRAINT purpose_pkey PRIMARY KEY (purpose, version),
  CONSTRAINT purpose_check CHECK (((kind = 'voluntary'::text) = (legal_basis = 1))),
  CONSTRAINT purpose_check1 CHECK (((ended_at IS NULL) = (ended_reason IS NULL))),
  CONSTRAINT purpose_kind_check CHECK ((kind = ANY (ARRAY['record'::text, 'identify'::text, 'lookup'::text, 'own'::text, 'voluntary'::text]))),
  CONSTRAINT purpose_legal_basis_check CHECK (((legal_basis >= 1) AND (legal_basis <= 7)))
);
CREATE UNIQUE INDEX purpose_open ON person.purpose USING btree (purpose) WHERE (ended_at IS NULL);
GRANT INSERT, SELECT ON person.purpose TO ${role:person};
GRANT UPDATE (ended_at, ended_by, ended_reason) ON person.purpose TO ${role:person};

CREATE TABLE person.record (
  token text NOT NULL,
  record_id uuid NOT NULL,
  item text NOT NULL,
  key_hash bytea NOT NULL,
  payload_hash bytea NOT NULL,
  cipher bytea NOT NULL,
  key_id text NOT NULL,
  decided_on date,
  deciding_body_id uuid NOT NULL,
  source_body_id uuid NOT NULL,
  submission_id uuid NOT NULL,
  row_no integer NOT NULL,
  policy_set_id integer NOT NULL,
  retain_until date NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  superseded_at timestamp with time zone,
  purpose text NOT NULL,
  purpose_version integer NOT NULL,
  CONSTRAINT record_pkey PRIMARY KEY (token, record_id),
  CONSTRAINT record_purpose_purpose_version_fkey FOREIGN KEY (purpose, purpose_version) REFERENCES person.purpose(purpose, version)
);
CREATE UNIQUE INDEX person_record_key ON person.record USING btree (key_hash) WHERE (superseded_at IS NULL);
CREATE INDEX record_key_id ON person.record USING btree (key_id);
CREATE INDEX record_purpose ON person.record USING btree (purpose, purpose_version);
CREATE INDEX record_retain ON person.record USING btree (retain_until);
CREATE INDEX record_submission ON person.record USING btree (submission_id);
GRANT DELETE, INSERT, SELECT ON person.record TO ${role:person};
GRANT UPDATE (cipher, key_id, superseded_at) ON person.record TO ${role:person};

CREATE TABLE person.request (
  request_id uuid NOT NULL,
  number text NOT NULL,
  token text NOT NULL,
  kind text NOT NULL,
  acting_as text NOT NULL,
  record_id uuid,
  proof text NOT NULL,
  channel text NOT NULL,
  state text NOT NULL,
  version integer NOT NULL,
  received_at timestamp with time zone NOT NULL,
  due_on date NOT NULL,
  extended boolean NOT NULL,
  remaining_days integer,
  closed_at timestamp with time zone,
  reason_code text,
  handled_by uuid,
  cipher bytea NOT NULL,
  key_id text NOT NULL,
  retain_until date NOT NULL,
  lookup_id uuid,
  CONSTRAINT request_pkey PRIMARY KEY (request_id),
  CONSTRAINT request_number_key UNIQUE (number),
  CONSTRAINT request_acting_as_check CHECK ((acting_as = ANY (ARRAY['self'::text, 'guardian'::text, 'survivor'::text]))),
  CONSTRAINT request_channel_check CHECK ((channel = ANY (ARRAY['own'::text, 'window'::text]))),
  CONSTRAINT request_check CHECK (((state <> ALL (ARRAY['refused'::text, 'partlyGranted'::text])) OR (reason_code IS NOT NULL))),
  CONSTRAINT request_check1 CHECK (((closed_at IS NOT NULL) = (state = ANY (ARRAY['granted'::text, 'partlyGranted'::text, 'refused'::text, 'withdrawn'::text])))),
  CONSTRAINT request_kind_check CHECK ((kind = ANY (ARRAY['access'::text, 'copy'::text, 'transfer'::text, 'correct'::text, 'delete'::text, 'restrict'::text, 'refuse'::text, 'explain'::text, 'complain'::text]))),
  CONSTRAINT request_state_check CHECK ((state = ANY (ARRAY['received'::text, 'supplement'::text, 'accepted'::text, 'granted'::text, 'partlyGranted'::text, 'refused'::text, 'withdrawn'::text])))
);
CREATE INDEX request_key ON person.request USING btree (key_id);
CREATE INDEX request_open ON person.request USING btree (due_on) WHERE (closed_at IS NULL);
CREATE INDEX request_received ON person.request USING btree (received_at, request_id);
CREATE INDEX request_retain ON person.request USING btree (retain_until);
CREATE INDEX request_token ON person.request USING btree (token);
GRANT DELETE, INSERT, SELECT, UPDATE ON person.request TO ${role:person};

CREATE TABLE person.request_event (
  request_id uuid NOT NULL,
  seq integer NOT NULL,
  act text NOT NULL,
  from_state text,
  to_state text NOT NULL,
  at timestamp with time zone NOT NULL,
  account_id uuid,
  CONSTRAINT request_event_pkey PRIMARY KEY (request_id, seq),
  CONSTRAINT request_event_request_id_fkey FOREIGN KEY (request_id) REFERENCES person.request(request_id)
);
GRANT DELETE, INSERT, SELECT ON person.request_event TO ${role:person};

CREATE TABLE person.restriction (
  restriction_id uuid NOT NULL,
  token text NOT NULL,
  record_id uuid,
  kind text NOT NULL,
  request_id uuid,
  from_at timestamp with time zone NOT NULL,
  to_at timestamp with time zone,
  CONSTRAINT restriction_pkey PRIMARY KEY (restriction_id),
  CONSTRAINT restriction_kind_check CHECK ((kind = ANY (ARRAY['restricted'::text, 'objected'::text, 'deceased'::text])))
);
CREATE INDEX restriction_token ON person.restriction USING btree (token) WHERE (to_at IS NULL);
GRANT DELETE, INSERT, SELECT, UPDATE ON person.restriction TO ${role:person};

CREATE TABLE person.retention_run (
  run_id uuid NOT NULL,
  kind text NOT NULL,
  started_at timestamp with time zone NOT NULL,
  finished_at timestamp with time zone NOT NULL,
  removed jsonb NOT NULL,
  proof text NOT NULL,
  CONSTRAINT retention_run_pkey PRIMARY KEY (run_id),
  CONSTRAINT retention_run_kind_check CHECK ((kind = ANY (ARRAY['retention'::text, 'request'::text, 'restore'::text])))
);
GRANT INSERT, SELECT ON person.retention_run TO ${role:person};

CREATE TABLE person.token_alias (
  token text NOT NULL,
  anchor text NOT NULL,
  token_key text NOT NULL,
  CONSTRAINT token_alias_pkey PRIMARY KEY (token)
);
CREATE UNIQUE INDEX token_alias_anchor ON person.token_alias USING btree (anchor, token_key);
GRANT DELETE, INSERT, SELECT ON person.token_alias TO ${role:person};

CREATE TABLE person.used_proof (
  proof text NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT used_proof_pkey PRIMARY KEY (proof)
);
GRANT DELETE, INSERT, SELECT ON person.used_proof TO ${role:person};

CREATE TABLE person.voluntary_use (
  token text NOT NULL,
  purpose text NOT NULL,
  purpose_version integer NOT NULL,
  notice_id uuid NOT NULL,
  consent_id uuid NOT NULL,
  consent_status text NOT NULL,
  feature text NOT NULL,
  activation_id uuid NOT NULL,
  activation_open boolean NOT NULL,
  since timestamp with time zone NOT NULL,
  CONSTRAINT voluntary_use_pkey PRIMARY KEY (token, purpose),
  CONSTRAINT voluntary_use_activation_open_check CHECK (activation_open),
  CONSTRAINT voluntary_use_check CHECK ((feature = purpose)),
  CONSTRAINT voluntary_use_consent_status_check CHECK ((consent_status = 'active'::text)),
  CONSTRAINT voluntary_use_activation_id_feature_activation_open_fkey FOREIGN KEY (activation_id, feature, activation_open) REFERENCES person.activation(activation_id, feature, is_open),
  CONSTRAINT voluntary_use_consent_id_token_purpose_purpose_version_not_fkey FOREIGN KEY (consent_id, token, purpose, purpose_version, notice_id, consent_status) REFERENCES person.consent(consent_id, token, purpose, purpose_version, notice_id, status)
);
GRANT DELETE, INSERT, SELECT ON person.voluntary_use TO ${role:person};

CREATE TABLE platform.idempotency (
  owner text NOT NULL,
  route text NOT NULL,
  key text NOT NULL,
  request_hash text NOT NULL,
  status integer,
  body jsonb,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT idempotency_pkey PRIMARY KEY (owner, route, key)
);
CREATE INDEX idempotency_created ON platform.idempotency USING btree (created_at);
GRANT DELETE, INSERT, SELECT, UPDATE ON platform.idempotency TO ${role:app};

CREATE TABLE platform.worker (
  worker_id text NOT NULL,
  host text NOT NULL,
  pid integer NOT NULL,
  start_time text NOT NULL,
  seen_at timestamp with time zone NOT NULL,
  CONSTRAINT worker_pkey PRIMARY KEY (worker_id)
);
GRANT DELETE, INSERT, SELECT, UPDATE ON platform.worker TO ${role:app};

CREATE TABLE policy.change (
  change_id uuid NOT NULL,
  title text NOT NULL,
  reason text NOT NULL,
  state text NOT NULL,
  version integer NOT NULL DEFAULT 1,
  digest text NOT NULL,
  created_by uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  reply_due_on date,
  circulated_at timestamp with time zone,
  submitted_by uuid,
  submitted_at timestamp with time zone,
  answer_note text,
  approved_by uuid,
  approved_at timestamp with time zone,
  effective_on date,
  activated_at timestamp with time zone,
  policy_set_id integer,
  ended_by uuid,
  ended_at timestamp with time zone,
  end_reason text,
  CONSTRAINT change_pkey PRIMARY KEY (change_id),
  CONSTRAINT change_check CHECK (((approved_by IS NULL) OR (approved_by <> created_by))),
  CONSTRAINT change_check1 CHECK (((approved_by IS NULL) OR (approved_by <> submitted_by))),
  CONSTRAINT change_check2 CHECK (((approved_by IS NULL) = (approved_at IS NULL))),
  CONSTRAINT change_check3 CHECK (((state <> ALL (ARRAY['scheduled'::text, 'active'::text, 'rolledBack'::text])) OR ((approved_by IS NOT NULL) AND (effective_on IS NOT NULL)))),
  CONSTRAINT change_state_check CHECK ((state = ANY (ARRAY['drafted'::text, 'circulated'::text, 'submitted'::text, 'scheduled'::text, 'active'::text, 'rolledBack'::text, 'discarded'::text])))
);
CREATE INDEX change_recent ON policy.change USING btree (created_at DESC, change_id DESC);
CREATE INDEX change_scheduled ON policy.change USING btree (effective_on) WHERE (state = 'scheduled'::text);
GRANT INSERT, SELECT, UPDATE ON policy.change TO ${role:app};

CREATE TABLE policy.change_event (
  event_id uuid NOT NULL,
  change_id uuid NOT NULL,
  at timestamp with time zone NOT NULL,
  kind text NOT NULL,
  by uuid,
  note text,
  CONSTRAINT change_event_pkey PRIMARY KEY (event_id),
  CONSTRAINT change_event_change_id_fkey FOREIGN KEY (change_id) REFERENCES policy.change(change_id)
);
CREATE INDEX change_event_of ON policy.change_event USING btree (change_id, event_id);
GRANT INSERT, SELECT ON policy.change_event TO ${role:app};

CREATE TABLE policy.change_file (
  change_id uuid NOT NULL,
  kind text NOT NULL,
  key text NOT NULL,
  base_hash text,
  base jsonb,
  hash text NOT NULL,
  body jsonb NOT NULL,
  changed_by uuid NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  CONSTRAINT change_file_pkey PRIMARY KEY (change_id, kind, key),
  CONSTRAINT change_file_change_id_fkey FOREIGN KEY (change_id) REFERENCES policy.change(change_id)
);
GRANT DELETE, INSERT, SELECT, UPDATE ON policy.change_file TO ${role:app};

CREATE TABLE policy.change_unit (
  change_id uuid NOT NULL,
  body_id uuid NOT NULL,
  answer text,
  comment text,
  answered_by uuid,
  answered_at timestamp with time zone,
  told_at timestamp with time zone,
  reminded_at timestamp with time zone,
  overdue_at timestamp with time zone,
  CONSTRAINT change_unit_pkey PRIMARY KEY (change_id, body_id),
  CONSTRAINT change_unit_answer_check CHECK ((answer = ANY (ARRAY['confirmed'::text, 'objected'::text]))),
  CONSTRAINT change_unit_check CHECK (((answer IS NULL) = (answered_at IS NULL))),
  CONSTRAINT change_unit_change_id_fkey FOREIGN KEY (change_id) REFERENCES policy.change(change_id)
);
CREATE INDEX change_unit_body ON policy.change_unit USING btree (body_id, change_id);
GRANT DELETE, INSERT, SELECT, UPDATE ON policy.change_unit TO ${role:app};

CREATE TABLE policy.release (
  release_id uuid NOT NULL,
  change_id uuid NOT NULL,
  kind text NOT NULL,
  key text NOT NULL,
  hash text NOT NULL,
  body jsonb NOT NULL,
  effective_on date NOT NULL,
  revision integer NOT NULL,
  released_at timestamp with time zone NOT NULL,
  withdrawn_at timestamp with time zone,
  CONSTRAINT release_pkey PRIMARY KEY (release_id),
  CONSTRAINT release_revision_check CHECK ((revision >= 0))
);
CREATE UNIQUE INDEX release_once ON policy.release USING btree (kind, key, effective_on, revision) WHERE (withdrawn_at IS NULL);
GRANT INSERT, SELECT ON policy.release TO ${role:app};
GRANT UPDATE (withdrawn_at) ON policy.release TO ${role:app};

CREATE TABLE policy.simulation (
  simulation_id uuid NOT NULL,
  change_id uuid NOT NULL,
  digest text NOT NULL,
  state text NOT NULL,
  row_limit integer NOT NULL,
  asked_by uuid NOT NULL,
  asked_at timestamp with time zone NOT NULL,
  finished_at timestamp with time zone,
  result jsonb,
  progress jsonb,
  rows_done integer NOT NULL DEFAULT 0,
  problem text,
  CONSTRAINT simulation_pkey PRIMARY KEY (simulation_id),
  CONSTRAINT simulation_check CHECK (((state = ANY (ARRAY['done'::text, 'failed'::text, 'cancelled'::text])) = (finished_at IS NOT NULL))),
  CONSTRAINT simulation_row_limit_check CHECK (((row_limit >= 1) AND (row_limit <= 1000000))),
  CONSTRAINT simulation_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'failed'::text, 'cancelled'::text]))),
  CONSTRAINT simulation_change_id_fkey FOREIGN KEY (change_id) REFERENCES policy.change(change_id)
);
CREATE INDEX simulation_of ON policy.simulation USING btree (change_id, asked_at DESC);
CREATE UNIQUE INDEX simulation_running ON policy.simulation USING btree (change_id) WHERE (state = ANY (ARRAY['waiting'::text, 'running'::text]));
GRANT INSERT, SELECT ON policy.simulation TO ${role:app};
GRANT UPDATE (finished_at, problem, progress, result, rows_done, state) ON policy.simulation TO ${role:app};

CREATE TABLE quality.code_count (
  counted_on date NOT NULL,
  subjects bigint NOT NULL,
  shared bigint NOT NULL,
  invalid bigint NOT NULL,
  mismatched bigint NOT NULL,
  CONSTRAINT code_count_pkey PRIMARY KEY (counted_on)
);
GRANT DELETE, INSERT, SELECT ON quality.code_count TO ${role:app};

CREATE TABLE quality.code_problem (
  counted_on date NOT NULL,
  kind text NOT NULL,
  code text NOT NULL,
  subject_id uuid NOT NULL,
  CONSTRAINT code_problem_pkey PRIMARY KEY (counted_on, kind, subject_id),
  CONSTRAINT code_problem_kind_check CHECK ((kind = ANY (ARRAY['shared'::text, 'invalid'::text, 'mismatched'::text])))
);
GRANT DELETE, INSERT, SELECT ON quality.code_problem TO ${role:app};

CREATE TABLE quality.declaration (
  body_id uuid NOT NULL,
  standard text NOT NULL,
  month text NOT NULL,
  decisions integer NOT NULL,
  declared_by uuid NOT NULL,
  declared_at timestamp with time zone NOT NULL,
  CONSTRAINT declaration_pkey PRIMARY KEY (month, body_id, standard),
  CONSTRAINT declaration_decisions_check CHECK (((decisions >= 0) AND (decisions <= 10000000))),
  CONSTRAINT declaration_month_check CHECK ((month ~ '^\d{4}-\d{2}$'::text))
);
GRANT INSERT, SELECT ON quality.declaration TO ${role:app};
GRANT UPDATE (decisions, declared_at, declared_by) ON quality.declaration TO ${role:app};

CREATE TABLE quality.duty (
  body_id uuid NOT NULL,
  standard text NOT NULL,
  from_month text NOT NULL,
  to_month text,
  source text NOT NULL,
  cycle text NOT NULL DEFAULT 'month'::text,
  CONSTRAINT duty_pkey PRIMARY KEY (body_id, standard),
  CONSTRAINT duty_cycle_check CHECK ((cycle = ANY (ARRAY['month'::text, 'quarter'::text, 'year'::text]))),
  CONSTRAINT duty_from_month_check CHECK ((from_month ~ '^\d{4}-\d{2}$'::text)),
  CONSTRAINT duty_source_check CHECK ((source = ANY (ARRAY['office'::text, 'reported'::text]))),
  CONSTRAINT duty_to_month_check CHECK ((to_month ~ '^\d{4}-\d{2}$'::text))
);
GRANT INSERT, SELECT ON quality.duty TO ${role:app};
GRANT UPDATE (cycle, from_month, source, to_month) ON quality.duty TO ${role:app};

CREATE TABLE quality.file (
  file_id uuid NOT NULL,
  kind text NOT NULL,
  period text NOT NULL,
  CONSTRAINT file_pkey PRIMARY KEY (file_id),
  CONSTRAINT file_kind_period_key UNIQUE (kind, period),
  CONSTRAINT file_kind_check CHECK ((kind = ANY (ARRAY['month'::text, 'year'::text])))
);
GRANT INSERT, SELECT ON quality.file TO ${role:app};

CREATE TABLE quality.letter (
  letter_id uuid NOT NULL,
  kind text NOT NULL,
  month text NOT NULL,
  body_id uuid NOT NULL,
  reasons jsonb NOT NULL,
  reply_due date NOT NULL,
  created_by uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  reply text,
  replied_by uuid,
  replied_at timestamp with time zone,
  closing text,
  closed_by uuid,
  closed_at timestamp with time zone,
  reminded_on date,
  CONSTRAINT letter_pkey PRIMARY KEY (letter_id),
  CONSTRAINT letter_month_body_id_kind_key UNIQUE (month, body_id, kind),
  CONSTRAINT letter_check CHECK (((reply IS NULL) = (replied_at IS NULL))),
  CONSTRAINT letter_check1 CHECK (((closing IS NULL) = (closed_at IS NULL))),
  CONSTRAINT letter_kind_check CHECK ((kind = ANY (ARRAY['supervision'::text, 'risk'::text])))
);
CREATE INDEX letter_open ON quality.letter USING btree (body_id, reply_due) WHERE (closed_at IS NULL);
GRANT INSERT, SELECT ON quality.letter TO ${role:app};
GRANT UPDATE (closed_at, closed_by, closing, reminded_on, replied_at, replied_by, reply) ON quality.letter TO ${role:app};

CREATE TABLE quality.month (
  month text NOT NULL,
  policy_set_id integer NOT NULL,
  figures jsonb NOT NULL,
  hash text NOT NULL,
  closed_by uuid NOT NULL,
  closed_at timestamp with time zone NOT NULL,
  CONSTRAINT month_pkey PRIMARY KEY (month),
  CONSTRAINT month_month_check CHECK ((month ~ '^\d{4}-\d{2}$'::text))
);
GRANT INSERT, SELECT ON quality.month TO ${role:app};

CREATE TABLE quality.reminder (
  body_id uuid NOT NULL,
  month text NOT NULL,
  topic text NOT NULL,
  on_day date NOT NULL,
  CONSTRAINT reminder_pkey PRIMARY KEY (body_id, month, topic)
);
GRANT INSERT, SELECT ON quality.reminder TO ${role:app};

CREATE TABLE quality.sample (
  sample_id uuid NOT NULL,
  kind text NOT NULL,
  month text NOT NULL,
  body_id uuid,
  standard text,
  seed text,
  file_name text,
  rows integer NOT NULL,
  state text NOT NULL,
  created_by uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  judged_by uuid,
  judged_at timestamp with time zone,
  CONSTRAINT sample_pkey PRIMARY KEY (sample_id),
  CONSTRAINT sample_kind_check CHECK ((kind = ANY (ARRAY['website'::text, 'assessor'::text]))),
  CONSTRAINT sample_month_check CHECK ((month ~ '^\d{4}-\d{2}$'::text)),
  CONSTRAINT sample_state_check CHECK ((state = ANY (ARRAY['drawn'::text, 'judged'::text])))
);
CREATE INDEX sample_month ON quality.sample USING btree (month, created_at DESC);
GRANT INSERT, SELECT ON quality.sample TO ${role:app};
GRANT UPDATE (file_name, judged_at, judged_by, rows, state) ON quality.sample TO ${role:app};

CREATE TABLE quality.sample_row (
  sample_id uuid NOT NULL,
  row_no integer NOT NULL,
  body_id uuid NOT NULL,
  standard text NOT NULL,
  document_number text NOT NULL,
  decided_on date,
  record_id uuid,
  arrived_on date,
  verdict text,
  note text,
  CONSTRAINT sample_row_pkey PRIMARY KEY (sample_id, row_no),
  CONSTRAINT sample_row_verdict_check CHECK ((verdict = ANY (ARRAY['same'::text, 'late'::text, 'wrong'::text, 'concealed'::text]))),
  CONSTRAINT sample_row_sample_id_fkey FOREIGN KEY (sample_id) REFERENCES quality.sample(sample_id)
);
GRANT INSERT, SELECT ON quality.sample_row TO ${role:app};
GRANT UPDATE (note, verdict) ON quality.sample_row TO ${role:app};

CREATE TABLE repair.ban (
  subject_id uuid NOT NULL,
  case_id uuid NOT NULL,
  from_on date NOT NULL,
  until_on date NOT NULL,
  shown_until date NOT NULL,
  reason text NOT NULL,
  account_id uuid,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT ban_pkey PRIMARY KEY (subject_id, case_id)
);
GRANT INSERT, SELECT ON repair.ban TO ${role:app};

CREATE TABLE repair.duty (
  subject_id uuid NOT NULL,
  record_id uuid NOT NULL,
  body_id uuid NOT NULL,
  until_on date NOT NULL,
  state text NOT NULL,
  opened_at timestamp with time zone,
  answered_at timestamp with time zone,
  answered_by uuid,
  outcome text,
  note text,
  CONSTRAINT duty_pkey PRIMARY KEY (subject_id, record_id),
  CONSTRAINT duty_check CHECK (((state = 'answered'::text) = (outcome IS NOT NULL))),
  CONSTRAINT duty_outcome_check CHECK ((outcome = ANY (ARRAY['fulfilled'::text, 'unfulfilled'::text, 'enforcement'::text]))),
  CONSTRAINT duty_state_check CHECK ((state = ANY (ARRAY['watched'::text, 'open'::text, 'answered'::text, 'ended'::text])))
);
CREATE INDEX duty_due ON repair.duty USING btree (until_on, record_id) WHERE (state = 'watched'::text);
CREATE INDEX duty_open ON repair.duty USING btree (body_id, opened_at, record_id) WHERE (state = 'open'::text);
GRANT INSERT, SELECT ON repair.duty TO ${role:app};
GRANT UPDATE (answered_at, answered_by, note, opened_at, outcome, state, until_on) ON repair.duty TO ${role:app};

CREATE TABLE repair.material (
  subject_id uuid NOT NULL,
  material_id uuid NOT NULL,
  case_id uuid NOT NULL,
  duty text NOT NULL,
  file_name text NOT NULL,
  media_type text NOT NULL,
  bytes bigint NOT NULL,
  sha256 text NOT NULL,
  file_key text NOT NULL,
  account_id uuid,
  added_at timestamp with time zone NOT NULL,
  CONSTRAINT material_pkey PRIMARY KEY (subject_id, material_id)
);
CREATE INDEX material_case ON repair.material USING btree (case_id);
GRANT DELETE, INSERT, SELECT ON repair.material TO ${role:app};

CREATE TABLE repair.reminder (
  subject_id uuid NOT NULL,
  record_id uuid NOT NULL,
  due_on date NOT NULL,
  told_at timestamp with time zone,
  CONSTRAINT reminder_pkey PRIMARY KEY (subject_id, record_id)
);
CREATE INDEX reminder_due ON repair.reminder USING btree (due_on) WHERE (told_at IS NULL);
GRANT INSERT, SELECT ON repair.reminder TO ${role:app};
GRANT UPDATE (due_on, told_at) ON repair.reminder TO ${role:app};

CREATE TABLE vendor.taken (
  template text NOT NULL,
  key text NOT NULL,
  result_id uuid,
  taken_at timestamp with time zone NOT NULL,
  CONSTRAINT taken_pkey PRIMARY KEY (template, key),
  CONSTRAINT taken_template_check CHECK ((template = ANY (ARRAY['bodies'::text, 'accounts'::text, 'records'::text, 'states'::text, 'reports'::text, 'cases'::text])))
);
GRANT INSERT, SELECT ON vendor.taken TO ${role:app};

CREATE TABLE webhooks.alarm (
  alarm_id uuid NOT NULL,
  hook_id uuid NOT NULL,
  problem text NOT NULL,
  raised_at timestamp with time zone NOT NULL,
  closed_at timestamp with time zone,
  closing text,
  CONSTRAINT alarm_pkey PRIMARY KEY (alarm_id),
  CONSTRAINT alarm_check CHECK (((closed_at IS NULL) = (closing IS NULL))),
  CONSTRAINT alarm_hook_id_fkey FOREIGN KEY (hook_id) REFERENCES webhooks.hook(hook_id)
);
CREATE UNIQUE INDEX alarm_open ON webhooks.alarm USING btree (hook_id) WHERE (closed_at IS NULL);
GRANT INSERT, SELECT ON webhooks.alarm TO ${role:app};
GRANT UPDATE (closed_at, closing) ON webhooks.alarm TO ${role:app};

CREATE TABLE webhooks.attempt (
  message_id uuid NOT NULL,
  seq integer NOT NULL,
  at timestamp with time zone NOT NULL,
  outcome text NOT NULL,
  status integer,
  milliseconds integer NOT NULL,
  CONSTRAINT attempt_pkey PRIMARY KEY (message_id, seq),
  CONSTRAINT attempt_message_id_fkey FOREIGN KEY (message_id) REFERENCES webhooks.message(message_id)
);
GRANT INSERT, SELECT ON webhooks.attempt TO ${role:app};

CREATE TABLE webhooks.decided (
  number text NOT NULL,
  decided_on date NOT NULL,
  decided_at timestamp with time zone NOT NULL,
  account_id uuid,
  CONSTRAINT decided_pkey PRIMARY KEY (number)
);
GRANT INSERT, SELECT ON webhooks.decided TO ${role:app};

CREATE TABLE webhooks.hook (
  hook_id uuid NOT NULL,
  client_id uuid NOT NULL,
  account_id uuid NOT NULL,
  body_id uuid NOT NULL,
  url text NOT NULL,
  state text NOT NULL,
  followed_to timestamp with time zone NOT NULL,
  failures integer NOT NULL DEFAULT 0,
  next_attempt_at timestamp with time zone,
  last_success_at timestamp with time zone,
  last_problem text,
  registered_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  CONSTRAINT hook_pkey PRIMARY KEY (hook_id),
  CONSTRAINT hook_check CHECK (((state = 'ended'::text) = (ended_at IS NOT NULL))),
  CONSTRAINT hook_state_check CHECK ((state = ANY (ARRAY['active'::text, 'ended'::text]))),
  CONSTRAINT hook_url_check CHECK (((length(url) >= 10) AND (length(url) <= 500))),
  CONSTRAINT hook_body_id_fkey FOREIGN KEY (body_id) REFERENCES core.body(body_id),
  CONSTRAINT hook_client_id_fkey FOREIGN KEY (client_id) REFERENCES credentials.client(client_id)
);
CREATE UNIQUE INDEX hook_client ON webhooks.hook USING btree (client_id) WHERE (state = 'active'::text);
CREATE INDEX hook_page ON webhooks.hook USING btree (registered_at DESC, hook_id);
GRANT INSERT, SELECT, UPDATE ON webhooks.hook TO ${role:app};

CREATE TABLE webhooks.message (
  message_id uuid NOT NULL,
  hook_id uuid NOT NULL,
  number text NOT NULL,
  pointer text NOT NULL,
  state text NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamp with time zone NOT NULL,
  created_at timestamp with time zone NOT NULL,
  finished_at timestamp with time zone,
  CONSTRAINT message_pkey PRIMARY KEY (message_id),
  CONSTRAINT message_check CHECK (((state = 'waiting'::text) = (finished_at IS NULL))),
  CONSTRAINT message_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'dropped'::text]))),
  CONSTRAINT message_hook_id_fkey FOREIGN KEY (hook_id) REFERENCES webhooks.hook(hook_id)
);
CREATE INDEX message_due ON webhooks.message USING btree (hook_id, next_attempt_at) WHERE (state = 'waiting'::text);
CREATE INDEX message_number ON webhooks.message USING btree (number) WHERE (state = 'waiting'::text);
CREATE INDEX message_page ON webhooks.message USING btree (hook_id, created_at DESC, message_id);
GRANT INSERT, SELECT, UPDATE ON webhooks.message TO ${role:app};

CREATE TABLE webhooks.progress (
  task text NOT NULL,
  "position" bigint NOT NULL,
  CONSTRAINT progress_pkey PRIMARY KEY (task)
);
GRANT INSERT, SELECT, UPDATE ON webhooks.progress TO ${role:app};

CREATE TABLE webhooks.watch (
  subject_id uuid NOT NULL,
  number text NOT NULL,
  hook_id uuid NOT NULL,
  matter text NOT NULL,
  pointer text NOT NULL,
  until timestamp with time zone NOT NULL,
  CONSTRAINT watch_pkey PRIMARY KEY (subject_id, number),
  CONSTRAINT watch_hook_id_fkey FOREIGN KEY (hook_id) REFERENCES webhooks.hook(hook_id)
);
CREATE INDEX watch_hook ON webhooks.watch USING btree (hook_id, number);
CREATE INDEX watch_number ON webhooks.watch USING btree (number);
GRANT DELETE, INSERT, SELECT ON webhooks.watch TO ${role:app};
GRANT UPDATE (pointer) ON webhooks.watch TO ${role:app};

CREATE OR REPLACE FUNCTION core.ensure_years(first_year integer, years integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
END $function$
;
GRANT EXECUTE ON FUNCTION core.ensure_years(first_year integer, years integer) TO ${role:app};

CREATE OR REPLACE FUNCTION log.drop_month(month text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '5s'
AS $function$
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
END $function$
;

CREATE OR REPLACE FUNCTION log.ensure_epoch(began timestamp with time zone)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
END $function$
;
GRANT EXECUTE ON FUNCTION log.ensure_epoch(began timestamp with time zone) TO ${role:log};
GRANT EXECUTE ON FUNCTION log.ensure_epoch(began timestamp with time zone) TO ${role:sealer};

CREATE OR REPLACE FUNCTION log.ensure_partitions(from_day date, months integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
END $function$
;
GRANT EXECUTE ON FUNCTION log.ensure_partitions(from_day date, months integer) TO ${role:log};
GRANT EXECUTE ON FUNCTION log.ensure_partitions(from_day date, months integer) TO ${role:sealer};
