-- Why: departments send in four ways beside forms and single uploads (issue 4): files in pieces that may be resumed, rows
-- pushed as JSON, a drop folder on a front-end machine, and a pull from a department's own database. Behind all of them is
-- the one pipeline; these tables hold only where each channel stands, so that a crash at any point resumes and nothing is
-- taken twice.

ALTER TABLE core.submission DROP CONSTRAINT submission_channel_check;
ALTER TABLE core.submission ADD CONSTRAINT submission_channel_check
  CHECK (channel IN ('desk', 'cli', 'api', 'form', 'demo', 'folder', 'pull'));

-- A drop folder (made by itself when the operator's folder of a known body appears) or a pull (set up by the office).
CREATE TABLE core.channel (
  channel_id      uuid PRIMARY KEY,
  body_id         uuid NOT NULL REFERENCES core.body,
  kind            text NOT NULL CHECK (kind IN ('folder', 'pull')),
  name            text NOT NULL,
  standard        text,
  config          jsonb NOT NULL,
  -- Login of the department's database, encrypted under a key of its own; never read back by anybody.
  secret          text,
  enabled         boolean NOT NULL,
  state           text NOT NULL CHECK (state IN ('idle', 'running', 'failing', 'held')),
  -- How far the source was read; moves in the transaction that takes the batch in.
  watermark       jsonb,
  failures        integer NOT NULL DEFAULT 0,
  last_error      jsonb,
  last_run_at     timestamptz,
  last_success_at timestamptz,
  next_run_at     timestamptz,
  compared_at     timestamptz,
  rows_taken      bigint NOT NULL DEFAULT 0,
  rows_withdrawn  bigint NOT NULL DEFAULT 0,
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL
);
CREATE UNIQUE INDEX channel_folder ON core.channel (body_id) WHERE kind = 'folder';
CREATE INDEX channel_body ON core.channel (body_id);

-- One dropped file with its manifest, from its pick-up to its receipt.
CREATE TABLE core.channel_item (
  channel_id    uuid NOT NULL REFERENCES core.channel,
  item_id       uuid NOT NULL,
  name          text NOT NULL,
  state         text NOT NULL CHECK (state IN ('waiting', 'received', 'done', 'failed')),
  batch_no      text,
  submission_id uuid,
  problem       jsonb,
  seen_at       timestamptz NOT NULL,
  finished_at   timestamptz,
  PRIMARY KEY (channel_id, item_id)
);
CREATE INDEX channel_item_seen ON core.channel_item (channel_id, seen_at DESC);
-- One open item a manifest: a second look at the folder finds the first.
CREATE UNIQUE INDEX channel_item_open ON core.channel_item (channel_id, name) WHERE state IN ('waiting', 'received');

-- Which row of which submission a row of the source became: what a delete at the source withdraws. The key is a token.
CREATE TABLE core.pulled_row (
  source_key    text NOT NULL,
  channel_id    uuid NOT NULL,
  submission_id uuid NOT NULL,
  row_no        integer NOT NULL,
  PRIMARY KEY (source_key, channel_id, submission_id)
);
CREATE INDEX pulled_row_channel ON core.pulled_row (channel_id, source_key);

-- Rows that the source deleted and whose records are still to be withdrawn.
CREATE TABLE core.pulled_delete (
  channel_id uuid NOT NULL,
  source_key text NOT NULL,
  asked_at   timestamptz NOT NULL,
  reason     text NOT NULL,
  PRIMARY KEY (channel_id, source_key)
);

-- A file on its way in pieces (tus 1.0). Pieces are encrypted with a key each, like every file as received.
CREATE TABLE core.upload (
  upload_id     uuid PRIMARY KEY,
  account_id    uuid,
  body_id       uuid NOT NULL REFERENCES core.body,
  standard      text NOT NULL,
  batch_no      text,
  file_name     text NOT NULL,
  bytes_total   bigint NOT NULL,
  bytes_held    bigint NOT NULL DEFAULT 0,
  submission_id uuid,
  created_at    timestamptz NOT NULL,
  expires_at    timestamptz NOT NULL
);
CREATE INDEX upload_expires ON core.upload (expires_at);
CREATE TABLE core.upload_part (
  upload_id  uuid NOT NULL REFERENCES core.upload ON DELETE CASCADE,
  at_byte    bigint NOT NULL,
  bytes      bigint NOT NULL,
  file_id    uuid NOT NULL,
  file_key   text NOT NULL,
  PRIMARY KEY (upload_id, at_byte)
);

GRANT SELECT, INSERT, UPDATE ON core.channel, core.channel_item, core.upload TO ${role:app};
GRANT SELECT, INSERT, DELETE ON core.pulled_row, core.pulled_delete, core.upload_part TO ${role:app};
GRANT DELETE ON core.upload TO ${role:app};
