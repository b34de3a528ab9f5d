-- Why: the credit office sets what each body owes (issue 5): some items are decided every day, some once a quarter or a year
-- (年度监督检查, 表彰奖励). A body that owes a yearly item is not asked for a zero report eleven times before.

ALTER TABLE quality.duty
  ADD COLUMN cycle text NOT NULL DEFAULT 'month' CHECK (cycle IN ('month', 'quarter', 'year'));
GRANT UPDATE (cycle) ON quality.duty TO ${role:app};
