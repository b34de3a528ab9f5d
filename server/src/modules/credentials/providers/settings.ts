/** Which providers an installation has: a YAML file beside its keys. Secrets stand in files of their own. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { parse } from 'yaml';
import type { AppContext } from '../../../context.ts';
import { EnvironmentError } from '../../../platform/errors.ts';
import { certificateProvider } from './certificate.ts';
import { licenceProvider } from './licence.ts';
import { oidcProvider } from './oidc.ts';
import type { SignInProvider } from './types.ts';

const closed = { additionalProperties: false } as const;
const text = Type.String({ minLength: 1, maxLength: 500 });
const shared = {
  key: Type.String({ pattern: '^[a-z][a-z0-9-]{0,30}$' }),
  name: Type.Object({ zh: text, en: text }, closed),
};
const texts = Type.Array(text, { maxItems: 20 });
const Oidc = Type.Object(
  {
    ...shared,
    kind: Type.Literal('oidc'),
    issuer: Type.String({ pattern: '^https?://' }),
    clientId: text,
    clientSecretFile: Type.Optional(text),
    scope: Type.Optional(text),
    claim: Type.Optional(Type.String({ pattern: '^(?!email$|email_verified$)[\\w:./-]{1,80}$' })),
    strongAcr: Type.Optional(texts),
    strongAmr: Type.Optional(texts),
    createAccounts: Type.Optional(Type.Boolean()),
    organisationClaim: Type.Optional(text),
    personClaim: Type.Optional(text),
  },
  closed,
);
const Certificate = Type.Object(
  {
    ...shared,
    kind: Type.Literal('certificate'),
    roots: Type.Array(text, { minItems: 1, maxItems: 20 }),
    intermediates: Type.Optional(texts),
    revocationList: Type.Optional(text),
  },
  closed,
);
const Licence = Type.Object(
  {
    ...shared,
    kind: Type.Literal('licence'),
    issuer: text,
    audience: text,
    publicKey: text,
    algorithm: Type.Optional(Type.Union([Type.Literal('EdDSA'), Type.Literal('ES256'), Type.Literal('RS256')])),
  },
  closed,
);
/** Proves who a person is for the own record; nobody signs in by it. */
const PersonProof = Type.Object(
  {
    ...shared,
    kind: Type.Literal('person'),
    startUrl: Type.String({ pattern: '^https?://', maxLength: 500 }),
    issuer: text,
    audience: text,
    publicKey: text,
    algorithm: Type.Optional(Type.Union([Type.Literal('EdDSA'), Type.Literal('ES256'), Type.Literal('RS256')])),
  },
  closed,
);
const Settings = Type.Object(
  { providers: Type.Array(Type.Union([Oidc, Certificate, Licence, PersonProof]), { maxItems: 20 }) },
  closed,
);
type AnyEntry = Static<typeof Settings>['providers'][number];
export type PersonProofEntry = Static<typeof PersonProof>;
type Entry = Exclude<AnyEntry, PersonProofEntry>;

const fileName = 'identity-providers.yaml';

function make(ctx: AppContext, entry: Entry, folder: string): SignInProvider {
  const at = (path: string): string => resolve(folder, path);
  switch (entry.kind) {
    case 'oidc':
      return oidcProvider({
        ...entry,
        clientSecret: entry.clientSecretFile ? readFileSync(at(entry.clientSecretFile), 'utf8').trim() : null,
        scope: entry.scope ?? 'openid',
        claim: entry.claim ?? 'sub',
        strongAcr: entry.strongAcr ?? [],
        strongAmr: entry.strongAmr ?? [],
        createAccounts: entry.createAccounts ?? false,
        organisationClaim: entry.organisationClaim ?? null,
        personClaim: entry.personClaim ?? null,
      });
    case 'certificate':
      return certificateProvider(ctx.clock, {
        ...entry,
        roots: entry.roots.map(at),
        intermediates: (entry.intermediates ?? []).map(at),
        revocationList: entry.revocationList === undefined ? null : at(entry.revocationList),
        origin: new URL(ctx.config.publicUrl).origin,
      });
    case 'licence':
      return licenceProvider(ctx.clock, {
        ...entry,
        publicKey: at(entry.publicKey),
        algorithm: entry.algorithm ?? 'EdDSA',
      });
  }
}

const fail = (why: string, cause?: unknown): never => {
  throw new EnvironmentError(
    `${fileName} 有误：${why}。请按 docs/operate/identity-providers.md 修改。`,
    `${fileName} cannot be used: ${why}. See docs/operate/identity-providers.md.`,
    cause,
  );
};

/** None without the file. Whatever cannot be used stops the start. */
function readEntries(ctx: AppContext): readonly AnyEntry[] {
  const path = join(ctx.config.dataDir, fileName);
  if (!existsSync(path)) return [];
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8'), { maxAliasCount: 10 });
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error), error);
  }
  if (!Value.Check(Settings, value)) {
    const [first] = Value.Errors(Settings, value);
    return fail(`${first?.instancePath ?? ''} ${first?.message ?? ''}`);
  }
  if (new Set(value.providers.map(({ key }) => key)).size !== value.providers.length) fail('a key is used twice');
  return value.providers;
}

/** Throws EnvironmentError when the file or what it names cannot be used: nobody signs in half-configured. */
export function loadProviders(ctx: AppContext): ReadonlyMap<string, SignInProvider> {
  const entries = readEntries(ctx).filter((entry): entry is Entry => entry.kind !== 'person');
  try {
    return new Map(entries.map((entry) => [entry.key, make(ctx, entry, ctx.config.dataDir)]));
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error), error);
  }
}

/** Identity services for the own record of persons, with their files resolved. */
export const loadPersonProofs = (ctx: AppContext) =>
  readEntries(ctx)
    .filter((entry) => entry.kind === 'person')
    .map((entry) => ({
      ...entry,
      publicKey: resolve(ctx.config.dataDir, entry.publicKey),
      algorithm: entry.algorithm ?? ('EdDSA' as const),
    }));
