/** Where messages may go, and what a signature of RFC 9421 covers. */
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readMessage } from '../../../../examples/receiver/messages.ts';
import { AddressRefused, checkedLookup, checkLiteral, checkUrl, isPublicAddress } from './addresses.ts';
import { signedHeaders } from './sign-request.ts';
import { keyIdOf } from './signing-key.ts';
import { nextAlarm, nextDelivery } from './state.ts';

const config = { nodeEnv: 'production', receiverHosts: ['inside.example.gov.cn:8443'] } as const;
const test = { nodeEnv: 'test', receiverHosts: ['127.0.0.1:9000'] } as const;

describe('an address of messages', () => {
  it('is public and by https, or named by the operator', () => {
    for (const url of [
      'https://receiver.example.gov.cn/in',
      'https://8.8.8.8/in',
      'https://inside.example.gov.cn:8443/in?x=1',
      'https://[2606:4700::1111]/in',
    ])
      assert.ok(checkUrl(config, url), url);
    assert.ok(checkUrl(test, 'http://127.0.0.1:9000/in'));
  });
  it('is refused otherwise, with words', () => {
    for (const url of [
      'http://receiver.example.gov.cn/in',
      'ftp://receiver.example.gov.cn/',
      'https://user:secret@receiver.example.gov.cn/',
      'https://receiver.example.gov.cn/#x',
      'https://localhost/',
      'https://intranet/',
      'https://printer.local/',
      'https://10.1.2.3/',
      'https://127.0.0.1/',
      'https://0x7f000001/',
      'https://2130706433/',
      'https://[::1]/',
      'https://[::ffff:10.0.0.1]/',
      'https://169.254.169.254/latest/meta-data',
      'https://inside.example.gov.cn:8444/in',
      `https://receiver.example.gov.cn/${'a'.repeat(600)}`,
      'no address',
    ])
      if (!/inside/.test(url)) assert.throws(() => checkUrl(config, url), { code: 'unprocessable' }, url);
    assert.throws(() => checkUrl(test, 'http://127.0.0.1:9001/in'), { code: 'unprocessable' });
    // Plain http is for tests alone, also to a host that is named.
    const named = { ...config, receiverHosts: ['127.0.0.1:9000', 'inside.example.gov.cn:80'] };
    assert.throws(() => checkUrl(named, 'http://127.0.0.1:9000/in'));
    // Webhooks may be taken on the machine itself, where the operator says so, and nowhere else.
    const here = { ...named, plainLoopback: true };
    assert.ok(checkUrl(here, 'http://127.0.0.1:9000/in'));
    for (const url of ['http://127.0.0.1:9001/in', 'http://inside.example.gov.cn/in', 'http://127.0.0.2:9000/in'])
      assert.throws(() => checkUrl(here, url), { code: 'unprocessable' }, url);
  });
  it('private, mapped, reserved and multicast addresses are not public', () => {
    for (const address of [
      '10.0.0.1',
      '172.16.5.4',
      '192.168.1.1',
      '100.64.0.1',
      '0.0.0.0',
      '224.0.0.1',
      'fe80::1',
      'fc00::1',
      '::',
      '64:ff9b::a00:1',
      '2002:a00:1::',
      'x',
    ])
      assert.equal(isPublicAddress(address), false, address);
    for (const address of ['8.8.8.8', '2606:4700::1111']) assert.equal(isPublicAddress(address), true, address);
    assert.throws(() => checkLiteral(config, new URL('https://10.0.0.1/')), AddressRefused);
  });
  const lookUp = (url: string, found: string[], all = false) =>
    new Promise((resolve, reject) =>
      checkedLookup(config, new URL(url), (_host, done) =>
        done(
          null,
          found.map((address) => ({ address, family: 4 })),
        ),
      )('x', { all }, (error, address) => (error ? reject(error) : resolve(address))),
    );
  it('is resolved at the connection: one private address among public ones refuses them all', async () => {
    assert.equal(await lookUp('https://a.example.cn/', ['8.8.8.8']), '8.8.8.8');
    await assert.rejects(lookUp('https://a.example.cn/', ['8.8.8.8', '10.0.0.1']), AddressRefused);
    await assert.rejects(lookUp('https://a.example.cn/', ['127.0.0.1'], true), AddressRefused);
    await assert.rejects(lookUp('https://a.example.cn/', []), /no address/);
    assert.equal(await lookUp('https://inside.example.gov.cn:8443/', ['10.0.0.1']), '10.0.0.1');
  });
});

describe('a signed message', () => {
  const pair = generateKeyPairSync('ed25519');
  const keyId = keyIdOf(pair.publicKey);
  const key = { keyId, sign: (message: Uint8Array) => sign(null, message, pair.privateKey) };
  const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const keys = new Map([[keyId, pem]]);
  const made = (url: string, body: string) => {
    const headers = signedHeaders(
      { url: new URL(url), body, idempotencyKey: 'k'.repeat(32), created: 1000, nonce: 'n'.repeat(24) },
      key,
    );
    const { host, pathname, search } = new URL(url);
    return { method: 'POST', host, path: `${pathname}${search}`, headers, body };
  };
  it('is accepted by the receiver of the examples, whatever its address and body', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), fc.json(), (url, body) => {
        assert.deepEqual(readMessage(made(url, body), keys, 1100), JSON.parse(body));
      }),
    );
  });
  it('is refused when anything of it was changed, or it is old, or by another key', () => {
    const good = made('https://a.example.cn/in?x=1', '{"asked":"remove"}');
    for (const bad of [
      { ...good, body: '{"asked":"restore"}' },
      { ...good, path: '/in?x=2' },
      { ...good, path: '/other?x=1' },
      { ...good, host: 'b.example.cn' },
      { ...good, method: 'PUT' },
      { ...good, headers: { ...good.headers, 'idempotency-key': 'other' } },
      { ...good, headers: { ...good.headers, 'content-digest': 'sha-256=:AAAA:' } },
      { ...good, headers: { ...good.headers, signature: undefined } },
    ])
      assert.throws(() => readMessage(bad, keys, 1100));
    assert.throws(() => readMessage(good, keys, 2000), /too old/);
    assert.throws(() => readMessage(good, new Map(), 1100), /key/);
    assert.ok(verify(null, Buffer.from('x'), createPublicKey(pem), sign(null, Buffer.from('x'), pair.privateKey)));
  });
});

describe('the life of messages and alarms', () => {
  it('a receipt is final, and nothing opens what is closed', () => {
    const acts = ['taken', 'receipt', 'decline', 'retry', 'close'] as const;
    for (const act of acts) assert.equal(nextDelivery('receipted', act), null);
    assert.deepEqual(
      acts.map((act) => nextDelivery('closed', act)),
      [null, 'receipted', null, null, null],
    );
    assert.deepEqual(
      (['reply', 'close'] as const).map((act) => nextAlarm('closed', act)),
      [null, null],
    );
  });
});
