-- Why: a person who disputes a look-up names the very look-up (个人信息保护法 art. 50; 深圳 art. 45), so that the office asks the
-- body that looked and not around. The look-up may be erased before the request is; the id then leads nowhere.

ALTER TABLE person.request ADD COLUMN lookup_id uuid;
