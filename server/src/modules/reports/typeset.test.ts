import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { extractText, getDocumentProxy, getMeta } from 'unpdf';
import { printable } from '../../platform/typesetting/glyphs.ts';
import { composeReport } from './compose-report.ts';
import { contentHash } from './content-hash.ts';
import { disclosed, fakeIssue, fakeLicence, fakePenalty, fakeReportPolicy, fakeSubject } from './fake-report.ts';
import { chineseNumeral } from './render-model.ts';
import { createRenderer } from './renderer.ts';
import type { ReportContent, ReportRecord, ReportSubject } from './types.ts';

const policy = fakeReportPolicy();
const renderer = createRenderer();
after(() => renderer.close());

function contentOf(subject: ReportSubject, records: ReportRecord[]): ReportContent {
  const disclosedRecords = disclosed(records, '2026-11-22', policy, subject);
  return composeReport({
    subject,
    records: disclosedRecords,
    kind: 'public',
    cutoffAt: '2026-11-22T01:00:00.000Z',
    policy,
  });
}

/** Text of a PDF without blanks and line ends, with its pages. */
async function read(pdf: Buffer): Promise<{ text: string; pages: number; info: Record<string, unknown> }> {
  const proxy = await getDocumentProxy(new Uint8Array(pdf));
  const { text, totalPages } = await extractText(proxy, { mergePages: true });
  const { info } = await getMeta(proxy);
  return { text: text.replaceAll(/\s+/g, '').normalize('NFKC'), pages: totalPages, info };
}
const squeeze = (text: string): string => text.replaceAll(/\s+/g, '').normalize('NFKC');

describe('the paper', () => {
  it('carries names, number, sections, records and page x/y', async () => {
    const content = contentOf(fakeSubject, [fakePenalty(0), fakeLicence(0)]);
    const { pdf, pages } = await renderer.render(content, { ...fakeIssue, contentHash: contentHash(content) });
    const paper = await read(pdf);
    assert.equal(paper.pages, pages);
    for (const words of [
      fakeSubject.name,
      '91 370214 661297710 X',
      fakeIssue.number,
      '四、行政许可',
      '五、行政处罚',
      '第 1 条',
      '示住建罚〔2026〕117 号',
      '公示至 2027-11-18',
      '欧阳*',
      contentHash(content),
      `第 1 页 / 共 ${pages} 页`,
      `第 ${pages} 页 / 共 ${pages} 页`,
    ]) {
      assert.ok(paper.text.includes(squeeze(words)), words);
    }
    assert.equal(paper.info.Title, `公共信用信息报告 ${fakeSubject.name}`);
    assert.match(pdf.toString('latin1'), /\/Lang ?\(zh/);
  });

  it('prints source code in names as text', async () => {
    for (const name of [
      '#eval("1+1")有限公司',
      '#import "/etc/passwd": *',
      '$x^2$ [a] ]#panic()[ \\ " \' ` _b_ *c* @d <e> // /* */ ~ --- = 标题',
      '"), sys.inputs, ("',
    ]) {
      const content = contentOf({ ...fakeSubject, name, formerNames: [{ name, from: null, to: null }] }, [
        fakePenalty(0, { documentNumber: name, payload: { ...fakePenalty(0).payload, CF_WSH: name, CF_SY: name } }),
      ]);
      const { pdf } = await renderer.render(content, { ...fakeIssue, requester: name, purpose: name });
      assert.ok((await read(pdf)).text.includes(squeeze(name)), name);
    }
  });

  it('prints rare characters as glyphs or as their code points, never as nothing', async () => {
    // U+2CB5A is in both faces, U+30EDD in the sans only, U+20BB7 in none.
    const content = contentOf({ ...fakeSubject, name: '𠮷野𬭚𰻝面馆有限公司' }, []);
    const { pdf } = await renderer.render(content, fakeIssue);
    assert.ok((await read(pdf)).text.includes('〔U+20BB7〕野𬭚𰻝面馆有限公司'));
    assert.equal(printable('𠮷a\u{1f600}'), '〔U+20BB7〕a〔U+1F600〕');
    assert.equal(printable('葛\u{e0100}城'), '葛城');
    assert.equal(printable('平常的名字 ABC'), '平常的名字 ABC');
  });

  it('sets long names, long texts and 300 records', async () => {
    const records = Array.from({ length: 300 }, (_, at) => (at % 2 ? fakePenalty(at) : fakeLicence(at)));
    const long = fakePenalty(900, {
      payload: { ...fakePenalty(0).payload, CF_SY: '长'.repeat(5_000), CF_NR: 'A'.repeat(4_000) },
      decidedOn: '2026-11-18',
    });
    const content = contentOf({ ...fakeSubject, name: '很长的名称'.repeat(40) }, [...records, long]);
    const { pages } = await renderer.render(content, fakeIssue);
    assert.ok(pages > 50 && pages < 200, String(pages));
  });

  it('is the same paper for the same input', async () => {
    const content = contentOf(fakeSubject, [fakePenalty(0)]);
    const first = await renderer.render(content, fakeIssue);
    const second = await renderer.render(content, fakeIssue);
    assert.ok(first.pdf.equals(second.pdf));
  });

  it('counts in Chinese', () => {
    assert.deepEqual([1, 9, 10, 11, 19, 20, 21].map(chineseNumeral), [
      '一',
      '九',
      '十',
      '十一',
      '十九',
      '二十',
      '二十一',
    ]);
  });
});

describe('the typesetting process', () => {
  it('is killed when it hangs, and the next report gets a new one', async () => {
    const impatient = createRenderer({ timeOut: 1 });
    const content = contentOf(fakeSubject, []);
    await assert.rejects(impatient.render(content, fakeIssue), /too long/);
    impatient.close();
    assert.ok((await renderer.render(content, fakeIssue)).pdf.length > 10_000);
  });

  it('fails one report when the process dies, not those that wait', async () => {
    const content = contentOf(fakeSubject, []);
    const mortal = createRenderer();
    const poisoned = { ...content, sections: null } as unknown as ReportContent;
    const results = await Promise.allSettled([
      mortal.render(poisoned, fakeIssue),
      mortal.render(content, fakeIssue),
      mortal.render(content, fakeIssue),
    ]);
    mortal.close();
    assert.deepEqual(
      results.map((result) => result.status),
      ['rejected', 'fulfilled', 'fulfilled'],
    );
  });

  it('refuses more than it can hold', async () => {
    const small = createRenderer({ maxWaiting: 1 });
    const content = contentOf(fakeSubject, []);
    const results = await Promise.allSettled([1, 2, 3, 4].map(() => small.render(content, fakeIssue)));
    small.close();
    assert.deepEqual(
      results.map((result) => result.status),
      ['fulfilled', 'fulfilled', 'rejected', 'rejected'],
    );
  });
});
