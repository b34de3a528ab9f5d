/** Official papers: numbers without gaps, sign-off by two, the sealed copy, service; what is typed stays text. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { extractText, getDocumentProxy } from 'unpdf';
import { fromBuffer } from 'yauzl';
import { createHttpCity, type HttpCity } from '../../../../tests/support/http-city.ts';
import { penalty, penaltyCsv } from '../../../../tests/support/rows.ts';
import type { Actor } from '../../context.ts';
import { one, query, sql, withTransaction } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import type { PaperTemplate } from '../policy/index.ts';
import { checkFields, paperText } from './fields.ts';
import { closePaperRenderer, type IssuePaper, issuePaper, type PaperRow, signOffPaper, voidPaper } from './index.ts';
import { paperModel } from './paper-model.ts';
import { paperPdf } from './render-pdf.ts';
import { paperWord } from './render-word.ts';
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

/** The parts of a Word document, as text. */
function unzip(bytes: Buffer): Promise<Map<string, string>> {
  const parts = new Map<string, string>();
  return new Promise((resolve, reject) => {
    fromBuffer(bytes, { lazyEntries: true }, (opening, zip) => {
      if (opening) return reject(opening);
      zip.on('entry', (entry) => {
        zip.openReadStream(entry, (failing, stream) => {
          if (failing) return reject(failing);
          const chunks: Buffer[] = [];
          stream.on('data', (chunk: Buffer) => chunks.push(chunk));
          stream.on('end', () => {
            parts.set(entry.fileName, Buffer.concat(chunks).toString('utf8'));
            zip.readEntry();
          });
        });
      });
      zip.on('end', () => resolve(parts));
      zip.readEntry();
    });
  });
}

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

describe('as a file', () => {
  after(() => closePaperRenderer());
  const text = (paper: PaperRow) =>
    paperModel({ ...paper, state: 'signedOff' }, city.ctx.policy().paper(paper.template));
  const evil = '#read("/etc/passwd") $x$ *b* <w:p/> & ]]> {number} \\u{0}\u202e';

  it('is Word with the official heading; what was typed is text, whatever it looks like', async () => {
    const paper = await issue({ template: 'letter', fields: { addressee: '市税务局', text: `${evil}\n第二段` } });
    const word = await paperWord(text(paper));
    const parts = await unzip(word);
    const body = parts.get('word/document.xml') ?? '';
    assert.match(body, /<w:t[^>]*>信函〔2026〕\d+号<\/w:t>/);
    assert.match(body, /w:color w:val="C8102E"/);
    for (const face of ['宋体', '仿宋']) assert.ok(body.includes(`w:eastAsia="${face}"`), face);
    assert.ok(
      body.includes('#read(&quot;/etc/passwd&quot;) $x$ *b* &lt;w:p/&gt; &amp; ]]&gt; {number}'),
      body.slice(0, 4000),
    );
    assert.ok(!body.includes('\u202e'), 'what turns text round is taken out');
    assert.match(parts.get('word/footer1.xml') ?? '', /PAGE/);
    assert.ok(![...parts.keys()].some((name) => /vba|activeX|embeddings/i.test(name)));
  });
  it('is PDF with its fonts in it; Typst reads nothing of what was typed', async () => {
    const paper = await issue({ template: 'letter', fields: { addressee: '市税务局', text: `${evil}\n𠮷祥公司` } });
    const pdf = await paperPdf(text(paper), paper.issued_at);
    const proxy = await getDocumentProxy(new Uint8Array(pdf));
    const read = (await extractText(proxy, { mergePages: true })).text.replaceAll(/\s+/g, '');
    assert.ok(read.includes('#read("/etc/passwd")$x$*b*<w:p/>&]]>{number}'), read);
    assert.ok(!read.includes('root:'), 'no file was read');
    // A character that the fonts lack is said, never left out.
    assert.ok(read.includes('〔U+20BB7〕祥公司'), read);
    assert.ok(read.includes(paper.number), read);
    assert.match(pdf.toString('latin1'), /\/FontFile[23]/);
  });
  it('of many pages and a long name numbers its pages and keeps the signature with the text', async () => {
    const paper = await issue({
      template: 'letter',
      fields: { addressee: '市税务局', text: '经查明，情况属实。'.repeat(900) },
    });
    const long = { ...text(paper), body: '示范市经济技术开发区综合行政执法与市场监督管理局信用监督管理分局' };
    const proxy = await getDocumentProxy(new Uint8Array(await paperPdf(long, paper.issued_at)));
    const { text: pages } = await extractText(proxy, { mergePages: false });
    assert.ok(pages.length > 8);
    pages.forEach((page, at) => {
      assert.ok(page.replaceAll(/\s+/g, '').includes(`—${at + 1}—`), `page ${at + 1}`);
    });
    assert.match((pages.at(-1) ?? '').replaceAll(/\s+/g, ''), /特此函告。.*2026年3月2日/);
  });
  it('that is not signed off says so', async () => {
    const paper = await issue();
    const draft = paperModel(paper, city.ctx.policy().paper(paper.template));
    assert.match((await unzip(await paperWord(draft))).get('word/document.xml') ?? '', /草稿，未签发/);
  });
});
