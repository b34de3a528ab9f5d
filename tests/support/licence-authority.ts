/** A licence authority for tests: it signs that somebody is the legal representative of an organisation. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { stringify } from 'yaml';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const issuer = 'https://licence.example.gov.cn';
const audience = 'chengxin-test';

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
