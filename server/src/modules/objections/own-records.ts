/** The records among which who objects chooses: its own for a representative, what is published for a window officer. */
import type { ObjectableRecords } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { withAccess } from '../../platform/access-log/index.ts';
import { publicReading, type Reading } from '../access/index.ts';
import { discloseRecord } from '../disclosure/index.ts';
import { authorize } from '../identity/index.ts';
import { findArchiveSubject, loadArchiveRecords, type SubjectPorts } from '../subjects/index.ts';
import { canObjectFor, notFound, subjectKey } from './submit-objection.ts';

const ports: SubjectPorts = { disclose: discloseRecord };

/** The subject reads about itself what a department would (山东省社会信用条例 art. 37), without saying what for. */
const ownReading: Reading = { ...publicReading, level: 'government' };

/** Errors: not-found (the organisation, or one for which the actor does not speak), invalid-request (cursor). */
export async function objectableRecords(
  ctx: AppContext,
  actor: Actor,
  input: {
    readonly code?: string | undefined;
    readonly cursor?: string | undefined;
    readonly limit?: number | undefined;
  },
): Promise<ObjectableRecords> {
  authorize(actor, 'objection.submit');
  const own = actor.roles.includes('companyRepresentative');
  const read = await withAccess(
    ctx,
    actor,
    (found: { subjectId: string }) => ({
      action: own ? 'subject.own' : 'subject.public',
      resourceKind: 'subject',
      resourceId: found.subjectId,
      subjectId: found.subjectId,
      detail: { part: 'records', for: 'objection' },
    }),
    async (tx) => {
      const subject = await findArchiveSubject(tx, subjectKey(actor, input.code));
      if (!canObjectFor(actor, subject.subject_id)) throw notFound();
      const page = await loadArchiveRecords(
        ctx,
        tx,
        ports,
        { subjectId: subject.subject_id },
        own ? ownReading : publicReading,
        { limit: input.limit ?? 50, cursor: input.cursor },
      );
      return { subjectId: subject.subject_id, name: subject.name, code: subject.unified_code, page };
    },
  );
  const { page } = read;
  return {
    subject: { name: read.name, code: read.code },
    items: page.items.map((record) => ({
      recordId: record.recordId,
      itemName: record.itemName,
      title: record.title,
      documentNumber: record.documentNumber,
      decidedOn: record.decidedOn,
      decidingBody: record.decidingBody,
      sourceBody: record.sourceBody,
      shown: record.disclosure.shown,
      shownUntil: record.disclosure.until,
      annotations: record.disclosure.annotations,
    })),
    nextCursor: page.nextCursor,
    dataAsOf: page.dataAsOf,
  };
}
