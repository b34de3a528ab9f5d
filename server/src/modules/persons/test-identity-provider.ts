/** An identity provider for tests and trials: an assertion is signed with a secret of this installation. Never in production. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AppContext } from '../../context.ts';
import type { IdentityProofPort, ProvenPerson } from './types.ts';

const signatureOf = (ctx: Pick<AppContext, 'keys'>, text: string): Buffer =>
  createHmac('sha256', ctx.keys.secret('ownRecord')).update('test identity provider\0').update(text).digest();

/** What a city's provider would send back after the person has shown face and card. */
export function testAssertion(ctx: Pick<AppContext, 'keys'>, person: ProvenPerson): string {
  const text = Buffer.from(JSON.stringify(person)).toString('base64url');
  return `${text}.${signatureOf(ctx, text).toString('base64url')}`;
}

export function testIdentityProvider(ctx: Pick<AppContext, 'keys' | 'clock'>): IdentityProofPort {
  return {
    provider: 'test',
    async verify(assertion) {
      const [text = '', signature = ''] = assertion.split('.');
      const given = Buffer.from(signature, 'base64url');
      const wanted = signatureOf(ctx, text);
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
      const person = JSON.parse(Buffer.from(text, 'base64url').toString()) as ProvenPerson;
      return person.expiresAt > ctx.clock.now() ? person : null;
    },
  };
}
