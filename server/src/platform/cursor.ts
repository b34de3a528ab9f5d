/** Opaque, signed positions of keyset-paged lists. Bound to the list, so that a cursor of one list is no use in another. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { KeyRing } from './crypto.ts';
import { DomainError } from './errors.ts';

const MAC_BYTES = 12;

function mac(keys: KeyRing, list: string, body: string): Buffer {
  return createHmac('sha256', keys.secret('cursor'))
    .update(list)
    .update('\0')
    .update(body)
    .digest()
    .subarray(0, MAC_BYTES);
}

export function sealPosition(keys: KeyRing, list: string, position: readonly (string | number)[]): string {
  const body = Buffer.from(JSON.stringify(position)).toString('base64url');
  return `${body}.${mac(keys, list, body).toString('base64url')}`;
}

/** Null without a cursor. Throws `invalid-request` for anything that this installation did not issue for this list. */
export function openPosition(keys: KeyRing, list: string, cursor: string | undefined): (string | number)[] | null {
  if (!cursor) return null;
  const [body = '', given = ''] = cursor.split('.');
  const expected = mac(keys, list, body);
  const actual = Buffer.from(given, 'base64url');
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) {
    throw new DomainError('invalid-request', {
      zh: '翻页参数无效或已失效，请从第一页重新查询。',
      en: 'The page cursor is not valid for this list. Start again from the first page.',
    });
  }
  return JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as (string | number)[];
}
