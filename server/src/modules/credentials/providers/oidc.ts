/** OpenID Connect: authorization code with PKCE, state and nonce. An account is known by one configured claim, never by e-mail. */
import { createHash } from 'node:crypto';
import * as oidc from 'openid-client';
import {
  type AttemptSecret,
  type Begun,
  type Proof,
  ProofError,
  type ProviderAnswer,
  type SignInProvider,
} from './types.ts';

export interface OidcSettings {
  readonly key: string;
  readonly name: { readonly zh: string; readonly en: string };
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | null;
  readonly scope: string;
  /** The claim that an account is linked by. */
  readonly claim: string;
  /** `acr` values and `amr` methods that stand for two factors. */
  readonly strongAcr: readonly string[];
  readonly strongAmr: readonly string[];
  readonly createAccounts: boolean;
  readonly organisationClaim: string | null;
  readonly personClaim: string | null;
}

const timeoutSeconds = 10;
const loopback = /^(localhost|127\.0\.0\.1|\[::1\])$/;
const text = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' && value.length <= 500 ? value : null;

export function oidcProvider(settings: OidcSettings): SignInProvider {
  let known: Promise<oidc.Configuration> | null = null;
  const discover = async (): Promise<oidc.Configuration> => {
    const issuer = new URL(settings.issuer);
    const secret = settings.clientSecret;
    const plain = issuer.protocol === 'http:' && loopback.test(issuer.hostname);
    return oidc.discovery(
      issuer,
      settings.clientId,
      undefined,
      secret === null ? oidc.None() : oidc.ClientSecretBasic(secret),
      { timeout: timeoutSeconds, ...(plain ? { execute: [oidc.allowInsecureRequests] } : {}) },
    );
  };
  const configuration = (): Promise<oidc.Configuration> => {
    known ??= discover().catch((error: unknown) => {
      known = null;
      throw new ProofError('providerAway', error);
    });
    return known;
  };
  const strong = (claims: oidc.IDToken): boolean =>
    settings.strongAcr.includes(text(claims.acr) ?? '') ||
    (Array.isArray(claims.amr) && claims.amr.some((method) => settings.strongAmr.includes(String(method))));
  return {
    key: settings.key,
    kind: 'oidc',
    name: settings.name,
    createAccounts: settings.createAccounts,
    async begin({ redirectUri, state }): Promise<Begun> {
      const verifier = oidc.randomPKCECodeVerifier();
      const nonce = oidc.randomNonce();
      const url = oidc.buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri,
        scope: settings.scope,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      });
      return { secret: { verifier, nonce, state }, redirectTo: url.href, challenge: null };
    },
    async finish(secret: AttemptSecret, answer: ProviderAnswer): Promise<Proof> {
      if (!answer.url) throw new ProofError('noAnswer');
      let tokens: Awaited<ReturnType<typeof oidc.authorizationCodeGrant>>;
      try {
        tokens = await oidc.authorizationCodeGrant(await configuration(), answer.url, {
          pkceCodeVerifier: secret.verifier ?? '',
          expectedNonce: secret.nonce ?? '',
          expectedState: secret.state ?? '',
          idTokenExpected: true,
        });
      } catch (error) {
        throw error instanceof ProofError ? error : new ProofError('refusedByProvider', error);
      }
      const claims = tokens.claims();
      const claim = text(claims?.[settings.claim]);
      if (!claims || claim === null) throw new ProofError('claimMissing');
      const unifiedCode = settings.organisationClaim && text(claims[settings.organisationClaim]);
      const personIdentifier = settings.personClaim && text(claims[settings.personClaim]);
      return {
        claim: `${settings.claim}:${claim}`,
        factor: strong(claims) ? 'oidcStrong' : 'oidc',
        name: text(claims.name)?.slice(0, 100) ?? null,
        digest: createHash('sha256')
          .update(tokens.id_token ?? '')
          .digest('hex'),
        organisation: unifiedCode && personIdentifier ? { unifiedCode, personIdentifier } : null,
      };
    },
  };
}
