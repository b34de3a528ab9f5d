-- Why: a thousand accounts in real life, and three administrators that one person can never combine (GB/T 22239-2019 8.1.5;
-- objections.md §6). The person behind accounts is a holder, known by a keyed token of the staff number only. What may not be
-- is kept out by constraints alone: a person's side (business, or one of the three), four eyes on a role, and a seat for each
-- administrator that always has a holder who can act, so that the last one cannot be removed.

CREATE TABLE identity.holder (
  holder_id  uuid PRIMARY KEY,
  -- Null: made by the command line before anybody stood behind it; the holder registers the number at the first sign-in.
  token      text UNIQUE,
  -- On which side of the separation this person stands. It can change only while no role of the person holds it.
  side       text CHECK (side IN ('business', 'systemAdmin', 'securityAdmin', 'auditAdmin')),
  created_at timestamptz NOT NULL,
  UNIQUE (holder_id, side)
);
INSERT INTO identity.holder (holder_id, side, created_at)
SELECT a.account_id,
       (SELECT coalesce(max(r.role) FILTER (WHERE r.role IN ('systemAdmin', 'securityAdmin', 'auditAdmin')), 'business')
          FROM identity.account_role r WHERE r.account_id = a.account_id), a.created_at
  FROM identity.account a;

ALTER TABLE identity.account
  ADD COLUMN holder_id uuid REFERENCES identity.holder,
  ADD COLUMN kind text NOT NULL DEFAULT 'staff' CHECK (kind IN ('staff', 'vendor', 'system')),
  -- The last day on which it works: of a vendor's time box, or of somebody who leaves.
  ADD COLUMN active_until date,
  ADD COLUMN disabled_reason text CHECK (disabled_reason IN ('request', 'departure', 'unused', 'unconfirmed', 'vendorOff')),
  ADD COLUMN disabled_by uuid,
  ADD COLUMN enabled_at timestamptz,
  ADD COLUMN departed_at timestamptz,
  ADD COLUMN last_used_at timestamptz,
  ADD COLUMN standing boolean GENERATED ALWAYS AS (disabled_at IS NULL AND active_until IS NULL) STORED;
UPDATE identity.account SET holder_id = account_id;
UPDATE identity.account SET disabled_reason = 'request' WHERE disabled_at IS NOT NULL;
ALTER TABLE identity.account
  ALTER COLUMN holder_id SET NOT NULL,
  ADD CONSTRAINT account_disabled_why CHECK ((disabled_at IS NULL) = (disabled_reason IS NULL)),
  ADD CONSTRAINT account_departed_disabled CHECK (departed_at IS NULL OR disabled_reason = 'departure'),
  -- 网络数据安全管理条例 art. 15: who processes for another does so for a set time.
  ADD CONSTRAINT account_vendor_time CHECK (kind <> 'vendor' OR active_until IS NOT NULL),
  ADD CONSTRAINT account_holder_key UNIQUE (account_id, holder_id),
  ADD CONSTRAINT account_standing_key UNIQUE (account_id, standing);
CREATE INDEX account_holder ON identity.account (holder_id);

-- A role is asked for by one and granted by another, and neither is the person it is for. The holders are tied to the
-- accounts, so that two accounts of one person are one pair of eyes.
CREATE TABLE identity.role_request (
  request_id       uuid PRIMARY KEY,
  account_id       uuid NOT NULL,
  holder_id        uuid NOT NULL,
  role             text NOT NULL,
  expires_on       date,
  reason           text NOT NULL,
  state            text NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'withdrawn')),
  requested_by     uuid NOT NULL,
  requested_holder uuid NOT NULL,
  requested_at     timestamptz NOT NULL,
  decided_by       uuid,
  decided_holder   uuid,
  decided_at       timestamptz,
  decision_note    text,
  FOREIGN KEY (account_id, holder_id) REFERENCES identity.account (account_id, holder_id) ON UPDATE CASCADE,
  FOREIGN KEY (requested_by, requested_holder) REFERENCES identity.account (account_id, holder_id) ON UPDATE CASCADE,
  FOREIGN KEY (decided_by, decided_holder) REFERENCES identity.account (account_id, holder_id) ON UPDATE CASCADE,
  UNIQUE (request_id, account_id, role, state),
  CONSTRAINT role_request_not_own CHECK (requested_holder <> holder_id),
  CONSTRAINT role_request_four_eyes CHECK (decided_holder IS NULL OR (decided_holder <> requested_holder AND decided_holder <> holder_id)),
  CONSTRAINT role_request_decided CHECK (
    (state IN ('approved', 'refused')) = (decided_by IS NOT NULL) AND (decided_by IS NULL) = (decided_holder IS NULL)
    AND (decided_by IS NULL) = (decided_at IS NULL))
);
CREATE UNIQUE INDEX role_request_waiting ON identity.role_request (account_id, role) WHERE state = 'waiting';
CREATE INDEX role_request_state ON identity.role_request (state, requested_at DESC, request_id);

ALTER TABLE identity.account_role
  ADD COLUMN holder_id uuid,
  -- The last day of the grant. An administrator's has none: a seat must not fall empty by itself.
  ADD COLUMN expires_on date,
  ADD COLUMN request_id uuid,
  ADD COLUMN request_state text GENERATED ALWAYS AS (CASE WHEN request_id IS NOT NULL THEN 'approved' END) STORED,
  ADD COLUMN side text GENERATED ALWAYS AS (
    CASE WHEN role IN ('systemAdmin', 'securityAdmin', 'auditAdmin') THEN role ELSE 'business' END) STORED;
UPDATE identity.account_role SET holder_id = account_id;
ALTER TABLE identity.account_role
  ALTER COLUMN holder_id SET NOT NULL,
  ADD CONSTRAINT account_role_holder_fkey FOREIGN KEY (account_id, holder_id)
    REFERENCES identity.account (account_id, holder_id) ON UPDATE CASCADE,
  -- All roles of a person, over all accounts, stand on one side.
  ADD CONSTRAINT account_role_one_side FOREIGN KEY (holder_id, side) REFERENCES identity.holder (holder_id, side),
  ADD CONSTRAINT account_role_administrator_stays CHECK (expires_on IS NULL OR side = 'business'),
  -- What one account gives another was asked for and approved; only the command line, which has no account here, does not ask.
  ADD CONSTRAINT account_role_approved FOREIGN KEY (request_id, account_id, role, request_state)
    REFERENCES identity.role_request (request_id, account_id, role, state),
  ADD CONSTRAINT account_role_asked CHECK (granted_by IS NULL OR request_id IS NOT NULL);
-- And a person is an administrator through one account only.
CREATE UNIQUE INDEX account_role_one_administrator ON identity.account_role (holder_id) WHERE side <> 'business';

-- Each administrator's seat is kept by one account that has the role and can act. Whoever keeps it cannot be disabled, and
-- loses the role only when another has taken the seat: that is how the last one stays, also with two acting at once.
CREATE TABLE identity.administrator_seat (
  role       text PRIMARY KEY CHECK (role IN ('systemAdmin', 'securityAdmin', 'auditAdmin')),
  account_id uuid NOT NULL,
  standing   boolean NOT NULL DEFAULT true CHECK (standing),
  FOREIGN KEY (account_id, role) REFERENCES identity.account_role (account_id, role),
  FOREIGN KEY (account_id, standing) REFERENCES identity.account (account_id, standing)
);
INSERT INTO identity.administrator_seat (role, account_id)
SELECT DISTINCT ON (r.role) r.role, r.account_id
  FROM identity.account_role r JOIN identity.account a ON a.account_id = r.account_id
 WHERE r.side <> 'business' AND a.standing ORDER BY r.role, a.created_at, a.account_id;

-- What became of an account, for those who keep accounts. The access log is the proof; this is the page.
CREATE TABLE identity.account_event (
  event_id   uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES identity.account,
  at         timestamptz NOT NULL,
  by_account uuid REFERENCES identity.account,
  kind       text NOT NULL,
  detail     jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX account_event_account ON identity.account_event (account_id, at DESC, event_id);

-- AB 角: who acts for somebody absent, from when to when.
CREATE TABLE identity.deputy (
  deputy_id         uuid PRIMARY KEY,
  absent_id         uuid NOT NULL REFERENCES identity.account,
  deputy_account_id uuid NOT NULL REFERENCES identity.account,
  from_on           date NOT NULL,
  to_on             date NOT NULL,
  reason            text NOT NULL,
  created_by        uuid NOT NULL REFERENCES identity.account,
  created_at        timestamptz NOT NULL,
  ended_at          timestamptz,
  ended_by          uuid REFERENCES identity.account,
  CHECK (absent_id <> deputy_account_id),
  CHECK (to_on >= from_on)
);
CREATE INDEX deputy_absent ON identity.deputy (absent_id, to_on);
CREATE INDEX deputy_account ON identity.deputy (deputy_account_id, to_on);
ALTER TABLE identity.session ADD COLUMN deputy_id uuid REFERENCES identity.deputy;

-- Once a year each body says which of its accounts are still needed.
CREATE TABLE identity.recertification (
  campaign_id     uuid PRIMARY KEY,
  name            text NOT NULL,
  opened_on       date NOT NULL,
  deadline_on     date NOT NULL,
  disable_after_on date NOT NULL,
  state           text NOT NULL CHECK (state IN ('open', 'escalated', 'closed')),
  opened_by       uuid NOT NULL REFERENCES identity.account,
  opened_at       timestamptz NOT NULL,
  closed_at       timestamptz,
  CHECK (deadline_on > opened_on AND disable_after_on > deadline_on)
);
CREATE UNIQUE INDEX recertification_running ON identity.recertification ((true)) WHERE state <> 'closed';
CREATE TABLE identity.recertification_item (
  campaign_id uuid NOT NULL REFERENCES identity.recertification,
  account_id  uuid NOT NULL REFERENCES identity.account,
  body_id     uuid REFERENCES core.body,
  state       text NOT NULL CHECK (state IN ('waiting', 'escalated', 'confirmed', 'notNeeded', 'disabled', 'kept')),
  decided_by  uuid REFERENCES identity.account,
  decided_at  timestamptz,
  note        text,
  PRIMARY KEY (campaign_id, account_id),
  CHECK (decided_by IS NULL OR decided_by <> account_id)
);
CREATE INDEX recertification_item_state ON identity.recertification_item (campaign_id, state, account_id);

-- Who is on duty for a body on a day, for urgent cases.
CREATE TABLE identity.duty (
  duty_id    uuid PRIMARY KEY,
  body_id    uuid NOT NULL REFERENCES core.body,
  on_date    date NOT NULL,
  shift      text NOT NULL CHECK (shift IN ('day', 'night')),
  account_id uuid NOT NULL REFERENCES identity.account,
  phone      text,
  created_by uuid NOT NULL REFERENCES identity.account,
  created_at timestamptz NOT NULL,
  UNIQUE (body_id, on_date, shift)
);
CREATE INDEX duty_account ON identity.duty (account_id, on_date);

GRANT SELECT, INSERT ON identity.holder, identity.role_request, identity.administrator_seat, identity.account_event,
  identity.deputy, identity.recertification, identity.recertification_item, identity.duty TO ${role:app};
GRANT UPDATE (side) ON identity.holder TO ${role:app};
GRANT UPDATE (state, decided_by, decided_holder, decided_at, decision_note) ON identity.role_request TO ${role:app};
GRANT UPDATE (account_id) ON identity.administrator_seat TO ${role:app};
GRANT UPDATE (ended_at, ended_by, deputy_account_id) ON identity.deputy TO ${role:app};
GRANT UPDATE (state, closed_at) ON identity.recertification TO ${role:app};
GRANT UPDATE (state, decided_by, decided_at, note) ON identity.recertification_item TO ${role:app};
GRANT UPDATE, DELETE ON identity.duty TO ${role:app};
GRANT SELECT ON identity.role_request, identity.administrator_seat, identity.account_event, identity.deputy,
  identity.recertification, identity.recertification_item TO ${role:audit};

-- Guarantee companies ask with the subject's authorisation as banks do.
ALTER TABLE core.body DROP CONSTRAINT body_kind_check;
ALTER TABLE core.body ADD CONSTRAINT body_kind_check CHECK (kind IN (
  'city', 'district', 'zone', 'department', 'creditOffice', 'upper', 'bank', 'guarantee', 'creditAgency'));
