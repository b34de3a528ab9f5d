/** Shapes that every part of the API shares. */
import { type Static, type TSchema, Type } from 'typebox';

export const IdSchema = Type.String({ format: 'uuid', description: 'uuid' });
export const DaySchema = Type.String({ format: 'date', description: 'YYYY-MM-DD, a day in Asia/Shanghai' });
export const InstantSchema = Type.String({ format: 'date-time', description: 'ISO 8601, UTC' });
export const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** The body of every error answer (RFC 9457), `application/problem+json`. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'urn:chengxin:problem:<code>' }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'one of the closed set of error codes' }),
    detail: Type.String({ description: 'Chinese: what is wrong and what to do next' }),
    detailEn: Type.String(),
    instance: Type.Optional(Type.String()),
    requestId: Type.Optional(Type.String()),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          field: Type.Optional(Type.String({ description: 'JSON pointer or column heading' })),
          code: Type.Optional(Type.String()),
          zh: Type.String(),
          en: Type.String(),
        }),
      ),
    ),
  },
  { description: 'An error (RFC 9457)' },
);

/** Query of every list: how many and from where. */
export const PageQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  cursor: Type.Optional(Type.String({ maxLength: 500 })),
});
export type PageQuery = Static<typeof PageQuery>;
