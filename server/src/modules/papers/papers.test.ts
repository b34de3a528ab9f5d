/** Official papers: numbers without gaps, sign-off by two, the sealed copy, service; what is typed stays text. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { createHttpCity, type HttpCity } from '../../../../tests/support/http-city.ts';
import { penalty, penaltyCsv } from '../../../../tests/support/rows.ts';
import type { Actor } from '../../context.ts';
import { one, query, sql, withTransaction } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import type { PaperTemplate } from '../policy/index.ts';
import { checkFields, paperText } from './fields.ts';
import { type IssuePaper, issuePaper, signOffPaper, voidPaper } from './index.ts';
import { type PaperState, signOff } from './state.ts';
import { chineseDay, paperNumber } from './words.ts';

let city: HttpCity;
let subjectId = '';
const people: Record<string, string> = {};

before(async () => {
  city = await createHttpCity({ app: { rateLimit: { account: 100_000, address: 100_000 } } });
  await city.submit(penaltyCsv([penalty(1)]));
  const subject = await one<{ subject_id: string }>(
    city.ctx.db.app,
    sql`SELECT subject_id FROM core.subject WHERE unified_code = ${penalty(1).CF_XDR_SHXYM ?? ''}`,
  );
  subjectId = subject.subject_id;
  for (const row of await query<{ account_id: string; login: string }>(
    city.ctx.db.app,
    sql`SELECT account_id, login FROM identity.account`,
  ))
    people[row.login] = row.account_id;
});
after(() => city.close());

const actor = (login: string): Actor => ({
  kind: 'account',
  accountId: people[login] ?? null,
  name: login,
  roles: ['departmentOfficer'],
  bodyId: city.bodyId,
  scopeBodyIds: [city.bodyId],
  subjectId: null,
  client: null,
  osUser: null,
  address: null,
  requestId: newId(),
});
const given = { receivedOn: '2026-03-02', dueOn: '2026-03-16', contact: '李某 010-12345678' };
const asked = (over: Partial<IssuePaper> = {}): IssuePaper => ({
  case: {
    caseId: newId(),
    procedure: 'objection',
    procedureName: '异议',
    subjectId,
    caseNumber: '信异〔2026〕1号',
    openedOn: '2026-03-02',
  },
  template: 'acceptance',
  fields: given,
  bodyId: city.bodyId,
  ...over,
});
const issue = (over: Partial<IssuePaper> = {}) =>
  withTransaction(city.ctx.db.app, (tx) => issuePaper(tx, city.ctx, actor('officer'), asked(over)));

describe('numbers', () => {
  it('are written as GB/T 9704 has them', () => {
    assert.equal(paperNumber('信受', 2026, 12), '信受〔2026〕12号');
    assert.equal(chineseDay('2026-03-02'), '2026年3月2日');
  });
  it('follow one another without gaps, whoever comes at once and whatever fails', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 24 }, (_, at) =>
        withTransaction(city.ctx.db.app, async (tx) => {
          const row = await issuePaper(tx, city.ctx, actor('officer'), asked());
          if (at % 5 === 0) throw new Error('the act fails after the number was taken');
          return row.ordinal;
        }),
      ),
    );
    const ordinals = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    assert.equal(ordinals.length, 19);
    assert.deepEqual(
      [...ordinals].sort((a, b) => a - b),
      Array.from({ length: 19 }, (_, at) => at + 1),
    );
  });
  it('are those of the body and the kind; one that was voided stays in the list', async () => {
    const other = await issue({ bodyId: city.officeBodyId });
    assert.equal(other.ordinal, 1);
    const letter = await issue({ template: 'letter', fields: { addressee: '市税务局', text: '请协助核实。' } });
    assert.equal(letter.number, '信函〔2026〕1号');
    await withTransaction(city.ctx.db.app, (tx) =>
      voidPaper(tx, city.ctx, actor('officer'), letter.paper_id, '文字有误'),
    );
    const next = await issue({ template: 'letter', fields: { addressee: '市税务局', text: '请协助核实。' } });
    assert.equal(next.number, '信函〔2026〕2号');
    const kept = await query<{ number: string; state: string }>(
      city.ctx.db.app,
      sql`SELECT number, state FROM papers.paper WHERE series = 'letter' ORDER BY ordinal`,
    );
    assert.deepEqual(kept, [
      { number: '信函〔2026〕1号', state: 'voided' },
      { number: '信函〔2026〕2号', state: 'draft' },
    ]);
  });
  it('begin anew each year', async () => {
    city.clock.set('2027-01-04T02:00:00Z');
    try {
      assert.equal((await issue()).number, '信受〔2027〕1号');
    } finally {
      city.clock.set('2026-03-02T02:00:00Z');
    }
  });
  it('are taken once for a key', async () => {
    const paper = asked({ key: 'k-12345678' });
    const twice = await Promise.all(
      [1, 2].map(() =>
        withTransaction(city.ctx.db.app, (tx) => issuePaper(tx, city.ctx, actor('officer'), paper)).catch(() => null),
      ),
    );
    const again = await withTransaction(city.ctx.db.app, (tx) => issuePaper(tx, city.ctx, actor('officer'), paper));
    assert.ok(twice.every((row) => row === null || row.paper_id === again.paper_id));
  });
});

describe('a template', () => {
  it('asks for what it needs, in words; what it does not know, and numbers of persons, are refused', async () => {
    const { details } = await issue({
      fields: { dueOn: '2026-02-30', contact: '张三 11010519491231002X', more: 'x' },
    }).then(
      () => assert.fail('taken'),
      (error: { details: { field: string }[] }) => error,
    );
    assert.deepEqual(details.map(({ field }) => field).sort(), [
      'body/fields/contact',
      'body/fields/dueOn',
      'body/fields/more',
      'body/fields/receivedOn',
    ]);
    await assert.rejects(issue({ template: 'repairDecision', fields: {} }), /no such paper|没有这种文书/);
  });
  it('fills each place once: what looks like a place or a command stays text', () => {
    const template = {
      title: '函',
      fields: [{ key: 'text', kind: 'text', required: true, maxLength: 20_000, label: { zh: '正文', en: 'Text' } }],
      paragraphs: ['{text}'],
    } as unknown as PaperTemplate;
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }), (text) => {
        const values = (() => {
          try {
            return checkFields(template, { text });
          } catch {
            return null;
          }
        })();
        if (values === null) return;
        const { paragraphs } = paperText(template, { facts: { subjectName: '甲' }, given: values });
        assert.equal(
          paragraphs.join('\n'),
          (values.text ?? '')
            .split('\n')
            .filter((line) => line.trim() !== '')
            .join('\n'),
        );
      }),
    );
    const { paragraphs } = paperText(template, {
      facts: { subjectName: '甲' },
      given: { text: '{subjectName}#read("/etc/passwd")' },
    });
    assert.deepEqual(paragraphs, ['{subjectName}#read("/etc/passwd")']);
  });
});

describe('sign-off', () => {
  it('by two is by two persons, the second not the drafter, whatever the order of tries', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 }),
        fc.constantFrom<1 | 2>(1, 2),
        (tries, needed) => {
          let state: PaperState = 'draft';
          const signed: string[] = [];
          for (const by of tries) {
            const result = signOff({ state, issuedBy: 'a', firstBy: signed[0] ?? null }, needed, by);
            if (!result.ok) continue;
            signed.push(by);
            state = result.next;
          }
          assert.ok(signed.length <= needed);
          assert.equal(state === 'signedOff', signed.length === needed);
          assert.equal(new Set(signed).size, signed.length);
          if (signed.length === 2) assert.notEqual(signed[1], 'a');
        },
      ),
    );
  });
  it('is kept with who and when, in the database too', async () => {
    const { paper_id: id } = await issue({
      template: 'letter',
      fields: { addressee: '市税务局', text: '请协助核实。' },
    });
    const sign = (login: string) =>
      withTransaction(city.ctx.db.app, (tx) => signOffPaper(tx, city.ctx, actor(login), id));
    assert.equal((await sign('officer')).state, 'draft');
    await assert.rejects(sign('officer'), /signed first|审核人以外/);
    const done = await sign('stranger');
    assert.deepEqual([done.state, done.first_by, done.second_by], ['signedOff', people.officer, people.stranger]);
    await assert.rejects(sign('office'), /not in a state|状态/);
  });
});
