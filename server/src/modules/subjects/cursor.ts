/** Opaque, signed page cursors: a changed or foreign one is refused, so that nobody steers a query with it. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { DomainError } from '../../platform/errors.ts';

const MAC_BYTES = 12;
const maxLength = 400;

function mac(secret: Buffer, purpose: string, body: string): Buffer {
  return createHmac('sha256', secret).update(purpose).update('\0').update(body).digest().subarray(0, MAC_BYTES);
}

/** `purpose` binds the cursor to its list and filter: it does not work for another query. */
export function sealCursor(secret: Buffer, purpose: string, position: number): string {
  const body = Buffer.from(String(position)).toString('base64url');
  return `${body}.${mac(secret, purpose, body).toString('base64url')}`;
}

/** The position in the list; 0 without a cursor. Throws `invalid-request` for anything that we did not issue. */
export function openCursor(secret: Buffer, purpose: string, cursor: string | undefined): number {
  if (cursor === undefined || cursor === '') return 0;
  const [body = '', given = ''] = cursor.length > maxLength ? [] : cursor.split('.');
  const expected = mac(secret, purpose, body);
  const actual = Buffer.from(given, 'base64url');
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) {
    throw new DomainError('invalid-request', {
      zh: '翻页参数无效或已失效，请从第一页重新查询。',
      en: 'The page cursor is not valid for this list. Start again from the first page.',
    });
  }
  return Number(Buffer.from(body, 'base64url').toString());
}
