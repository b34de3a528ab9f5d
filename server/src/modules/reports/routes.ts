import { AccessIdParams, StatedPurposeProperties, UseAuthorisationBody } from '@chengxin/contract';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { DomainError } from '../../platform/errors.ts';
import { prepareReportUse } from '../authorisations/index.ts';
import { issueAuthorisedReport, issueReport, type ReportResult } from './issue-report.ts';
import { verifyAnyReport } from './verify-report.ts';

/** Public reports a minute from one address: each costs a layout; a person needs a few. */
const PUBLIC_PER_MINUTE = 20;
/** Verifications a minute from one address: numbers are not guessable, and nobody shall try. */
const VERIFY_PER_MINUTE = 60;

const codeParameters = Type.Object({ code: Type.String({ minLength: 1, maxLength: 60 }) });

const verification = Type.Object({
  number: Type.String(),
  kind: Type.Union([Type.Literal('public'), Type.Literal('full'), Type.Literal('special')]),
  subjectName: Type.String({ description: '已隐去部分' }),
  issuedAt: Type.String(),
  cutoffAt: Type.String(),
  hashMatches: Type.Union([Type.Boolean(), Type.Null()]),
  updatedSince: Type.Boolean(),
});

/** 原系统出具: the number and its day, nothing about what it said. */
const formerVerification = Type.Object({
  number: Type.String(),
  former: Type.Literal(true),
  system: Type.String({ description: '出具报告的原系统' }),
  issuedOn: Type.String({ format: 'date' }),
  hashMatches: Type.Union([Type.Boolean(), Type.Null()]),
});

function sendPdf(reply: FastifyReply, report: ReportResult): FastifyReply {
  return reply
    .type('application/pdf')
    .header('content-disposition', `attachment; filename="${report.number}.pdf"`)
    .header('cache-control', 'no-store')
    .header('x-report-number', report.number)
    .header('x-content-hash', report.contentHash)
    .send(report.pdf);
}

export const reportRoutes =
  (ctx: AppContext): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/api/v1/public/subjects/:code/report.pdf',
      {
        config: { permission: 'public', records: true, rateLimit: { max: PUBLIC_PER_MINUTE, timeWindow: 60_000 } },
        schema: {
          operationId: 'downloadPublicReport',
          summary: '下载公开版信用报告 Download the public credit report (PDF)',
          tags: ['reports'],
          params: codeParameters,
        },
      },
      async (request, reply) =>
        sendPdf(reply, await issueReport(ctx, request.actor, { code: request.params.code, kind: 'public' })),
    );

    app.get(
      '/api/v1/public/reports/verify/:no',
      {
        config: { permission: 'public', rateLimit: { max: VERIFY_PER_MINUTE, timeWindow: 60_000 } },
        schema: {
          operationId: 'verifyReport',
          summary: '核验信用报告 Verify a report by its number',
          tags: ['reports'],
          params: Type.Object({ no: Type.String({ minLength: 1, maxLength: 60 }) }),
          querystring: Type.Object({ h: Type.Optional(Type.String({ maxLength: 64 })) }),
          response: { 200: Type.Union([verification, formerVerification]) },
        },
      },
      async (request) => {
        const found = await verifyAnyReport(ctx, request.params.no, request.query.h);
        if (found) return found;
        throw new DomainError('not-found', {
          zh: '没有这个编号的报告，请核对报告封面上的编号；如编号无误，请勿采信该报告。',
          en: 'No report has this number. Check the number on its cover; if it is right, do not rely on the report.',
        });
      },
    );

    app.post(
      '/api/v1/subjects/:code/reports',
      {
        config: { permission: 'report.full' },
        schema: {
          operationId: 'issueReport',
          summary: '出具政务版信用报告 Issue a report for government use (PDF)',
          tags: ['reports'],
          params: codeParameters,
          body: Type.Object({
            kind: Type.Union([Type.Literal('public'), Type.Literal('full'), Type.Literal('special')]),
            ...StatedPurposeProperties,
          }),
        },
      },
      async (request, reply) => {
        return sendPdf(reply, await issueReport(ctx, request.actor, { code: request.params.code, ...request.body }));
      },
    );

    app.post(
      '/api/v1/authorisations/:id/report',
      {
        config: { permission: 'authorisation.use' },
        schema: {
          operationId: 'issueAuthorisedReport',
          summary: '经主体授权出具信用报告，使用一次 Issue a report with the organisation’s authorisation (PDF)',
          tags: ['authorisations'],
          params: AccessIdParams,
          body: UseAuthorisationBody,
        },
      },
      async (request, reply) => {
        const use = await prepareReportUse(ctx, request.actor, request.params.id, request.body);
        return sendPdf(reply, await issueAuthorisedReport(ctx, request.actor, use));
      },
    );
  };
