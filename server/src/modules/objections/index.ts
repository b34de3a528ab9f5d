/**
 * Objections: an organisation says that something held about it is wrong, and gets an answer on the clock. Beside them what is
 * like them: its statement beside a record, the doubt of a body that acts on one, a complaint about conduct.
 */
import { complaintKind } from './complaint-desk.ts';
import { doubtKind } from './doubt-desk.ts';
import { objectionKind } from './objection-kind.ts';
import { statementKind } from './statement-desk.ts';

export { objectionDesk } from './act-on-objection.ts';
export { complaintDesk, complaintKind, complaintProcedure } from './complaint-desk.ts';
export { doubtDesk, doubtKind, doubtProcedure } from './doubt-desk.ts';
export { objectionKind } from './objection-kind.ts';
export { objectionRoutes } from './routes.ts';
export { complaintRoutes, doubtRoutes, statementRoutes } from './routes-beside.ts';
export { objectionProcedure } from './state.ts';
export { statementDesk, statementKind, statementProcedure } from './statement-desk.ts';
export { takeFormerObjection } from './take-former.ts';

/** For the job of the clocks. */
export const objectionKinds = [objectionKind, statementKind, doubtKind, complaintKind] as const;
