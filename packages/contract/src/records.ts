/** Records as they are read in an archive. Money is integer fen as text, days are ISO, instants UTC. */
import { type Static, Type } from 'typebox';

const Text = Type.String();
const NullableText = Type.Union([Type.String(), Type.Null()]);
const BilingualSchema = Type.Object({ zh: Text, en: Text });

export const RecordDisclosureSchema = Type.Object({
  shown: Type.Boolean(),
  state: Text,
  from: NullableText,
  /** Last day it is shown; null = while in effect. */
  until: NullableText,
  severity: NullableText,
  severityConfirmed: Type.Boolean(),
  reason: BilingualSchema,
  basis: Type.Object({ document: Text, number: NullableText, article: NullableText }),
  regime: BilingualSchema,
  earliestRepairOn: NullableText,
  annotations: Type.Array(Text),
  /** Beside the record: `statement` of the subject; `undetermined`, an objection that could not be settled, with its check. */
  notes: Type.Array(Type.Object({ kind: Text, text: Text, check: NullableText, since: Text })),
});

const recordProperties = {
  recordId: Text,
  item: Text,
  itemName: BilingualSchema,
  category: Text,
  title: Text,
  summary: NullableText,
  documentNumber: NullableText,
  decidedOn: NullableText,
  effectiveFrom: NullableText,
  effectiveTo: NullableText,
  categories: Type.Array(Text),
  amountFen: NullableText,
  decidingBody: Text,
  sourceBody: Text,
  fields: Type.Array(Type.Object({ code: Text, label: BilingualSchema, value: Text })),
  disclosure: RecordDisclosureSchema,
};

export const LineageSchema = Type.Object({
  submissionId: Text,
  fileName: Text,
  rowNo: Type.Integer(),
  channel: Text,
  batchNo: NullableText,
  edition: NullableText,
  sourceBodyId: Text,
  sourceBody: Text,
  policySetId: Type.Integer(),
  recordedAt: Text,
  receivedAt: Text,
  accountId: NullableText,
  osUser: NullableText,
});

export const PublicRecordSchema = Type.Object(recordProperties);
export type PublicRecord = Static<typeof PublicRecordSchema>;
export const FullRecordSchema = Type.Object({ ...recordProperties, lineage: Type.Optional(LineageSchema) });

const page = {
  nextCursor: NullableText,
  dataAsOf: Text,
  total: Type.Integer(),
  /** The archive holds more records than are read at once; the newest are listed. */
  truncated: Type.Boolean(),
};
export const PublicRecordListSchema = Type.Object({ items: Type.Array(PublicRecordSchema), ...page });
export const FullRecordListSchema = Type.Object({ items: Type.Array(FullRecordSchema), ...page });

export const RecordsQuerySchema = Type.Object({
  item: Type.Optional(Type.String({ maxLength: 60 })),
  cursor: Type.Optional(Type.String({ maxLength: 400 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
});

export const RecordParamsSchema = Type.Object({ id: Type.String({ format: 'uuid' }) });

export const RecordLineageSchema = Type.Object({
  recordId: Text,
  item: Text,
  ...LineageSchema.properties,
  decidingBody: Text,
  policyVersions: Type.Unknown(),
  findings: Type.Array(Type.Object({ severity: Text, rule: Text, ruleVersion: Text, field: NullableText })),
});

/** What was known of a record on a day, and what became of it. */
export const EarlierStatesSchema = Type.Object({
  recordId: Text,
  subjectId: Text,
  item: Text,
  itemName: Type.Object({ zh: Text, en: Text }),
  states: Type.Array(
    Type.Object({
      recordId: Text,
      recordedAt: Text,
      supersededAt: NullableText,
      documentNumber: NullableText,
      decidedOn: NullableText,
      decidingBody: Text,
      sourceBody: Text,
      fields: Type.Array(Type.Object({ code: Text, label: Type.Object({ zh: Text, en: Text }), value: Text }), {
        description: 'empty for what was erased',
      }),
      events: Type.Array(
        Type.Object({
          kind: Text,
          effectiveOn: Text,
          recordedAt: Text,
          reason: NullableText,
          document: NullableText,
        }),
      ),
    }),
  ),
});
