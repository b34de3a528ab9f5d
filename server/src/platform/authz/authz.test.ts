import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Actor, Role } from '../../context.ts';
import {
  authorize,
  levelOf,
  may,
  permissionNames,
  permissionsOf,
  roleTable,
  scopeOf,
} from '../../modules/identity/index.ts';
import { type FieldPublicity, HiddenError, levelCovers, type MaskableField, maskForActor } from './index.ts';

const own = 'body-own';
const foreign = 'body-foreign';
const actorWith = (...roles: Role[]): Actor => ({
  kind: roles.length > 0 ? 'account' : 'anonymous',
  accountId: roles.length > 0 ? 'a' : null,
  name: 'x',
  roles,
  bodyId: own,
  scopeBodyIds: [own],
  subjectId: null,
  client: null,
  osUser: null,
  address: null,
  requestId: 'r',
});

test('nobody may do anything but read what is public', () => {
  const nobody = actorWith();
  assert.deepEqual(permissionsOf(nobody), ['public.read']);
  for (const permission of permissionNames) {
    if (permission === 'public.read') continue;
    assert.throws(() => authorize(nobody, permission), { code: 'unauthenticated' });
    assert.throws(() => scopeOf(nobody, permission), { code: 'unauthenticated' });
  }
});

test('an officer: own rows yes, other bodies’ rows hidden, others’ powers forbidden', () => {
  const officer = actorWith('departmentOfficer');
  authorize(officer, 'submission.read', { bodyId: own });
  assert.throws(() => authorize(officer, 'submission.read', { bodyId: foreign }), HiddenError);
  assert.throws(() => authorize(officer, 'submission.read', { bodyId: null }), HiddenError);
  assert.throws(() => authorize(officer, 'log.read'), { code: 'forbidden' });
  assert.throws(() => authorize(officer, 'subject.merge'), { code: 'forbidden' });
  assert.deepEqual(scopeOf(officer, 'submission.read'), { kind: 'bodies', bodyIds: [own] });
  assert.deepEqual(scopeOf(officer, 'subject.full'), { kind: 'all' });
});

test('hidden answers exactly like missing', () => {
  const hidden = new HiddenError();
  assert.equal(hidden.status, 404);
  assert.equal(hidden.code, 'not-found');
});

test('the credit office reaches every body; the three administrators no business data', () => {
  authorize(actorWith('creditOffice'), 'submission.read', { bodyId: foreign });
  const business = permissionNames.filter((name) => /^(submission|record|attachment|subject|report)\./.test(name));
  for (const role of ['systemAdmin', 'securityAdmin', 'auditAdmin'] as const) {
    for (const permission of business) {
      // The one exception: earlier states of a record, one at a time and with a case (natural-persons §3), for the audit.
      const exception = role === 'auditAdmin' && permission === 'record.earlier';
      assert.equal(may(actorWith(role), permission), exception, `${role} ${permission}`);
    }
  }
  assert.ok(may(actorWith('auditAdmin'), 'log.read'));
  for (const role of Object.keys(roleTable) as Role[]) {
    assert.equal(may(actorWith(role), 'log.read'), role === 'auditAdmin', role);
  }
});

test('a role that the table does not know gives nothing', () => {
  for (const role of ['constructor', '__proto__', 'toString', 'root']) {
    assert.deepEqual(permissionsOf(actorWith(role as Role)), ['public.read']);
  }
});

const publicity = fc.constantFrom<FieldPublicity>('public', 'authorised', 'government', 'internal');
const fields = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 5 }),
  fc.record({ publicity, person: fc.constantFrom('document' as const, 'name' as const, undefined) }),
);

test('masking: what is not described or lies above the level never comes out; documents never', () => {
  fc.assert(
    fc.property(
      fields,
      fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }), fc.string()),
      publicity,
      (described, values, level) => {
        const all: Record<string, string> = { ...values };
        for (const code of Object.keys(described)) all[code] = `value of ${code}`;
        const shown = maskForActor<string>(all, described, level, () => '张*');
        for (const [code, value] of Object.entries(shown)) {
          const field: MaskableField | undefined = Object.hasOwn(described, code) ? described[code] : undefined;
          assert.ok(field && levelCovers(level, field.publicity) && field.person !== 'document');
          const masked = field.person === 'name' && (level === 'public' || level === 'authorised');
          assert.equal(value, masked ? '张*' : all[code]);
        }
      },
    ),
  );
});

test('levels of readers', () => {
  assert.equal(levelOf(actorWith()), 'public');
  assert.equal(levelOf(actorWith('departmentOfficer')), 'government');
  assert.equal(levelOf(actorWith('creditOffice')), 'internal');
  assert.equal(levelOf(actorWith('systemAdmin')), 'public');
});
