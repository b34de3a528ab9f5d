-- Why: what cannot be settled is recorded with the objection beside the record (征信业管理条例 art. 25(3)), and the subject's own
-- statement may stand there too. Both are events of the record like everything else that happens to it, so that every place that
-- shows the record shows them, on the days on which they hold.

ALTER TABLE core.record_event DROP CONSTRAINT record_event_kind_check;
ALTER TABLE core.record_event ADD CONSTRAINT record_event_kind_check CHECK (kind IN ('withdrawn', 'annulled', 'suspended', 'resumed',
  'repaired', 'repairRevoked', 'objectionOpened', 'objectionClosed', 'severityConfirmed', 'masked', 'unmasked', 'erased',
  'noteAdded', 'noteRemoved'));
