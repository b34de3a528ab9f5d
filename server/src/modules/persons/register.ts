/** The officer's registers: purposes, notices, consents as counts, runs of retention, the yearly figures (G19, G25). */
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { authorize } from '../identity/index.ts';
import { consentCounts, yearFigures } from './duty-queries.ts';
import { runs } from './erase-queries.ts';
import { currentNotice, insertNotice, type NoticeRow, notices } from './own-queries.ts';
import { withoutNumbers } from './person-numbers.ts';
import { purposeVersions } from './purpose-queries.ts';
import { endPurpose, noticeHash, requirePurpose } from './purposes.ts';

export async function readPurposes(ctx: AppContext, actor: Actor) {
  authorize(actor, 'privacy.manage');
  return (await purposeVersions(ctx.db.person))
    .filter((row) => row.version > 0)
    .map((row) => ({
      purpose: row.purpose,
      version: row.version,
      kind: row.kind,
      name: row.content.name,
      legalBasis: row.legal_basis,
      basis: row.content.basis.map((one) => ({
        document: one.document,
        number: one.number ?? null,
        article: one.article ?? null,
      })),
      dataKinds: row.content.dataKinds,
      retainYears: row.content.retainYears,
      validFrom: row.valid_from,
      endedAt: row.ended_at,
      endedReason: row.ended_reason,
    }));
}

/** Only look-ups and voluntary purposes are ended by hand; what the statute's own records rest on is ended by policy. */
export async function closePurpose(ctx: AppContext, actor: Actor, purpose: string, reason: string): Promise<void> {
  authorize(actor, 'privacy.manage');
  const { accountId } = actor;
  if (!accountId) throw new DomainError('forbidden');
  await withTransaction(ctx.db.person, async (tx) => {
    await requirePurpose(tx, purpose, ['lookup', 'voluntary']);
    if (!(await endPurpose(ctx, tx, purpose, { accountId, reason: withoutNumbers(reason) })))
      throw new DomainError('conflict');
    await withTransaction(ctx.db.app, (log) =>
      writeAccess(log, ctx, actor, { action: 'privacy.purpose.end', detail: { purpose, reason } }),
    );
  });
}

const noticeView = (row: NoticeRow) => ({
  purpose: row.purpose,
  version: row.version,
  text: { zh: row.text_zh, en: row.text_en },
  hash: row.text_hash,
  publishedAt: row.published_at,
});

export async function publishNotice(
  ctx: AppContext,
  actor: Actor,
  input: { purpose: string; text: { zh: string; en: string } },
): Promise<{ hash: string }> {
  authorize(actor, 'privacy.manage');
  const zh = withoutNumbers(input.text.zh);
  const en = withoutNumbers(input.text.en);
  const hash = noticeHash(zh, en);
  await withTransaction(ctx.db.person, async (tx) => {
    const purpose = await requirePurpose(tx, input.purpose, ['record', 'identify', 'lookup', 'own', 'voluntary']);
    await insertNotice(tx, {
      ...{ notice_id: newId(), purpose: purpose.purpose, purpose_version: purpose.version, text_zh: zh, text_en: en },
      ...{ text_hash: hash, published_at: ctx.clock.now(), published_by: actor.accountId },
    });
    await withTransaction(ctx.db.app, (log) =>
      writeAccess(log, ctx, actor, { action: 'privacy.notice', detail: { purpose: input.purpose, hash } }),
    );
  });
  return { hash };
}

/** The text in force, for anybody: it is shown before anything is processed. Errors: not-found. */
export async function readNotice(ctx: AppContext, purpose: string) {
  const row = await withTransaction(ctx.db.person, async (tx) => {
    const open = await requirePurpose(tx, purpose, ['own', 'voluntary']);
    return currentNotice(tx, open.purpose, open.version);
  });
  if (!row) throw new DomainError('not-found');
  return noticeView(row);
}

export async function readNotices(ctx: AppContext, actor: Actor) {
  authorize(actor, 'privacy.manage');
  return (await notices(ctx.db.person)).map(noticeView);
}

/** G19: a cell below the minimum says only that it is below. */
const cell = (ctx: AppContext, count: bigint): number | null =>
  Number(count) >= ctx.policy().persons().aggregateMinimum ? Number(count) : null;

export async function readConsentCounts(ctx: AppContext, actor: Actor) {
  authorize(actor, 'privacy.manage');
  return (await consentCounts(ctx.db.person)).map((row) => ({
    purpose: row.what,
    status: row.part,
    count: cell(ctx, row.count),
  }));
}

export async function readYear(ctx: AppContext, actor: Actor, year: number) {
  authorize(actor, 'privacy.manage');
  // Legal years are Chinese years.
  const from = new Date(Date.UTC(year, 0, 1) - 8 * 3_600_000).toISOString();
  const to = new Date(Date.UTC(year + 1, 0, 1) - 8 * 3_600_000).toISOString();
  const figures = await yearFigures(ctx.db.person, from, to);
  return {
    year,
    minimum: ctx.policy().persons().aggregateMinimum,
    figures: figures.map((row) => ({ what: row.what, part: row.part, count: cell(ctx, row.count) })),
  };
}

export async function readRuns(ctx: AppContext, actor: Actor) {
  authorize(actor, 'privacy.manage');
  return (await runs(ctx.db.person)).map((row) => ({
    runId: row.run_id,
    kind: row.kind,
    startedAt: row.started_at,
    removed: row.removed,
    proof: row.proof,
  }));
}
