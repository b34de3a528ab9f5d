/** All findings of a submission as a CSV file beside the command's output. */
import { createWriteStream } from 'node:fs';
import type { AppContext } from '../../context.ts';
import { writeCsv } from '../../platform/tabular/index.ts';
import { listFindings, loadSubmission } from './queries.ts';
import { findingView } from './views.ts';

const PAGE = 5000;

async function* lines(ctx: AppContext, submissionId: string): AsyncGenerator<string[]> {
  const submission = await loadSubmission(ctx.db.app, submissionId);
  if (!submission) return;
  const policy = submission.policy_set_id === null ? ctx.policy() : await ctx.policySet(submission.policy_set_id);
  let after: { row: number; seq: number } | null = null;
  for (;;) {
    const page = await listFindings(ctx.db.app, submissionId, {}, after, PAGE);
    for (const row of page) {
      const view = findingView(row, submission.standard, policy);
      yield [
        String(view.row),
        view.fieldLabel?.zh ?? view.field ?? '',
        view.severity,
        view.rule,
        view.ruleVersion,
        view.value ?? '',
        view.newValue ?? '',
        view.message.zh,
        view.fix.zh,
      ];
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = { row: last.row_no, seq: last.seq };
  }
}

export async function writeFindingsFile(ctx: AppContext, submissionId: string, path: string): Promise<void> {
  await writeCsv(
    createWriteStream(path, { mode: 0o600 }),
    ['行', '字段', '类别', '规则', '规则版本', '原值', '新值', '问题', '怎样改'],
    lines(ctx, submissionId),
  );
}
