/** What a reconciliation client sends: JSON in a field `queries` or `extend`, checked against the shape of API 0.2. */
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { DomainError } from '../../../platform/errors.ts';

export const maxQueries = 50;
export const maxIds = 100;
export const maxCandidates = 10;
const maxName = 400;

const Value = Type.Union([
  Type.String({ maxLength: maxName }),
  Type.Number(),
  Type.Boolean(),
  Type.Object({ id: Type.String({ maxLength: maxName }), name: Type.Optional(Type.String({ maxLength: maxName })) }),
]);
const Query = Type.Object(
  {
    query: Type.Optional(Type.String({ maxLength: maxName })),
    type: Type.Optional(
      Type.Union([Type.String({ maxLength: 80 }), Type.Array(Type.String({ maxLength: 80 }), { maxItems: 30 })]),
    ),
    limit: Type.Optional(Type.Number({ minimum: 1 })),
    properties: Type.Optional(
      Type.Array(
        Type.Object({
          pid: Type.String({ maxLength: 80 }),
          v: Type.Union([Value, Type.Array(Value, { maxItems: 20 })]),
        }),
        { maxItems: 20 },
      ),
    ),
    type_strict: Type.Optional(Type.Union([Type.Literal('any'), Type.Literal('should'), Type.Literal('all')])),
  },
  { additionalProperties: false },
);
export type ReconcileQuery = Static<typeof Query>;
const Queries = Type.Record(Type.String({ maxLength: 80 }), Query);
const Extension = Type.Object({
  ids: Type.Array(Type.String({ maxLength: 80 }), { maxItems: maxIds }),
  properties: Type.Array(
    Type.Object({
      id: Type.String({ maxLength: 80 }),
      settings: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    }),
    { maxItems: 30 },
  ),
});
export type ExtensionQuery = Static<typeof Extension>;

const queriesShape = Compile(Queries);
const extensionShape = Compile(Extension);

const wrong = (zh: string, en: string): DomainError => new DomainError('invalid-request', { zh, en });

function readJson(text: string, what: string, check: (value: unknown) => boolean): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong(`参数 ${what} 不是 JSON。`, `The parameter ${what} is not JSON.`);
  }
  if (check(value)) return value;
  throw wrong(
    `参数 ${what} 不符合 Reconciliation Service API 0.2，或超出长度限制。`,
    `The parameter ${what} does not follow the Reconciliation Service API 0.2, or is longer than is taken.`,
  );
}

export function readQueries(text: string): ReadonlyMap<string, ReconcileQuery> {
  const value = readJson(text, 'queries', (input) => queriesShape.Check(input)) as Static<typeof Queries>;
  const entries = Object.entries(value);
  if (entries.length > maxQueries)
    throw wrong(
      `每次最多 ${maxQueries} 个名称，请分批匹配。`,
      `At most ${maxQueries} queries a batch. Send more batches.`,
    );
  for (const [, query] of entries) {
    if (query.query === undefined && (query.properties ?? []).length === 0)
      throw wrong('每个查询须有名称或属性。', 'Each query needs a name or a property.');
  }
  return new Map(entries);
}

export const readExtension = (text: string): ExtensionQuery =>
  readJson(text, 'extend', (input) => extensionShape.Check(input)) as ExtensionQuery;
