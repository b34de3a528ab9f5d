/** The record that a row of the former system means: by organisation, standard, number of the document and, if needed, day. */
import type { AppContext } from '../../context.ts';
import { normaliseDocumentNumber } from '../records/index.ts';
import { clusterOf, findArchiveSubject } from '../subjects/index.ts';
import { recordsOf } from './queries.ts';
import { refuse } from './tally.ts';

export interface FoundRecord {
  readonly subjectId: string;
  readonly recordId: string;
  readonly item: string;
  readonly decidedOn: string | null;
}

export async function findRecord(
  ctx: AppContext,
  of: { readonly code: string; readonly standard: string; readonly document: string; readonly decidedOn: string },
): Promise<FoundRecord> {
  const subject = await findArchiveSubject(ctx.db.app, { code: of.code });
  const cluster = await clusterOf(ctx.db.app, subject.subject_id);
  const wanted = normaliseDocumentNumber(of.document);
  const found = (await recordsOf(ctx.db.app, cluster, of.standard)).filter(
    (row) =>
      row.document_number !== null &&
      normaliseDocumentNumber(row.document_number) === wanted &&
      (of.decidedOn === '' || row.decided_on === of.decidedOn),
  );
  const [first, second] = found;
  if (!first)
    throw refuse(
      '没有这条信息（未入库，或文书号、决定日期不符）',
      'there is no such record: it was not taken, or number or day differ',
    );
  if (second)
    throw refuse(
      '这一文书号对应多条信息，请填写决定日期',
      'several records bear this number: give the day of the decision',
    );
  return { subjectId: first.subject_id, recordId: first.record_id, item: first.item, decidedOn: first.decided_on };
}
