/** Channels, rows pushed and taken back. */
import { type Static, Type } from 'typebox';
import { FindingView, Words } from './collection.ts';
import { IdSchema as Id, InstantSchema as Instant, orNull as Nullable } from './common.ts';

const Problem = Type.Object({ code: Type.String(), message: Words, fix: Words, at: Instant });

export const ChannelView = Type.Object({
  id: Id,
  kind: Type.Union([Type.Literal('folder'), Type.Literal('pull')]),
  name: Type.String(),
  body: Type.Object({ id: Id, name: Type.String() }),
  standard: Nullable(Type.String()),
  enabled: Type.Boolean(),
  state: Type.Union([Type.Literal('idle'), Type.Literal('running'), Type.Literal('failing'), Type.Literal('held')]),
  failures: Type.Integer(),
  problem: Nullable(Problem),
  lastRunAt: Nullable(Instant),
  lastSuccessAt: Nullable(Instant),
  nextRunAt: Nullable(Instant),
  rowsTaken: Type.Integer(),
  rowsWithdrawn: Type.Integer(),
  source: Nullable(
    Type.Object({
      engine: Type.String(),
      host: Type.String(),
      database: Type.String(),
      table: Type.String(),
      deletes: Type.String(),
      everyMinutes: Type.Integer(),
    }),
  ),
});
export type ChannelView = Static<typeof ChannelView>;

export const ChannelItemView = Type.Object({
  id: Id,
  name: Type.String(),
  state: Type.String(),
  submissionId: Nullable(Id),
  standard: Nullable(Type.String()),
  counts: Nullable(
    Type.Object({
      rows: Type.Integer(),
      accepted: Type.Integer(),
      doubtful: Type.Integer(),
      refused: Type.Integer(),
      duplicate: Type.Integer(),
    }),
  ),
  problem: Nullable(Type.Object({ message: Words, fix: Words })),
  seenAt: Instant,
  finishedAt: Nullable(Instant),
});
export type ChannelItemView = Static<typeof ChannelItemView>;

const name = (maxLength = 128) => Type.String({ minLength: 1, maxLength });
export const NewPullRequest = Type.Object(
  {
    /** Unified code of the body whose table it is. */
    org: Type.String({ maxLength: 30 }),
    name: name(100),
    standard: Type.String({ maxLength: 40 }),
    engine: Type.Union([Type.Literal('postgresql'), Type.Literal('mysql')]),
    /** One of PULL_HOSTS, which the operator sets. */
    host: name(253),
    port: Type.Integer({ minimum: 1, maximum: 65_535 }),
    database: name(),
    table: name(260),
    user: name(),
    password: Type.String({ maxLength: 500 }),
    tls: Type.Optional(Type.Boolean()),
    keyColumns: Type.Array(name(), { minItems: 1, maxItems: 5 }),
    watermarkColumn: name(),
    deletedColumn: Type.Optional(name()),
    deletes: Type.Optional(Type.Union([Type.Literal('none'), Type.Literal('column'), Type.Literal('compare')])),
    /** Column of the table → column code of the standard, where its name is no heading of it. */
    columns: Type.Optional(Type.Record(Type.String({ maxLength: 128 }), Type.String({ maxLength: 80 }))),
    batchRows: Type.Optional(Type.Integer({ minimum: 100, maximum: 50_000 })),
    everyMinutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_080 })),
    lagSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400 })),
    compareHours: Type.Optional(Type.Integer({ minimum: 1, maximum: 8_760 })),
    vanishLimit: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  },
  { additionalProperties: false },
);

export const RunChannelRequest = Type.Object(
  {
    /** Compare all keys now. */
    compare: Type.Optional(Type.Boolean()),
    /** What vanished from the source is to be withdrawn. */
    confirm: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

/** `index`: place of the row among those that were pushed, from 0. */
export const RowResultView = Type.Object({
  index: Type.Integer(),
  row: Type.Integer(),
  outcome: Type.String(),
  recordId: Nullable(Id),
  findings: Type.Array(FindingView),
});

export const WithdrawRowsRequest = Type.Object(
  {
    standard: Type.String({ maxLength: 40 }),
    org: Type.Optional(Type.String({ maxLength: 30 })),
    reason: Type.String({ minLength: 2, maxLength: 500 }),
    records: Type.Array(
      Type.Object(
        {
          recordId: Type.Optional(Id),
          /** Columns that make the fact: code of the subject, deciding body, document number, day … */
          values: Type.Optional(
            Type.Record(Type.String({ maxLength: 60 }), Type.Union([Type.String({ maxLength: 1_000 }), Type.Null()])),
          ),
        },
        { additionalProperties: false, minProperties: 1 },
      ),
      { minItems: 1, maxItems: 5_000 },
    ),
  },
  { additionalProperties: false },
);

export const WithdrawRowsResult = Type.Object({
  results: Type.Array(
    Type.Object({
      index: Type.Integer(),
      outcome: Type.Union([
        Type.Literal('withdrawn'),
        Type.Literal('handedOver'),
        Type.Literal('assertionWithdrawn'),
        Type.Literal('notFound'),
      ]),
      recordId: Nullable(Id),
    }),
  ),
});
