/**
 * A department's system takes back what it sent, up to 5,000 at once, with a result for each: by the record's id, or by the
 * columns that make the fact (code of the subject, deciding body, document number, day …). What it never sent is answered
 * as not found, and nothing of others is touched.
 */
import type { Actor, AppContext } from '../../context.ts';
import { type Queryable, query, sql, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { isId, newId } from '../../platform/ids.ts';
import { loadRecord, withdrawAs } from '../records/index.ts';
import { findByIdentifiers } from '../subjects/index.ts';
import { scopeOf } from './file-scope.ts';
import { readHeader } from './header.ts';
import { type OpenRow, openBatch } from './process-batch.ts';
import { keyOf, openFacts } from './record-facts.ts';

export interface WithdrawRows {
  standard: string;
  reason: string;
  records: { recordId?: string | undefined; values?: Record<string, string | null> | undefined }[];
}

export interface WithdrawRowResult {
  index: number;
  outcome: 'withdrawn' | 'handedOver' | 'assertionWithdrawn' | 'notFound';
  recordId: string | null;
}

/** Records a transaction: a batch that is cut short has done its first part, and can be sent again as it is. */
const CHUNK = 100;

export async function withdrawRows(
  ctx: AppContext,
  actor: Actor,
  bodyId: string,
  input: WithdrawRows,
): Promise<WithdrawRowResult[]> {
  const ids = await recordIds(ctx, bodyId, input);
  const results: WithdrawRowResult[] = [];
  for (let at = 0; at < ids.length; at += CHUNK) {
    const chunk = ids.slice(at, at + CHUNK);
    const done = await withTransaction(ctx.db.app, async (tx) => {
      const outcomes: WithdrawRowResult[] = [];
      for (const [offset, recordId] of chunk.entries()) {
        const index = at + offset;
        const record = recordId === null ? null : await loadRecord(tx, recordId);
        if (recordId === null || record?.standard !== input.standard) {
          outcomes.push({ index, outcome: 'notFound', recordId: null });
          continue;
        }
        const outcome = await withdrawAs(ctx, actor, tx, { recordId, sourceBodyId: bodyId, reason: input.reason });
        outcomes.push({ index, outcome, recordId: outcome === 'notFound' ? null : recordId });
      }
      return outcomes;
    });
    results.push(...done);
  }
  return results;
}

/** The live record that each entry is about; null where there is none. */
async function recordIds(ctx: AppContext, bodyId: string, input: WithdrawRows): Promise<(string | null)[]> {
  const policy = ctx.policy();
  const standard = policy.standards().find((entry) => entry.standard === input.standard);
  if (!standard)
    throw new DomainError('unprocessable', { zh: '没有这类数据标准。', en: 'There is no such data standard.' });
  if (standard.registers)
    throw new DomainError('unprocessable', {
      zh: '登记信息不能撤回；主体注销的，请报送新的登记状态。',
      en: 'Rows of the register are not withdrawn; report the new state of the subject.',
    });
  const codes = standard.fields.map((field) => field.code);
  const plan = readHeader(codes, [standard]);
  if (!plan || 'code' in plan) throw new Error(`the fields of ${input.standard} do not make a header`);
  const draft = { submission_id: newId(), body_id: bodyId, received_at: ctx.clock.now() };
  const scope = await scopeOf(ctx, draft, policy, plan);
  const found: (string | null)[] = input.records.map((entry) =>
    entry.recordId !== undefined && isId(entry.recordId) ? entry.recordId : null,
  );
  const asked = input.records.flatMap((entry, index) => (entry.values ? [{ index, values: entry.values }] : []));
  for (let at = 0; at < asked.length; at += CHUNK) {
    const chunk = asked.slice(at, at + CHUNK);
    const rows = chunk.map(({ values }, row) =>
      scope.processor.process({ rowNumber: row + 1, cells: codes.map((code) => values[code] ?? '') }),
    );
    const open = await openBatch(rows, scope);
    const live = await liveByKey(ctx, open, scope.processor);
    chunk.forEach(({ index }, row) => {
      const entry = open[row];
      found[index] = (entry && live.get(entry)) ?? null;
    });
  }
  return found;
}

async function liveByKey(
  ctx: AppContext,
  open: readonly OpenRow[],
  processor: Parameters<typeof openFacts>[0],
): Promise<Map<OpenRow, string>> {
  const codeOf = (entry: OpenRow): string | undefined => {
    const registration = processor.role('registrationNumber');
    return entry.row.unified?.code ?? (registration < 0 ? undefined : (entry.row.texts[registration] ?? undefined));
  };
  const subjects = await findByIdentifiers(
    ctx.db.app,
    open.flatMap((entry) => codeOf(entry) ?? []),
  );
  const keys = new Map<OpenRow, string>();
  for (const entry of open) {
    const code = codeOf(entry);
    const subject = code === undefined ? undefined : subjects.get(code);
    // Rows about persons are in another store, where an officer with the person's file withdraws them.
    if (!subject || entry.row.person) continue;
    keys.set(entry, keyOf(openFacts(processor, entry.row, entry.bodies), subject.subjectId));
  }
  const records = await recordsByKey(
    ctx.db.app,
    [...keys.values()].map((hex) => Buffer.from(hex, 'hex')),
  );
  return new Map(
    [...keys].flatMap(([entry, hex]) => {
      const recordId = records.get(hex);
      return recordId === undefined ? [] : [[entry, recordId] as const];
    }),
  );
}

async function recordsByKey(client: Queryable, hashes: readonly Buffer[]): Promise<Map<string, string>> {
  if (hashes.length === 0) return new Map();
  const rows = await query<{ key_hash: Buffer; record_id: string }>(
    client,
    sql`SELECT key_hash, record_id FROM core.record_key WHERE key_hash = ANY(${hashes}::bytea[])`,
  );
  return new Map(rows.map((row) => [row.key_hash.toString('hex'), row.record_id]));
}
