/** A small city in a test database: one subject, two bodies, some records; for tests and the benchmark. */
import { createHash } from 'node:crypto';
import type { Actor, AppContext } from '../../context.ts';
import { prepareAccessLog } from '../../platform/access-log/index.ts';
import { type Clock, toInstant } from '../../platform/clock.ts';
import { type Databases, execute, sql } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import type { PolicyRuntime } from '../policy/types.ts';
import { fakeReportPolicy, fakeSubject } from './fake-report.ts';
import type { ReportRecord, ReportSubject } from './types.ts';

export const nobody: Actor = {
  kind: 'anonymous',
  accountId: null,
  name: 'public',
  roles: [],
  bodyId: null,
  scopeBodyIds: [],
  subjectId: null,
  client: null,
  osUser: null,
  address: '203.0.113.9',
  requestId: 'test-request',
};

export interface FakeCity {
  readonly ctx: AppContext;
  readonly bodyId: string;
  readonly officer: Actor;
  addSubject(change?: Partial<ReportSubject>): Promise<string>;
  addRecords(subjectId: string, records: readonly ReportRecord[]): Promise<string[]>;
  addEvent(subjectId: string, recordId: string, kind: string, effectiveOn: string): Promise<void>;
}

export async function fakeCity(
  db: Databases,
  clock: Clock,
  policy: PolicyRuntime = fakeReportPolicy(),
): Promise<FakeCity> {
  const ctx = {
    db,
    clock,
    config: { publicUrl: 'https://credit.example.gov.cn' },
    policy: () => policy,
  } as unknown as AppContext;
  const client = db.migrator;
  const at = toInstant('2026-11-01T00:00:00Z');
  const bodyId = newId();
  const submissionId = newId();
  await prepareAccessLog(ctx);
  await execute(
    client,
    sql`INSERT INTO core.policy_set VALUES (1, 'test', '[]'::jsonb, ${at}::timestamptz) ON CONFLICT DO NOTHING`,
  );
  await execute(
    client,
    sql`INSERT INTO core.setting VALUES ('city', '{"name":"示范市","region":"370200"}'::jsonb, ${at}::timestamptz)
        ON CONFLICT (key) DO NOTHING`,
  );
  await execute(
    client,
    sql`INSERT INTO core.body (body_id, kind, name, created_at)
        VALUES (${bodyId}, 'department', '示范市住房和城乡建设局', ${at}::timestamptz)`,
  );
  await execute(
    client,
    sql`INSERT INTO core.submission (submission_id, body_id, standard, channel, file_name, file_sha256, file_bytes, file_id,
                                     file_key, state, received_at)
        VALUES (${submissionId}, ${bodyId}, 'penalty', 'cli', 'a.csv', 'x', 1, ${submissionId}, 'k', 'done', ${at}::timestamptz)`,
  );
  const officer: Actor = {
    ...nobody,
    kind: 'account',
    accountId: newId(),
    name: '张三',
    roles: ['departmentOfficer'],
    bodyId,
    scopeBodyIds: [bodyId],
  };

  const addSubject = async (change: Partial<ReportSubject> = {}): Promise<string> => {
    const subject = { ...fakeSubject, ...change };
    const id = newId();
    await execute(
      client,
      sql`INSERT INTO core.subject (subject_id, kind, name, unified_code, status, region, industry, established_on, address,
                                    provisional, register, created_at, updated_at)
          VALUES (${id}, ${subject.kind}, ${subject.name}, ${subject.unifiedCode}, ${subject.status}, ${subject.region},
                  ${subject.industry}, ${subject.establishedOn}::date, ${subject.address}, ${subject.provisional},
                  ${JSON.stringify(subject.register)}::jsonb, ${at}::timestamptz, ${at}::timestamptz)`,
    );
    if (subject.unifiedCode !== null) {
      await execute(
        client,
        sql`INSERT INTO core.subject_identifier VALUES (${subject.unifiedCode}, 'unifiedCode', ${id}, ${at}::timestamptz)
            ON CONFLICT DO NOTHING`,
      );
    }
    return id;
  };

  const addRecords = async (subjectId: string, records: readonly ReportRecord[]): Promise<string[]> => {
    const ids: string[] = [];
    for (const record of records) {
      const id = newId();
      ids.push(id);
      const digest = createHash('sha256').update(id).digest();
      await execute(
        client,
        sql`INSERT INTO core.record (subject_id, recorded_on, record_id, item, standard, document_number, decided_on,
              effective_from, effective_to, deciding_body_id, source_body_id, categories, domain, severity, amount_fen,
              confiscated_fen, key_hash, payload_hash, payload, submission_id, row_no, policy_set_id, recorded_at)
            VALUES (${subjectId}, '2026-11-20', ${id}, ${record.item}, ${record.standard}, ${record.documentNumber},
              ${record.decidedOn}::date, ${record.effectiveFrom}::date, ${record.effectiveTo}::date, ${bodyId}, ${bodyId},
              ${record.categories}::text[], ${record.domain}, ${record.severity}, ${record.amountFen}::bigint,
              ${record.confiscatedFen}::bigint, ${digest}, ${digest}, ${JSON.stringify(record.payload)}::jsonb,
              ${submissionId}, ${record.rowNo}, 1, ${record.recordedAt}::timestamptz)`,
      );
    }
    return ids;
  };

  const addEvent = async (subjectId: string, recordId: string, kind: string, effectiveOn: string): Promise<void> => {
    await execute(
      client,
      sql`INSERT INTO core.record_event (subject_id, event_id, record_id, kind, effective_on, recorded_at)
          VALUES (${subjectId}, ${newId()}, ${recordId}, ${kind}, ${effectiveOn}::date, ${at}::timestamptz)`,
    );
  };

  return { ctx, bodyId, officer, addSubject, addRecords, addEvent };
}
