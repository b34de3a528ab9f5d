/**
 * CA certificates on a UKey: the certificate's key signs our challenge. The chain must end at a configured root, stand in its
 * time and not be on the revocation list; a list that is out of date refuses everybody. Whose certificate it is says the link
 * of issuer and serial to an account.
 */
import 'reflect-metadata';
import { createHash, randomBytes, verify, webcrypto, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { X509Crl } from '@peculiar/x509';
import type { Clock } from '../../../platform/clock.ts';
import { type AttemptSecret, type Proof, ProofError, type ProviderAnswer, type SignInProvider } from './types.ts';

export interface CertificateSettings {
  readonly key: string;
  readonly name: { readonly zh: string; readonly en: string };
  /** PEM files, one certificate each. */
  readonly roots: readonly string[];
  /** Certificates between root and holder, PEM files. */
  readonly intermediates: readonly string[];
  /** DER or PEM; read anew for each sign-in, since it is replaced daily. */
  readonly revocationList: string | null;
  readonly origin: string;
}

const maxChain = 4;

/** Within its time; throws ProofError. */
function checkTime(certificate: X509Certificate, now: number): void {
  if (now < certificate.validFromDate.getTime() || now > certificate.validToDate.getTime())
    throw new ProofError('expired');
}

/** From the holder to a root, every signature checked. */
function chainOf(
  leaf: X509Certificate,
  between: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  now: number,
): X509Certificate[] {
  const chain = [leaf];
  for (let current = leaf; chain.length <= maxChain; ) {
    checkTime(current, now);
    const issues = (issuer: X509Certificate): boolean =>
      issuer.ca && current.checkIssued(issuer) && current.verify(issuer.publicKey);
    const root = roots.find(issues);
    if (root) {
      checkTime(root, now);
      return [...chain, root];
    }
    const next = between.find((one) => issues(one) && !chain.includes(one));
    if (!next) throw new ProofError('unknownIssuer');
    chain.push(next);
    current = next;
  }
  throw new ProofError('chainTooLong');
}

async function checkRevoked(chain: readonly X509Certificate[], file: string, now: number): Promise<void> {
  const [leaf, issuer] = chain;
  if (!leaf || !issuer) throw new ProofError('noIssuer');
  let list: X509Crl;
  try {
    const raw = readFileSync(file);
    list = new X509Crl(raw.includes('-----BEGIN') ? raw.toString('utf8') : Uint8Array.from(raw));
  } catch (error) {
    throw new ProofError('revocationListUnreadable', error);
  }
  if (!list.nextUpdate || list.nextUpdate.getTime() < now) throw new ProofError('revocationListStale');
  const key = await webcrypto.subtle.importKey(
    'spki',
    Uint8Array.from(issuer.publicKey.export({ type: 'spki', format: 'der' })),
    algorithmOf(issuer),
    true,
    ['verify'],
  );
  if (!(await list.verify({ publicKey: key }))) throw new ProofError('revocationListForged');
  if (list.findRevoked(leaf.serialNumber.toLowerCase())) throw new ProofError('revoked');
}

function algorithmOf(
  certificate: X509Certificate,
): webcrypto.RsaHashedImportParams | webcrypto.EcKeyImportParams | webcrypto.Algorithm {
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  if (asymmetricKeyType === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  if (asymmetricKeyType === 'ec')
    return { name: 'ECDSA', namedCurve: asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'P-384' : 'P-256' };
  return { name: 'Ed25519' };
}

const readCertificate = (path: string): X509Certificate => new X509Certificate(readFileSync(path));

export function certificateProvider(clock: Clock, settings: CertificateSettings): SignInProvider {
  const roots = settings.roots.map(readCertificate);
  const between = settings.intermediates.map(readCertificate);
  return {
    key: settings.key,
    kind: 'certificate',
    name: settings.name,
    createAccounts: false,
    // The origin inside, so that a signature given to another site is worth nothing here.
    begin: async () => {
      const challenge = `chengxin-sign-in ${settings.origin} ${randomBytes(32).toString('base64url')}`;
      return { secret: { challenge }, redirectTo: null, challenge };
    },
    async finish(secret: AttemptSecret, answer: ProviderAnswer): Promise<Proof> {
      const now = Date.parse(clock.now());
      let leaf: X509Certificate;
      let signature: Buffer;
      try {
        leaf = new X509Certificate(answer.certificate ?? '');
        signature = Buffer.from(answer.signature ?? '', 'base64');
      } catch (error) {
        throw new ProofError('malformed', error);
      }
      if (leaf.ca) throw new ProofError('authorityItself');
      const chain = chainOf(leaf, between, roots, now);
      const hash = leaf.publicKey.asymmetricKeyType === 'ed25519' ? null : 'sha256';
      if (!verify(hash, Buffer.from(secret.challenge ?? '', 'utf8'), leaf.publicKey, signature))
        throw new ProofError('wrongSignature');
      if (settings.revocationList) await checkRevoked(chain, settings.revocationList, now);
      const issuer = chain[1]?.fingerprint256 ?? '';
      return {
        claim: `${issuer}:${leaf.serialNumber}`,
        factor: 'certificate',
        name: null,
        digest: createHash('sha256').update(signature).digest('hex'),
        organisation: null,
      };
    },
  };
}
