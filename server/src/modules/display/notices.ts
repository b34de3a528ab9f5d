/** 两书同达: the notice of repair rights goes out with the decision; its text comes from here, its proof comes back. */
import { createHash } from 'node:crypto';
import type { RepairNoticeText, RepairNoticeTextRequest, ServeNoticeRequest } from '@chengxin/contract';
import QRCode from 'qrcode';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { chineseDay, discloseRecord } from '../disclosure/index.ts';
import { authorize } from '../identity/index.ts';
import { type Bilingual, basisLine, fillWords, type RepairRules } from '../policy/index.ts';
import { normaliseDocumentNumber } from '../records/index.ts';
import { clusterOf, findArchiveSubject, loadOneRecord } from '../subjects/index.ts';
import * as queries from './queries.ts';
import { noRecord } from './why.ts';

type Notice = NonNullable<RepairRules['notice']>;

function noticeOf(ctx: AppContext): Notice {
  const notice = ctx.policy().repair('creditPlatform')?.notice;
  if (!notice)
    throw new DomainError('unavailable', {
      zh: '本市尚未设置信用修复告知书文本，请联系信用主管单位。',
      en: 'This city has no text of the notice yet. Ask the credit office.',
    });
  return notice;
}

const days = (from: string | null, zh: boolean): string => (from === null ? '' : zh ? chineseDay(from) : from);

/** Period and first day as today's rules have them for this decision: what is reported later is judged alike. */
function fillOf(ctx: AppContext, input: RepairNoticeTextRequest, zh: boolean): Record<string, string> {
  const shown = discloseRecord(
    {
      item: 'penalty',
      standard: 'penalty',
      decidedOn: input.decidedOn,
      effectiveFrom: null,
      effectiveTo: null,
      categories: input.categories,
      severity: null,
      amountFen: input.amountFen === undefined ? null : BigInt(input.amountFen),
      confiscatedFen: null,
      procedure: input.procedure ?? null,
      subjectKind: 'enterprise',
      counterpartyPerson: false,
    },
    [],
    input.decidedOn,
    ctx.policy(),
  );
  return {
    name: input.name,
    code: input.code,
    documentNumber: input.documentNumber,
    decidedOn: days(input.decidedOn, zh),
    period: zh ? shown.reason.zh : shown.reason.en,
    earliestOn:
      days(shown.earliestRepairOn, zh) || (zh ? '依规定不公示，无需修复' : 'it is not shown, and no repair is needed'),
  };
}

export const templateHash = (notice: Notice): string =>
  createHash('sha256')
    .update(JSON.stringify([notice.title, notice.text]))
    .digest('hex');

export async function noticeText(
  ctx: AppContext,
  actor: Actor,
  input: RepairNoticeTextRequest,
): Promise<RepairNoticeText> {
  authorize(actor, 'notice.serve');
  const notice = noticeOf(ctx);
  const [zh, en] = [fillOf(ctx, input, true), fillOf(ctx, input, false)];
  const filled = (words: Bilingual): Bilingual => ({ zh: fillWords(words, zh).zh, en: fillWords(words, en).en });
  const qrContent = `${ctx.config.publicUrl}/help/repair?no=${encodeURIComponent(input.documentNumber)}`;
  return {
    title: notice.title,
    paragraphs: notice.text.map(filled),
    qrContent,
    qrSvg: await QRCode.toString(qrContent, { type: 'svg', margin: 1, errorCorrectionLevel: 'M' }),
    templateHash: templateHash(notice),
    basis: basisLine(notice.basis),
  };
}

async function recordFor(ctx: AppContext, input: ServeNoticeRequest): Promise<string> {
  if (input.recordId !== undefined) return input.recordId;
  if (input.code === undefined || input.documentNumber === undefined)
    throw new DomainError('invalid-request', {
      zh: '请给出信息编号，或者统一社会信用代码和决定文书号。',
      en: 'Give the id of the record, or the code and the number of the decision.',
    });
  const subject = await findArchiveSubject(ctx.db.app, { code: input.code });
  const cluster = await clusterOf(ctx.db.app, subject.subject_id);
  const wanted = normaliseDocumentNumber(input.documentNumber);
  const rows = await queries.numbersOf(ctx.db.app, cluster, noticeOf(ctx).items);
  const found = rows.find((row) => normaliseDocumentNumber(row.document_number) === wanted);
  if (!found)
    throw new DomainError('not-found', {
      zh: '没有找到这一决定文书，请先报送处罚信息，再登记送达。',
      en: 'No such decision is held. Report the penalty first, then the service of the notice.',
      details: [{ field: 'body/documentNumber', zh: '没有找到', en: 'not found' }],
    });
  return found.record_id;
}

/** Kept once for a decision; the same again changes nothing. */
export async function serveNotice(
  ctx: AppContext,
  actor: Actor,
  input: ServeNoticeRequest,
): Promise<{ recordId: string; noticeServedOn: string; created: boolean }> {
  authorize(actor, 'notice.serve');
  const record = await loadOneRecord(ctx.db.app, ctx.policy(), await recordFor(ctx, input));
  if (!record?.live) throw noRecord();
  const { row } = record;
  authorize(actor, 'notice.serve', { bodyId: row.deciding_body_id });
  if (input.servedOn > ctx.clock.today() || (row.decided_on !== null && input.servedOn < row.decided_on))
    throw new DomainError('unprocessable', {
      zh: '送达日期应当在决定日期和今天之间。',
      en: 'It is served between the day of the decision and today.',
      details: [{ field: 'body/servedOn', zh: '日期不对', en: 'not a possible day' }],
    });
  const created = await withTransaction(ctx.db.app, async (tx) => {
    const kept = await queries.insertNotice(tx, {
      subjectId: row.subject_id,
      noticeId: newId(),
      recordId: row.record_id,
      keyHash: row.key_hash,
      servedOn: input.servedOn,
      channel: input.channel,
      proof: input.proof,
      templateHash: input.templateHash ?? null,
      accountId: actor.accountId,
      at: ctx.clock.now(),
    });
    if (kept === 0) return false;
    await writeAccess(tx, ctx, actor, {
      action: 'record.noticeServed',
      resourceKind: 'record',
      resourceId: row.record_id,
      subjectId: row.subject_id,
      detail: { servedOn: input.servedOn, channel: input.channel, proof: input.proof },
    });
    return true;
  });
  const on = (await queries.servedOn(ctx.db.app, row.subject_id, row.key_hash)) ?? input.servedOn;
  return { recordId: row.record_id, noticeServedOn: on, created };
}
