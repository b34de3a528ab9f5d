/** Letters: read by the body that they are to, answered by it, closed by the office. */
import type { LetterQuery, LetterView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { withAccess } from '../../platform/access-log/index.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import type { Instant } from '../../platform/clock.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import type { Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize, may } from '../identity/index.ts';
import { type Bodies, loadBodies } from './bodies.ts';
import { keepClosing, keepReply, type LetterRow, listLetterRows, loadFile, loadLetter } from './letter-queries.ts';

const defaultLimit = 50;
/** Before it is signed off a letter is the office's own paper. */
const isSent = (row: LetterRow): boolean => row.paper_state !== null && row.paper_state !== 'draft';

const signed = (by: string | null, at: Instant | null): { by: string; at: Instant } | null =>
  by === null || at === null ? null : { by, at };

export function letterView(ctx: AppContext, actor: Actor, row: LetterRow, bodies: Bodies): LetterView {
  const sent = isSent(row);
  return {
    id: row.letter_id,
    kind: row.kind,
    month: row.month,
    bodyId: row.body_id,
    body: bodies.name(row.body_id),
    paperId: row.paper_id,
    number: row.number,
    paperState: row.paper_state,
    signOffs: {
      checked: signed(row.first_by, row.first_at),
      signed: signed(row.second_by, row.second_at),
      sealedAt: row.sealed_at,
    },
    reasons: row.reasons,
    replyDue: row.reply_due,
    overdue: sent && row.closed_at === null && row.reply === null && ctx.clock.today() > row.reply_due,
    state: row.closed_at !== null ? 'closed' : row.reply !== null ? 'replied' : 'open',
    reply: row.reply,
    repliedAt: row.replied_at,
    closing: row.closing,
    closedAt: row.closed_at,
    mayReply: sent && row.closed_at === null && may(actor, 'quality.confirm', { bodyId: row.body_id }),
    mayClose: row.closed_at === null && row.reply !== null && may(actor, 'quality.manage'),
  };
}

export async function listLetters(
  ctx: AppContext,
  actor: Actor,
  input: LetterQuery,
): Promise<{ items: LetterView[]; nextCursor: string | null; dataAsOf: string }> {
  authorize(actor, 'quality.read');
  const bodies = await loadBodies(ctx.db.app, actor, 'quality.read');
  const limit = input.limit ?? defaultLimit;
  const position = openPosition(ctx.keys, 'qualityLetters', input.cursor);
  const rows = await withAccess(ctx, actor, { action: 'quality.letters', resourceKind: 'quality' }, (tx) =>
    listLetterRows(
      tx,
      {
        bodies: bodies.scope === null ? null : [...bodies.scope],
        month: input.month ?? null,
        open: input.state !== 'all',
      },
      position && { at: String(position[0]), id: String(position[1]) },
      limit + 1,
    ),
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.filter((row) => bodies.scope === null || isSent(row)).map((row) => letterView(ctx, actor, row, bodies)),
    nextCursor:
      rows.length > limit && last ? sealPosition(ctx.keys, 'qualityLetters', [last.created_at, last.letter_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

async function act(
  ctx: AppContext,
  actor: Actor,
  letterId: string,
  action: string,
  work: (tx: Transaction, row: LetterRow) => Promise<number>,
): Promise<LetterView> {
  const row = await loadLetter(ctx.db.app, letterId);
  if (!row) throw new DomainError('not-found');
  authorize(
    actor,
    action === 'quality.reply' ? 'quality.confirm' : 'quality.manage',
    action === 'quality.reply' ? { bodyId: row.body_id } : undefined,
  );
  if (action === 'quality.reply' && !isSent(row)) throw new HiddenError();
  const bodies = await loadBodies(ctx.db.app, actor, 'quality.read');
  return withAccess(
    ctx,
    actor,
    { action, resourceKind: 'quality', resourceId: letterId, detail: { number: row.number } },
    async (tx) => {
      if ((await work(tx, row)) !== 1)
        throw new DomainError('conflict', {
          zh: action === 'quality.reply' ? '这份文书已办结，不能再回复。' : '对方还没有回复或已办结，请刷新后查看。',
          en:
            action === 'quality.reply'
              ? 'The letter is closed.'
              : 'There is no reply yet, or it is closed already. Reload.',
        });
      const after = await loadLetter(tx, letterId);
      if (!after) throw new DomainError('not-found');
      return letterView(ctx, actor, after, bodies);
    },
  );
}

export const replyToLetter = (ctx: AppContext, actor: Actor, letterId: string, reply: string): Promise<LetterView> =>
  act(ctx, actor, letterId, 'quality.reply', (tx) =>
    keepReply(tx, letterId, reply, actor.accountId ?? '', ctx.clock.now()),
  );
export const closeLetter = (ctx: AppContext, actor: Actor, letterId: string, reason: string): Promise<LetterView> =>
  act(ctx, actor, letterId, 'quality.closeLetter', (tx) =>
    keepClosing(tx, letterId, reason, actor.accountId ?? '', ctx.clock.now()),
  );

/** For papers: what a paper of quality belongs to, as the caller may see it. The body that a letter is to receives it sealed. */
export async function qualityCaseFor(ctx: AppContext, actor: Actor, caseId: string) {
  const common = { caseId, subjectId: null, caseNumber: null, documentNumber: null };
  const file = await loadFile(ctx.db.app, caseId);
  if (file) {
    if (!may(actor, 'quality.manage')) return null;
    return {
      ...common,
      as: 'body' as const,
      procedure: file.kind === 'month' ? 'qualityMonth' : 'qualityYear',
      procedureName: '数据质量',
      openedOn: ctx.clock.today(),
    };
  }
  const letter = await loadLetter(ctx.db.app, caseId);
  if (!letter) return null;
  const office = may(actor, 'quality.manage');
  if (!office && !may(actor, 'quality.read', { bodyId: letter.body_id })) return null;
  return {
    ...common,
    as: office ? ('body' as const) : ('subject' as const),
    procedure: 'qualityLetter',
    procedureName: '督办',
    openedOn: letter.created_at.slice(0, 10),
  };
}
