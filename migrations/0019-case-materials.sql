-- Why: who objects, complains or asks for repair brings proof, and so does the body that answers. The files stand beside the
-- case of whatever procedure, encrypted with a key each like the documents beside a record, and go with it.

CREATE TABLE casework.material (
  subject_id  uuid NOT NULL,
  case_id     uuid NOT NULL,
  material_id uuid NOT NULL,
  -- As which party it was added.
  party       text NOT NULL,
  file_name   text NOT NULL,
  media_type  text NOT NULL,
  bytes       bigint NOT NULL,
  sha256      text NOT NULL,
  file_key    text NOT NULL,
  account_id  uuid,
  added_at    timestamptz NOT NULL,
  PRIMARY KEY (subject_id, case_id, material_id)
);

GRANT SELECT, INSERT ON casework.material TO ${role:app};
