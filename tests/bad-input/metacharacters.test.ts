/**
 * Names and texts that mean something to SQL, HTML, Typst, spreadsheets or shells go all the way — file, record, search,
 * portal page, code page, report PDF, Excel, interface — and arrive as what they are: text.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { extractText, getDocumentProxy } from 'unpdf';
import { fileOf, readAll, testFolder } from '../../server/src/platform/tabular/tabular-testing.ts';
import { createHttpCity, findingsOf, type HttpCity } from '../support/http-city.ts';
import { licence, licenceCsv, penalty, penaltyCsv } from '../support/rows.ts';

let city: HttpCity;
const folder = testFolder();

/** Each is part of a name, a content and a document number. No formula begins a cell: those are refused elsewhere. */
const hostile: readonly string[] = [
  `'; DROP TABLE core.record; --`,
  `" OR 1=1 /*`,
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  `"><svg onload=alert(1)>`,
  '</title><b>',
  '&lt;b&gt;&amp;&#x27;',
  'javascript:alert(1)',
  `{{7*7}}\${7*7}#{7*7}<%=7*7%>`,
  '#panic("typst")',
  '#read("/etc/passwd")',
  '*粗*_斜_`代`$x$',
  '@label<label>[a]\\u{41}',
  '$(touch /tmp/chengxin-owned)`id`',
  '%s%n%x',
  '\\N\\.\\t',
  '，"引""号"，',
  "O'Neil & Söhne ﷽ 𠮷𡈽 👨👩",
];
const nameOf = (at: number): string => `示范${at}号${hostile[at]}有限公司`;
const codes: string[] = [];

before(async () => {
  city = await createHttpCity({ app: { rateLimit: { account: 100_000, address: 100_000 } } });
  const penalties = hostile.map((text, at) =>
    penalty(at + 1, {
      CF_XDR_MC: nameOf(at),
      CF_WFXW: `未按规定${text}`,
      CF_SY: `经查${text}属实`,
      CF_NR: `罚款${text}`,
      CF_FRDB: `张${text}`,
      BZ: text,
    }),
  );
  const sent = await city.submit(penaltyCsv(penalties));
  assert.deepEqual(
    [sent.counts.accepted, sent.counts.refused],
    [hostile.length, 0],
    JSON.stringify(await findingsOf(city, sent.id)),
  );
  const licences = hostile.map((text, at) =>
    licence(at + 1, { XK_XDR_MC: nameOf(at), XK_NR: `准予${text}`, XK_XKZS: `证书${text}`.slice(0, 60) }),
  );
  const second = await city.submit(licenceCsv(licences));
  assert.deepEqual(
    [second.counts.accepted, second.counts.refused],
    [hostile.length, 0],
    JSON.stringify(await findingsOf(city, second.id)),
  );
  codes.push(...penalties.map((row) => row.CF_XDR_SHXYM ?? ''));
});
after(() => city.close());

const squeeze = (text: string): string => text.replaceAll(/\s+/g, '').normalize('NFKC');
const unescaped = (html: string): string =>
  html.replaceAll(
    /&(lt|gt|quot|#39|#x27|#34|amp);/g,
    (_all, name: string) =>
      ({ lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'", '#34': '"', amp: '&' })[name] ?? '',
  );

/** Elements that a page of ours may have; anything of the text that became one would be another, or have handlers. */
function assertInert(html: string, what: string): void {
  // What stands inside a quoted value is text.
  const bare = html.replaceAll(/<[^>]*>/g, (tag) => tag.replaceAll(/"[^"]*"/g, '""'));
  assert.doesNotMatch(bare, /<(img|iframe|object|embed|b|title><b)\b[^>]*\b(on\w+|src=x)/i, what);
  assert.doesNotMatch(bare, /<[^>]+\son\w+\s*=/i, `${what}: a handler`);
  for (const [, attributes, inner] of html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/gi)) {
    assert.match(attributes ?? '', /\bsrc="\//, `${what}: a script inline`);
    assert.equal(inner?.trim(), '', what);
  }
  assert.doesNotMatch(html, /\b(href|src|action)="\s*javascript:/i, what);
}

describe('hostile text', () => {
  it('is kept as it was written', async () => {
    const kept = await city.database.databases.app.query(
      'SELECT name FROM core.subject ORDER BY created_at, unified_code',
    );
    const names = new Set(kept.rows.map((row: { name: string }) => row.name));
    for (const [at, text] of hostile.entries())
      assert.ok(names.has(nameOf(at)), `${text}: ${[...names].join(' | ').slice(0, 600)}`);
  });
  it('on the pages of the portal', async () => {
    for (const [at, code] of codes.entries()) {
      for (const url of [
        `/s/${code}`,
        `/s/${code}?tab=penalty`,
        `/s/${code}/credit-code`,
        `/search?q=${encodeURIComponent(nameOf(at))}`,
        `/search?q=${encodeURIComponent(hostile[at] ?? '')}`,
      ]) {
        const page = await city.call(null, 'GET', url, { headers: { accept: 'text/html' } });
        assert.ok([200, 400].includes(page.statusCode), `${url}: ${page.statusCode} ${page.body.slice(0, 200)}`);
        assertInert(page.body, url);
        assert.match(String(page.headers['content-security-policy']), /script-src 'self'/);
        if (url === `/s/${code}`)
          assert.ok(squeeze(unescaped(page.body)).includes(squeeze(nameOf(at))), `${url}: the name as it is`);
      }
    }
    for (const text of hostile) {
      for (const url of [
        `/verify/${encodeURIComponent(text)}`,
        `/s/${encodeURIComponent(text)}`,
        `/s/${codes[0]}?tab=${encodeURIComponent(text)}`,
        `/?lang=${encodeURIComponent(text)}`,
        `/nothing/${encodeURIComponent(text)}`,
      ]) {
        const page = await city.call(null, 'GET', url, { headers: { accept: 'text/html' } });
        assert.ok(page.statusCode < 500, `${url}: ${page.statusCode}`);
        assertInert(page.body, url);
      }
    }
    assertInert((await city.call(null, 'GET', '/', { headers: { accept: 'text/html' } })).body, 'the home page');
  });
  it('in the interface, and as what is looked for', async () => {
    for (const [at, code] of codes.entries()) {
      const archive = (await city.call(null, 'GET', `/api/v1/public/subjects/${code}`)).json();
      assert.equal(archive.name, nameOf(at));
      const found = await city.call(null, 'GET', `/api/v1/public/subjects?q=${encodeURIComponent(nameOf(at))}`);
      assert.equal(found.statusCode, 200, found.body);
      assert.ok(
        found.json().items.some((item: { code: string }) => item.code === code),
        `${nameOf(at)} is found by its name`,
      );
      const officers = await city.call('officer', 'GET', `/api/v1/subjects?q=${encodeURIComponent(nameOf(at))}`);
      assert.equal(officers.statusCode, 200, officers.body);
      const records = (await city.call(null, 'GET', `/api/v1/public/subjects/${code}/records`)).json();
      assert.ok(records.total >= 1);
    }
  });
  it('in the report', async () => {
    for (const [at, code] of codes.entries()) {
      const report = await city.call(null, 'GET', `/api/v1/public/subjects/${code}/report.pdf`, {
        remoteAddress: `10.3.0.${at}`,
      });
      assert.equal(report.statusCode, 200, `${hostile[at]}: ${report.body.slice(0, 300)}`);
      assert.equal(report.rawPayload.subarray(0, 5).toString(), '%PDF-');
      const document = await getDocumentProxy(new Uint8Array(report.rawPayload));
      const { text } = await extractText(document, { mergePages: true });
      const got = squeeze(text);
      assert.ok(got.includes(squeeze(`示范${at}号`)), `${hostile[at]}: the name is in the report`);
      assert.doesNotMatch(text, /root:x:0|panicked/);
      // What Typst would take for its own stands there as text.
      for (const sign of ['#panic', '#read', '*粗*', '$x$', '<script>', '{{7*7}}']) {
        if (hostile[at]?.includes(sign))
          assert.ok(got.includes(squeeze(sign)), `${sign} of ${hostile[at]}: ${got.slice(0, 400)}`);
      }
    }
  });
  it('in Excel, which reads it back as text', async () => {
    const read = async (url: string, login: 'officer' | null): Promise<string[]> => {
      const file = await city.call(login, 'GET', url);
      assert.equal(file.statusCode, 200, url);
      const { rows } = await readAll(fileOf(folder, file.rawPayload));
      for (const row of rows)
        assert.deepEqual(
          (row.flags ?? []).filter((flag) => flag.kind === 'formula' || flag.kind === 'error'),
          [],
          url,
        );
      return rows.flatMap((row) => row.cells);
    };
    for (const [at, code] of codes.entries()) {
      const cells = (await read(`/s/${code}/records.xlsx`, null)).join('\n');
      assert.ok(squeeze(cells).includes(squeeze(hostile[at] ?? '')), `${hostile[at]} in ${cells.slice(0, 400)}`);
    }
    const all = await read('/api/v1/records.xlsx', 'officer');
    for (const at of hostile.keys()) assert.ok(all.includes(nameOf(at)), nameOf(at));
  });
  it('has harmed nothing', async () => {
    const traces = await city.traces();
    assert.equal(traces.records, BigInt(hostile.length * 2));
    const { existsSync } = await import('node:fs');
    assert.ok(!existsSync('/tmp/chengxin-owned'));
    assert.deepEqual(city.leftovers(), []);
  });
});
