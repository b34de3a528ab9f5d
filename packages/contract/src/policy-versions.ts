/** History of policy: every version of a file that ever held, what changed in it, who approved it and what used it. */
import { type Static, Type } from 'typebox';
import { DaySchema, IdSchema, InstantSchema, orNull, PageQuery } from './common.ts';
import { PolicyDifference } from './policy-changes.ts';

const closed = { additionalProperties: false };
const Words = Type.Object({ zh: Type.String(), en: Type.String() });
const Kind = Type.String({ pattern: '^[A-Za-z]{1,40}$' });
const Key = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$' });
const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' });

const File = {
  kind: Type.String(),
  key: Type.String(),
  name: Words,
  hash: Type.String(),
  validFrom: orNull(DaySchema),
};

export const PolicyFileQuery = Type.Object({ ...PageQuery.properties, kind: Type.Optional(Kind) }, closed);
export type PolicyFileQuery = Static<typeof PolicyFileQuery>;
export const PolicyFileList = Type.Object({
  items: Type.Array(Type.Object({ ...File, versions: Type.Integer() })),
  /** Kinds that there are, for the choice. */
  kinds: Type.Array(Type.String()),
  nextCursor: orNull(Type.String()),
  dataAsOf: InstantSchema,
});
export type PolicyFileList = Static<typeof PolicyFileList>;

export const PolicyVersionParams = Type.Object({ kind: Kind, key: Key });
export const PolicyVersionList = Type.Object({
  kind: Type.String(),
  key: Type.String(),
  name: Words,
  /** Newest first; the newest 100. */
  items: Type.Array(
    Type.Object({
      hash: Type.String(),
      /** The one in force today. */
      current: Type.Boolean(),
      validFrom: orNull(DaySchema),
      validTo: orNull(DaySchema),
      loadedAt: InstantSchema,
      supersededAt: orNull(InstantSchema),
      /** The change of the desk that made it; null = it came with the folders. */
      change: orNull(Type.Object({ id: IdSchema, title: Type.String(), approvedBy: orNull(Type.String()) })),
      sets: Type.Array(Type.Integer()),
      /** What was judged or decided under a set that holds it. */
      used: Type.Object({ submissions: Type.Integer(), records: Type.Integer(), cases: Type.Integer() }),
      /** To the version loaded before it; null of the first one, and where it has no sheet. */
      differences: orNull(Type.Object({ total: Type.Integer(), rows: Type.Array(PolicyDifference) })),
    }),
  ),
});
export type PolicyVersionList = Static<typeof PolicyVersionList>;

export const PolicyVersionFileQuery = Type.Object(
  {
    format: Type.Enum(['yaml', 'xlsx']),
    hash: Type.Optional(Hash),
    /** As it held on this day; absent with `hash`. */
    on: Type.Optional(DaySchema),
  },
  closed,
);
export type PolicyVersionFileQuery = Static<typeof PolicyVersionFileQuery>;

export const PolicySetParams = Type.Object({ setId: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) });
export const PolicySetView = Type.Object({
  setId: Type.Integer(),
  createdAt: InstantSchema,
  digest: Type.String(),
  versions: Type.Array(Type.Object(File)),
});
export type PolicySetView = Static<typeof PolicySetView>;
