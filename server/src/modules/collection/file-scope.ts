/** What all batches of one submission share. */
import type { AppContext } from '../../context.ts';
import { dayOf, type Instant } from '../../platform/clock.ts';
import type { PolicyRuntime } from '../policy/index.ts';
import { createBodyDirectory } from './body-directory.ts';
import type { HeaderPlan } from './header.ts';
import type { BatchScope } from './process-batch.ts';
import { type SubmissionRow, submissionScope } from './queries.ts';
import { compileRowProcessor, type RowProcessor } from './row-processor.ts';

export interface FileScope extends Omit<BatchScope, 'at' | 'today' | 'storePersons'> {
  processor: RowProcessor;
  /** Tokens whose numbers this run has stored, and the anchor of each: a representative stands in many rows. */
  storedTokens: Map<string, string>;
}

export async function scopeOf(
  ctx: AppContext,
  submission: Pick<SubmissionRow, 'submission_id' | 'body_id' | 'received_at'>,
  policy: PolicyRuntime,
  plan: HeaderPlan,
): Promise<FileScope> {
  const receivedOn = dayOf(submission.received_at as Instant);
  return {
    submissionId: submission.submission_id,
    bodyId: submission.body_id,
    scopeBodyIds: await submissionScope(ctx.db.app, submission.body_id),
    policySetId: policy.setId,
    policy,
    processor: compileRowProcessor(plan, policy, ctx.keys, receivedOn),
    bodies: createBodyDirectory(ctx.db.app, ctx.clock),
    storedTokens: new Map(),
  };
}
