/** Who received which version of a record, for the credit office and for the organisation itself, in plain words. */
import type { RecordReceiversView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { dayOf, type Instant } from '../../platform/clock.ts';
import { DomainError } from '../../platform/errors.ts';
import { isId } from '../../platform/ids.ts';
import { authorize, findBody } from '../identity/index.ts';
import type { Bilingual } from '../policy/index.ts';
import { loadRecord } from '../records/index.ts';
import { clusterOf, findArchiveSubject } from '../subjects/index.ts';
import { type DeliveryRow, deliveriesOfRecords } from './delivery-queries.ts';
import { Receivers, readingMs } from './derive-receivers.ts';
import { versionsOfKeys } from './feed-queries.ts';
import { receiversInForce } from './receiver-queries.ts';
import type { Look } from './types.ts';

const publicly: Bilingual = {
  zh: '公开网页和公开版报告的读者不登记姓名，平台不知道是谁，也无法逐一通知；他们在报告核验页会看到“出具后有更新”。',
  en: 'Readers of public pages and public reports are not registered: the platform does not know them and cannot tell them. The verification page of a report says that information has been updated since.',
};

const day = (at: string): string => dayOf(at as Instant);

function toldWords(deliveries: readonly DeliveryRow[]): Bilingual | null {
  const [last] = deliveries;
  if (!last) return null;
  const receipt = last.state === 'receipted' && last.finished_at !== null;
  const closed: Bilingual = { zh: '信用办已另行处理', en: 'the credit office dealt with it' };
  const declined: Bilingual = { zh: '对方表示仍保留', en: 'it says that it keeps it' };
  const open: Bilingual = { zh: '尚未收到回执', en: 'no receipt yet' };
  const state = receipt
    ? { zh: `${day(last.finished_at ?? '')}已签署回执`, en: `signed receipt on ${day(last.finished_at ?? '')}` }
    : last.state === 'closed'
      ? closed
      : last.state === 'declined'
        ? declined
        : open;
  return {
    zh: `${day(last.created_at)}已通知变更，${state.zh}`,
    en: `Told of the change on ${day(last.created_at)}; ${state.en}`,
  };
}

interface Group {
  readonly bodyId: string;
  readonly looks: Look[];
  readonly versions: Set<string>;
}

function groupsOf(loaded: Receivers, versionIds: readonly string[]): Group[] {
  const groups = new Map<string, Group>();
  for (const recordId of versionIds)
    for (const look of loaded.looksOf(recordId)) {
      const group = groups.get(look.bodyId) ?? { bodyId: look.bodyId, looks: [], versions: new Set<string>() };
      groups.set(look.bodyId, group);
      if (!group.looks.includes(look)) group.looks.push(look);
      group.versions.add(recordId);
    }
  return [...groups.values()];
}

/** Errors: not-found (unknown, or another organisation's). */
export async function readRecordReceivers(
  ctx: AppContext,
  actor: Actor,
  recordId: string,
): Promise<RecordReceiversView> {
  authorize(actor, 'exchange.receivers');
  const record = isId(recordId) ? await loadRecord(ctx.db.app, recordId) : null;
  if (!record) throw new DomainError('not-found');
  const subject = await findArchiveSubject(ctx.db.app, { subjectId: record.subject_id });
  const cluster = await clusterOf(ctx.db.app, subject.subject_id);
  if (actor.subjectId !== null && !cluster.includes(actor.subjectId)) throw new HiddenError();
  if (actor.subjectId === null) authorize(actor, 'exchange.receivers', { bodyId: null });
  const versions = await versionsOfKeys(ctx.db.app, cluster, [record.key_hash]);
  const ids = versions.map((row) => row.record_id);
  const before = new Date(Date.parse(ctx.clock.now()) + readingMs).toISOString();
  const loaded = await Receivers.load(
    ctx,
    versions.map((row) => ({ subjectId: row.subject_id, recordId: row.record_id })),
    null,
    before,
  );
  const [deliveries, registered] = await Promise.all([
    deliveriesOfRecords(ctx.db.app, ids),
    receiversInForce(ctx.db.app),
  ]);
  const items: RecordReceiversView['items'] = [];
  for (const group of groupsOf(loaded, ids)) {
    const times = group.looks.map((look) => look.at).sort();
    const body = await findBody(ctx.db.app, { bodyId: group.bodyId });
    const receivers = registered.filter((row) => row.body_id === group.bodyId);
    const own = receivers.map((row) => row.receiver_id);
    const name: string = body?.name ?? '';
    const firstAt = times[0] ?? '';
    const lastAt = times.at(-1) ?? '';
    const to: Bilingual =
      firstAt.slice(0, 10) === lastAt.slice(0, 10)
        ? { zh: '', en: '' }
        : { zh: `至 ${day(lastAt)} `, en: ` to ${day(lastAt)}` };
    items.push({
      body: body?.name ?? null,
      firstAt,
      lastAt,
      times: times.length,
      versions: versions
        .filter((row) => group.versions.has(row.record_id))
        .map((row) => ({ recordId: row.record_id, recordedAt: row.recorded_at, current: row.superseded_at === null })),
      registered: receivers.length > 0,
      told: toldWords(deliveries.filter((row) => own.includes(row.receiver_id))),
      words: {
        zh: `${name}于 ${day(firstAt)} ${to.zh}取得过这条信息，共 ${times.length} 次`,
        en: `${name} received it ${times.length} times, on ${day(firstAt)}${to.en}`,
      },
    });
  }
  items.sort((a, b) => (a.lastAt < b.lastAt ? 1 : -1));
  await writeAccess(ctx.db.app, ctx, actor, {
    // The organisation's own reading is no look of somebody else.
    action: actor.subjectId === null ? 'exchange.receivers' : 'oversight.receivers',
    resourceKind: 'record',
    resourceId: recordId,
    subjectId: subject.subject_id,
  });
  return { recordId, items: items.slice(0, 500), publicly, nextCursor: null, dataAsOf: ctx.clock.now() };
}
