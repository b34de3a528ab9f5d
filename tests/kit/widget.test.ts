/** The widget as it is served: small, under its version and hash, loadable by pages of others, without anything inline. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { repositoryRoot } from '../../server/src/platform/config.ts';
import { createHttpCity, type HttpCity } from '../support/http-city.ts';

const maxGzip = 20 * 1024;
const content = readFileSync(join(repositoryRoot, 'packages/client/widget/chengxin-check.js'));
const documented = readFileSync(join(repositoryRoot, 'docs/reference/kit.md'), 'utf8');

let city: HttpCity;
before(async () => {
  city = await createHttpCity();
});
after(() => city.close());

describe('the widget', () => {
  it(`is no larger than ${maxGzip} bytes by gzip`, () => {
    const { length } = gzipSync(content, { level: 9 });
    assert.ok(length <= maxGzip, `${length} bytes`);
  });
  it('is served under its version with the hash that is documented, and may be kept for ever', async () => {
    const index = (await city.inject({ method: 'GET', url: '/kit/index.json' })).json();
    const [file] = index.files;
    const served = await city.inject({ method: 'GET', url: file.url });
    assert.equal(served.statusCode, 200);
    assert.match(String(served.headers['content-type']), /^text\/javascript/);
    assert.match(String(served.headers['cache-control']), /immutable/);
    assert.equal(served.headers['access-control-allow-origin'], '*');
    assert.equal(served.headers['cross-origin-resource-policy'], 'cross-origin');
    assert.equal(file.integrity, `sha384-${createHash('sha384').update(served.rawPayload).digest('base64')}`);
    assert.ok(file.url.includes(`/${index.version}/`));
    assert.ok(documented.includes(file.integrity), 'docs/reference/kit.md has the hash');
    assert.ok(documented.includes(file.url));
  });
  it('has nothing that a strict content policy forbids, and nothing that asks the platform', () => {
    // Comments name types of the contract.
    const text = content.toString('utf8').replace(/\/\*[\s\S]*?\*\//g, '');
    assert.doesNotMatch(
      text,
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\.style\.|\bon[a-z]+=["']/,
    );
    assert.doesNotMatch(text, /createElement\(['"](?:style|script)/);
    assert.doesNotMatch(text, /\bimport\(|^import /m);
    assert.doesNotMatch(text, /\/api\/v1|authorization|cxk_/i);
  });
});
