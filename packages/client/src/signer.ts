/** Requests signed by the system's own key (RFC 9421 with Content-Digest, RFC 9530): nothing secret travels. */
import { createHash, createPrivateKey, randomBytes, sign } from 'node:crypto';
import type { Outgoing } from './transport.ts';

/** @param keyId the id that the platform answered when the public key was given to it @param privatePem Ed25519, PKCS 8 */
export function ed25519Signer(keyId: string, privatePem: string): (request: Outgoing) => Record<string, string> {
  const key = createPrivateKey(privatePem);
  return ({ method, url, body }) => {
    const { pathname, search } = new URL(url);
    const digest = body === undefined ? null : `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
    const values: readonly (readonly [string, string])[] = [
      ['@method', method],
      ['@path', pathname],
      ['@query', search || '?'],
      ...(digest === null ? [] : [['content-digest', digest] as const]),
    ];
    const created = Math.floor(Date.now() / 1000);
    const nonce = randomBytes(16).toString('hex');
    const names = values.map(([name]) => `"${name}"`).join(' ');
    const params = `(${names});created=${created};nonce="${nonce}";keyid="${keyId}";alg="ed25519"`;
    const base = [...values.map(([name, value]) => `"${name}": ${value}`), `"@signature-params": ${params}`].join('\n');
    return {
      'signature-input': `sig=${params}`,
      signature: `sig=:${sign(null, Buffer.from(base), key).toString('base64')}:`,
      ...(digest === null ? {} : { 'content-digest': digest }),
    };
  };
}
