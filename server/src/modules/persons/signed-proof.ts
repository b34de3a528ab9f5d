/**
 * A city's identity service for persons: after face and card it sends the browser back to /own with a signed statement (JWS) of
 * who somebody is. It counts once, for minutes, and only where it was made with strong authentication (G4).
 */
import { readFileSync } from 'node:fs';
import type { PersonDocumentType } from '@chengxin/identifiers';
import { importSPKI, jwtVerify } from 'jose';
import type { Clock } from '../../platform/clock.ts';
import type { ActingAs, IdentityProofPort, ProvenPerson } from './types.ts';

export interface SignedProofSettings {
  readonly key: string;
  readonly name: { readonly zh: string; readonly en: string };
  /** Where the browser goes; `redirect_uri` and `nonce` are added. */
  readonly startUrl: string;
  readonly issuer: string;
  readonly audience: string;
  /** PEM file of the service's public key. */
  readonly publicKey: string;
  readonly algorithm: 'EdDSA' | 'ES256' | 'RS256';
}

const maxAge = '10m';
const documents: readonly PersonDocumentType[] = [
  'citizenId',
  'passport',
  'hongKongMacaoPermit',
  'taiwanPermit',
  'permanentResidence',
];
const parts: readonly ActingAs[] = ['self', 'guardian', 'survivor'];
const oneOf = <T extends string>(values: readonly T[], value: unknown): T | null =>
  values.find((one) => one === value) ?? null;

export function signedProofPort(clock: Clock, settings: SignedProofSettings): IdentityProofPort {
  // Read at the start: a missing or foreign file is found before anybody comes.
  const pem = readFileSync(settings.publicKey, 'utf8');
  return {
    provider: settings.key,
    name: settings.name,
    startUrl: settings.startUrl,
    async verify(assertion): Promise<ProvenPerson | null> {
      const { payload } = await jwtVerify(assertion, await importSPKI(pem, settings.algorithm), {
        issuer: settings.issuer,
        audience: settings.audience,
        algorithms: [settings.algorithm],
        currentDate: new Date(clock.now()),
        maxTokenAge: maxAge,
        requiredClaims: ['iat', 'exp', 'jti', 'nonce'],
      });
      const kind = oneOf(documents, payload.documentType);
      const actingAs = oneOf(parts, payload.actingAs ?? 'self');
      const number = payload.documentNumber;
      if (kind === null || actingAs === null || typeof number !== 'string' || number.length > 64) return null;
      if (payload.assurance !== 'strong' || !payload.jti || payload.jti.length > 200) return null;
      const expiresAt = new Date((payload.exp ?? 0) * 1000).toISOString();
      return { kind, number, actingAs, reference: payload.jti, expiresAt };
    },
  };
}
