/** A representative reads who looked at the organisation: logged like every reading, and told to nobody else. */
import type { LookList } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { authorize } from '../identity/index.ts';
import { type LookOptions, type LookPage, readLooks } from './looks.ts';
import { type OwnSubject, ownSubject } from './own-subject.ts';

async function readOwn(
  ctx: AppContext,
  actor: Actor,
  action: string,
  options: LookOptions,
): Promise<{ subject: OwnSubject; page: LookPage }> {
  authorize(actor, 'access.own');
  const subject = await ownSubject(ctx.db.app, actor);
  const page = await readLooks(ctx, { kind: 'subject', subjectIds: subject.ids }, options);
  // Before the answer: what cannot be logged is not told.
  await writeAccess(ctx.db.app, ctx, actor, {
    action,
    resourceKind: 'subject',
    resourceId: subject.subjectId,
    subjectId: subject.subjectId,
    detail: { lines: page.items.length },
  });
  return { subject, page };
}

/** Errors: forbidden, invalid-request (cursor), log-unavailable. */
export async function readOwnLooks(ctx: AppContext, actor: Actor, options: LookOptions): Promise<LookList> {
  const { subject, page } = await readOwn(ctx, actor, 'oversight.ownLooks', options);
  return {
    items: [...page.items],
    nextCursor: page.nextCursor,
    dataAsOf: ctx.clock.now(),
    subject: { name: subject.name, code: subject.code },
  };
}

/** Lines of an export: the newest. A log that is longer than that is read in the interface, page by page. */
const maxLines = 20_000;

export interface OwnLooksExport {
  readonly subject: OwnSubject;
  readonly rows: AsyncGenerator<string[]>;
}

const beijing = (instant: string): string =>
  new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');

const kindWords = { read: '查阅', export: '批量导出', authorised: '凭授权查询', change: '变更' } as const;

export const ownLooksHeader = [
  '日期',
  '首次',
  '末次',
  '次数',
  '类别',
  '做了什么',
  '单位',
  '人员',
  '内容',
  '用途',
  '事项',
  '案号',
  '为什么',
  '推迟显示',
  '异议',
];

function line(item: LookPage['items'][number]): string[] {
  return [
    item.day,
    beijing(item.firstAt),
    beijing(item.lastAt),
    String(item.times),
    kindWords[item.kind],
    item.what.zh,
    item.who.body ?? '',
    item.who.officer.zh,
    item.sections.map((section) => section.zh).join('、'),
    item.purpose?.zh ?? '',
    item.matter ?? '',
    item.caseNumber ?? '',
    item.why.zh,
    item.delayed ? `依规则“${item.delayed.rule.zh}”推迟至 ${item.delayed.untilOn}` : '',
    item.dispute ? '已提出' : '',
  ];
}

/** As filtered, all pages. One entry of the log says that it was exported. */
export async function exportOwnLooks(ctx: AppContext, actor: Actor, options: LookOptions): Promise<OwnLooksExport> {
  const { subject, page: first } = await readOwn(ctx, actor, 'oversight.ownLooksExport', { kind: options.kind });
  const target = { kind: 'subject', subjectIds: subject.ids } as const;
  async function* rows(): AsyncGenerator<string[]> {
    let count = 0;
    for (
      let page = first;
      ;
      page = await readLooks(ctx, target, { kind: options.kind, cursor: page.nextCursor ?? undefined })
    ) {
      for (const item of page.items) {
        count += 1;
        if (count > maxLines) return;
        yield line(item);
      }
      if (page.nextCursor === null) return;
    }
  }
  return { subject, rows: rows() };
}
