import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { html, trustedMarkup } from './html.ts';

test('text and attributes are escaped, own markup is not', () => {
  const name = `"><script>alert('1')</script>&`;
  assert.equal(html`<p title="${name}">${name}</p>`.text.includes('<script'), false);
  assert.equal(
    html`<p>${html`<b>${'<'}</b>`}${[1, 2].map((n) => html`<i>${n}</i>`)}</p>`.text,
    '<p><b>&lt;</b><i>1</i><i>2</i></p>',
  );
  assert.equal(html`${null}${undefined}${false}${0}`.text, '0');
  assert.equal(html`${trustedMarkup('<svg/>')}`.text, '<svg/>');
});

test('whatever is typed, no markup comes out of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const out = html`<p data-x="${text}">${text}</p>`.text;
      assert.equal((out.match(/</g) ?? []).length, 2);
      assert.equal((out.match(/"/g) ?? []).length, 2);
    }),
  );
});

test('an address that is no path or http is cut, an unquoted attribute is refused', () => {
  assert.match(html`<a href="${'javascript:alert(1)'}">x</a>`.text, /href="#"/);
  assert.match(html`<a href="${'//evil.example'}">x</a>`.text, /href="#"/);
  assert.match(html`<a href="${'/s/1?a=1&b=2'}">x</a>`.text, /href="\/s\/1\?a=1&amp;b=2"/);
  assert.throws(() => html`<p class=${'x'}></p>`);
});

test('an object that merely looks like markup is not trusted', () => {
  const forged = JSON.parse('{"text":"<b>","made":true}') as never;
  assert.throws(() => html`${forged}`);
});
