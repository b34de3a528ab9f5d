/**
 * Electronic business licences: the licence authority's signed assertion (JWS) that its holder is the legal representative of
 * the organisation with a unified code, made for our challenge.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { importSPKI, jwtVerify } from 'jose';
import type { Clock } from '../../../platform/clock.ts';
import { type AttemptSecret, type Proof, ProofError, type ProviderAnswer, type SignInProvider } from './types.ts';

export interface LicenceSettings {
  readonly key: string;
  readonly name: { readonly zh: string; readonly en: string };
  readonly issuer: string;
  readonly audience: string;
  /** PEM file of the authority's public key. */
  readonly publicKey: string;
  readonly algorithm: 'EdDSA' | 'ES256' | 'RS256';
}

const maxAssertion = 8000;
const maxAge = '10m';
const text = (value: unknown): string => (typeof value === 'string' && value.length <= 200 ? value : '');

export function licenceProvider(clock: Clock, settings: LicenceSettings): SignInProvider {
  const pem = readFileSync(settings.publicKey, 'utf8');
  return {
    key: settings.key,
    kind: 'licence',
    name: settings.name,
    createAccounts: true,
    begin: async () => {
      const challenge = randomBytes(32).toString('base64url');
      return { secret: { challenge }, redirectTo: null, challenge };
    },
    async finish(secret: AttemptSecret, answer: ProviderAnswer): Promise<Proof> {
      const assertion = answer.assertion ?? '';
      if (assertion.length > maxAssertion) throw new ProofError('tooLong');
      let claims: Record<string, unknown>;
      try {
        const { payload } = await jwtVerify(assertion, await importSPKI(pem, settings.algorithm), {
          issuer: settings.issuer,
          audience: settings.audience,
          algorithms: [settings.algorithm],
          currentDate: new Date(clock.now()),
          maxTokenAge: maxAge,
          requiredClaims: ['iat', 'exp', 'nonce'],
        });
        claims = payload;
      } catch (error) {
        throw new ProofError('wrongAssertion', error);
      }
      if (text(claims.nonce) !== secret.challenge) throw new ProofError('otherChallenge');
      if (claims.holder !== 'legalRepresentative') throw new ProofError('notLegalRepresentative');
      const unifiedCode = text(claims.unifiedCode);
      const personIdentifier = text(claims.personIdentifier);
      if (unifiedCode === '' || personIdentifier === '') throw new ProofError('claimMissing');
      return {
        claim: `${unifiedCode}:${personIdentifier}`,
        factor: 'licence',
        name: text(claims.name).slice(0, 100) || null,
        digest: createHash('sha256').update(assertion).digest('hex'),
        organisation: { unifiedCode, personIdentifier },
      };
    },
  };
}
