/** A list of organisations for one matter, one document, one named list; and the reply letter that answers the document. */
import { type Static, Type } from 'typebox';
import { CheckResult } from './checks.ts';
import { IdSchema, InstantSchema, orNull, PageQuery } from './common.ts';

const Words = Type.Object({ zh: Type.String(), en: Type.String() });

/** What belongs to every list, sent as JSON or beside a file. */
export const BatchFields = Type.Object(
  {
    matter: Type.String({ minLength: 1, maxLength: 40, description: '事项编码，见 /checks/matters' }),
    purpose: Type.String({ minLength: 1, maxLength: 80 }),
    document: Type.String({ minLength: 2, maxLength: 100, description: '来文文号，一批一事一函' }),
    listName: Type.String({ minLength: 2, maxLength: 100, description: '名单名称' }),
  },
  { additionalProperties: false },
);
export type BatchFields = Static<typeof BatchFields>;

export const BatchCheckRequest = Type.Object(
  {
    ...BatchFields.properties,
    organisations: Type.Array(
      Type.String({ minLength: 1, maxLength: 200, description: '统一社会信用代码，或者与登记一致的名称' }),
      { minItems: 1, maxItems: 100_000 },
    ),
  },
  { additionalProperties: false },
);
export type BatchCheckRequest = Static<typeof BatchCheckRequest>;
export const BatchCheckParams = Type.Object({ id: IdSchema });

export const BatchCheckView = Type.Object({
  id: IdSchema,
  state: Type.Enum(['received', 'done'] as const),
  matter: Type.String(),
  matterName: Words,
  document: Type.String(),
  listName: Type.String(),
  rows: Type.Integer({ description: '受理的行数' }),
  persons: Type.Integer({ description: '含自然人证件号码或者疑似自然人姓名、未受理也未保存的行数' }),
  repeated: Type.Integer({ description: '与其他行重复、已合并的行数' }),
  done: Type.Integer(),
  hits: Type.Integer(),
  unknown: Type.Integer(),
  ambiguous: Type.Integer({ description: '不能确定主体的行数' }),
  by: Type.String(),
  body: orNull(Type.String()),
  receivedAt: InstantSchema,
  doneAt: orNull(InstantSchema),
});
export type BatchCheckView = Static<typeof BatchCheckView>;

export const BatchCheckList = Type.Object({
  items: Type.Array(BatchCheckView),
  nextCursor: orNull(Type.String()),
  dataAsOf: InstantSchema,
});
export type BatchCheckList = Static<typeof BatchCheckList>;

const outcomes = ['waiting', 'clear', 'hit', 'unknown', 'ambiguous'] as const;
export const BatchRowsQuery = Type.Object(
  { ...PageQuery.properties, outcome: Type.Optional(Type.Enum(outcomes)) },
  { additionalProperties: false },
);
export type BatchRowsQuery = Static<typeof BatchRowsQuery>;
export const BatchRowView = Type.Object({
  row: Type.Integer({ description: '原表行号；未以文件提交的为顺序号' }),
  asked: Type.String({ description: '所填代码；没有的为空' }),
  name: orNull(Type.String({ description: '所填名称' })),
  outcome: Type.Enum(outcomes),
  note: orNull(Words),
  receipt: orNull(Type.String()),
  result: orNull(CheckResult),
});
export type BatchRowView = Static<typeof BatchRowView>;
export const BatchRowList = Type.Object({
  items: Type.Array(BatchRowView),
  nextCursor: orNull(Type.String()),
  dataAsOf: InstantSchema,
});
export type BatchRowList = Static<typeof BatchRowList>;

export const ReplyLetterRequest = Type.Object(
  { addressee: Type.String({ minLength: 2, maxLength: 200, description: '主送单位，即来文单位' }) },
  { additionalProperties: false },
);
export type ReplyLetterRequest = Static<typeof ReplyLetterRequest>;
export const ReplyLetterView = Type.Object({ id: IdSchema, number: Type.String() });
export type ReplyLetterView = Static<typeof ReplyLetterView>;
