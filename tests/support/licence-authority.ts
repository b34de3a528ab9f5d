/**
 * A licence authority for tests: it signs that somebody is the legal representative of an organisation. And a city's identity
 * service, which signs who a person is.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { stringify } from 'yaml';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const issuer = 'https://licence.example.gov.cn';
const audience = 'chengxin-test';
export const identityService = 'https://id.example.gov.cn';

/** Makes the provider `licence` known to an installation; before its application is built. */
export function installLicenceAuthority(dataDir: string): void {
  writeFileSync(join(dataDir, 'licence.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(
    join(dataDir, 'identity-providers.yaml'),
    stringify({
      providers: [
        {
          key: 'licence',
          kind: 'licence',
          name: { zh: '电子营业执照', en: 'Electronic business licence' },
          issuer,
          audience,
          publicKey: 'licence.pem',
        },
        {
          key: 'city-id',
          kind: 'person',
          name: { zh: '示范市统一身份认证', en: 'City identity service' },
          startUrl: `${identityService}/face`,
          issuer: identityService,
          audience,
          publicKey: 'licence.pem',
        },
      ],
    }),
  );
}

export interface Asserted {
  readonly challenge: string;
  readonly unifiedCode: string;
  /** A made-up number of the legal representative. */
  readonly person: string;
  readonly now: string;
  readonly over?: Readonly<Record<string, unknown>>;
}

export function assertLicence({ challenge, unifiedCode, person, now, over = {} }: Asserted): Promise<string> {
  const at = Math.floor(Date.parse(now) / 1000);
  return new SignJWT({
    nonce: challenge,
    unifiedCode,
    personIdentifier: person,
    holder: 'legalRepresentative',
    ...over,
  })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(at)
    .setExpirationTime(at + 300)
    .sign(privateKey);
}

export interface AssertedPerson {
  readonly nonce: string;
  readonly number: string;
  readonly now: string;
  readonly over?: Readonly<Record<string, unknown>>;
}

/** What the identity service sends the browser back with. */
export function assertPerson({ nonce, number, now, over = {} }: AssertedPerson): Promise<string> {
  const at = Math.floor(Date.parse(now) / 1000);
  return new SignJWT({
    nonce,
    documentType: 'citizenId',
    documentNumber: number,
    actingAs: 'self',
    assurance: 'strong',
    jti: randomUUID(),
    ...over,
  })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setIssuer(identityService)
    .setAudience(audience)
    .setIssuedAt(at)
    .setExpirationTime(at + 300)
    .sign(privateKey);
}
