/** Another way to sign in than a password: a city's identity provider, a certificate on a UKey, an electronic business licence. */
import type { SessionFactor } from '../../identity/index.ts';

export interface ProviderName {
  readonly zh: string;
  readonly en: string;
}

/** What a provider has proved. Nothing of it is kept as it is: the claim as a keyed hash, the person as a token. */
export interface Proof {
  /** What names the holder at this provider, for ever: subject, issuer and serial, code and person. */
  readonly claim: string;
  readonly factor: SessionFactor;
  readonly name: string | null;
  /** SHA-256 of the assertion, signature or token. */
  readonly digest: string;
  /** The organisation that the holder legally represents, where the provider vouches for that. */
  readonly organisation: { readonly unifiedCode: string; readonly personIdentifier: string } | null;
}

/** What must come back with the answer; kept by the server, never seen by the browser. */
export type AttemptSecret = Readonly<Record<string, string>>;

export interface Begun {
  readonly secret: AttemptSecret;
  /** The browser goes there; or it has `challenge` signed. */
  readonly redirectTo: string | null;
  readonly challenge: string | null;
}

export interface ProviderAnswer {
  /** The address that the browser came back to. */
  readonly url: URL | null;
  readonly certificate: string | null;
  readonly signature: string | null;
  readonly assertion: string | null;
}

export interface SignInProvider {
  readonly key: string;
  readonly kind: 'oidc' | 'certificate' | 'licence';
  readonly name: ProviderName;
  /** Whoever is not known yet gets an account, if the proof says which organisation it represents. */
  readonly createAccounts: boolean;
  begin(input: { readonly redirectUri: string; readonly state: string }): Promise<Begun>;
  /** Throws ProofError for whatever does not hold. */
  finish(secret: AttemptSecret, answer: ProviderAnswer): Promise<Proof>;
}

/** Why a proof does not hold: for the log, never for whoever tried. */
export class ProofError extends Error {
  readonly reason: string;
  constructor(reason: string, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.reason = reason;
  }
}
