/** Who may read or write a paper: asked of the case that it belongs to, through what the root joins. */
import type { Actor, AppContext } from '../../context.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize, may } from '../identity/index.ts';
import { loadPaper, type PaperRow } from './queries.ts';
import type { PaperCase } from './types.ts';

/** The case as the caller sees it. */
export interface SeenCase extends PaperCase {
  /** The organisation, or a body that works on the case. */
  readonly as: 'subject' | 'body';
}

export interface PaperPorts {
  /** Null: no such case, or none that the caller may know of. */
  readonly caseFor: (ctx: AppContext, actor: Actor, caseId: string) => Promise<SeenCase | null>;
}

/** Hidden from whoever has no part in the case. */
export async function seenCase(ctx: AppContext, ports: PaperPorts, actor: Actor, caseId: string): Promise<SeenCase> {
  authorize(actor, 'paper.read');
  const seen = await ports.caseFor(ctx, actor, caseId);
  if (!seen) throw new HiddenError();
  return seen;
}

/** What the organisation receives: papers under seal. Drafts and voided ones are the body's own business. */
export const isForSubject = (row: Pick<PaperRow, 'state'>): boolean => row.state === 'sealed' || row.state === 'served';

export interface SeenPaper {
  readonly row: PaperRow;
  readonly as: SeenCase['as'];
}

export async function seenPaper(ctx: AppContext, ports: PaperPorts, actor: Actor, paperId: string): Promise<SeenPaper> {
  authorize(actor, 'paper.read');
  const row = await loadPaper(ctx.db.app, paperId);
  if (!row) throw new DomainError('not-found');
  // The body whose paper it is keeps it, also when the case has gone to another.
  if (may(actor, 'paper.write', { bodyId: row.body_id })) return { row, as: 'body' };
  const { as } = await seenCase(ctx, ports, actor, row.case_id);
  if (as === 'subject' && !isForSubject(row)) throw new HiddenError();
  return { row, as };
}

/** The paper, for whoever may change it: somebody of the body whose paper it is. */
export async function writablePaper(
  ctx: AppContext,
  ports: PaperPorts,
  actor: Actor,
  paperId: string,
): Promise<PaperRow> {
  const { row } = await seenPaper(ctx, ports, actor, paperId);
  if (!may(actor, 'paper.write', { bodyId: row.body_id })) throw new DomainError('forbidden');
  return row;
}

/** The body that issues: the caller's own, or a named one of its scope. */
export function issuingBody(actor: Actor, given: string | null | undefined): string {
  const bodyId = given ?? actor.bodyId;
  if (bodyId === null || bodyId === undefined)
    throw new DomainError('unprocessable', {
      zh: '请指明出具文书的单位。',
      en: 'Say which body issues the paper.',
      details: [{ field: 'body/bodyId', zh: '必填', en: 'needed' }],
    });
  authorize(actor, 'paper.write', { bodyId });
  return bodyId;
}
