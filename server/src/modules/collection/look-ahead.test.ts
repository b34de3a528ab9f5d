/** A batch planned while the one before is being written says what it would say after it. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { actorWith, type CityContext, createCityContext } from '../../../../tests/support/context.ts';
import { codeOf, DEPARTMENT, penalty, penaltyCsv } from '../../../../tests/support/rows.ts';
import type { Actor } from '../../context.ts';
import { query, sql } from '../../platform/db.ts';
import { createBody } from '../identity/index.ts';
import { loadSubmission, processSubmission, receiveFile } from './index.ts';
import { WIRE_ROWS } from './wire-rows.ts';

let city: CityContext;
let bodyId: string;
let officer: Actor;

before(async () => {
  city = await createCityContext();
  const body = await createBody(city.ctx.db.app, city.clock, { kind: 'department', ...DEPARTMENT });
  bodyId = body.bodyId;
  officer = actorWith(['departmentOfficer'], bodyId);
});
after(() => city.close());

interface Said {
  subject: number;
  document: number;
  amount: number;
  /** How the subject is named: by its code and name, another's name, by an old number alone, or with both. */
  way: 'code' | 'otherName' | 'number' | 'numberAndCode' | 'nameOnly';
}

const said = (ways: readonly Said['way'][]): fc.Arbitrary<Said> =>
  fc.record<Said>({
    subject: fc.nat(11),
    document: fc.nat(40),
    amount: fc.integer({ min: 1, max: 2 }),
    way: fc.constantFrom(...ways),
  });
const length = { minLength: 2 * WIRE_ROWS + 1, maxLength: 3 * WIRE_ROWS, size: 'max' } as const;
/** With numbers a subject is found by one and gets its code later, which has to lock it: planned in its transaction. */
const files = fc.oneof(
  fc.array(said(['code', 'code', 'otherName', 'nameOnly']), length),
  fc.array(said(['code', 'code', 'code', 'otherName', 'number', 'numberAndCode', 'nameOnly']), length),
);

const numberOf = (serial: number): string => `37010010${serial.toString().padStart(7, '0')}`;

function rowOf(base: number, { subject, document, amount, way }: Said): Record<string, string> {
  const serial = base + subject;
  return penalty(serial, {
    CF_WSH: `示市监罚〔2026〕${base + document}号`,
    CF_NR: `罚款人民币${amount}0000元`,
    CF_NR_FK: String(amount),
    ...(way === 'otherName' ? { CF_XDR_MC: `示范市第${base + ((subject + 1) % 12)}商贸有限公司` } : {}),
    ...(way === 'number' || way === 'nameOnly' ? { CF_XDR_SHXYM: '' } : { CF_XDR_SHXYM: codeOf(1000 + serial) }),
    ...(way === 'number' || way === 'numberAndCode' ? { CF_XDR_GSZC: numberOf(serial) } : {}),
  });
}

async function collect(rows: readonly Record<string, string>[], batchRows: number): Promise<string[]> {
  const { submissionId } = await receiveFile(city.ctx, officer, {
    source: Readable.from([Buffer.from(penaltyCsv([...rows]))]),
    fileName: 'rows.csv',
    standard: 'penalty',
    bodyId,
    channel: 'desk',
    enqueue: false,
  });
  await processSubmission(city.ctx, submissionId, { batchRows });
  assert.equal((await loadSubmission(city.ctx.db.app, submissionId))?.state, 'done');
  const fates = await query<{ row_no: number; outcome: string; candidates: number }>(
    city.ctx.db.app,
    sql`SELECT row_no, outcome, COALESCE(jsonb_array_length(candidates), 0) AS candidates FROM core.submission_row
         WHERE submission_id = ${submissionId}`,
  );
  const findings = await query<{ row_no: number; rules: string }>(
    city.ctx.db.app,
    sql`SELECT row_no, string_agg(rule, ' ' ORDER BY rule) AS rules FROM core.finding
         WHERE submission_id = ${submissionId} AND rule <> 'registration-number-check' GROUP BY row_no`,
  );
  const fateOf = new Map(fates.map((fate) => [fate.row_no, `${fate.outcome} of ${fate.candidates}`]));
  const rulesOf = new Map(findings.map(({ row_no, rules }) => [row_no, rules]));
  return rows.map((_, at) => `${fateOf.get(at + 2) ?? 'accepted'}: ${rulesOf.get(at + 2) ?? ''}`);
}

const live = async (base: number): Promise<string[]> =>
  (
    await query<{ text: string }>(
      city.ctx.db.app,
      sql`SELECT concat_ws(' ', r.document_number, r.amount_fen, s.name) AS text
            FROM core.record r JOIN core.subject s USING (subject_id)
           WHERE r.superseded_at IS NULL AND substring(r.document_number FROM '〕(\d+)号')::int BETWEEN ${base} AND ${base + 99}`,
    )
  )
    .map(({ text }) => text.replace(/〕(\d+)号/, (_, serial) => `〕${Number(serial) - base}号`))
    .map((text) => text.replace(/第(\d+)商贸/, (_, serial) => `第${Number(serial) - base}商贸`))
    .sort();

describe('batches that are planned ahead', () => {
  let base = 10_000;
  it('end like files that were collected one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(files, async (rows) => {
        const [together, apart] = [base, base + 1_000];
        base += 2_000;
        const ahead = await collect(
          rows.map((row) => rowOf(together, row)),
          1,
        );
        const singly: string[] = [];
        // The reader's first piece has the header in it.
        for (let at = 0, size = WIRE_ROWS - 1; at < rows.length; at += size, size = WIRE_ROWS) {
          const part = rows.slice(at, at + size).map((row) => rowOf(apart, row));
          singly.push(...(await collect(part, 2 * WIRE_ROWS)));
        }
        const differs = rows.findIndex((_, at) => ahead[at] !== singly[at]);
        assert.equal(differs, -1, `row ${differs} of ${rows.length}: ${ahead[differs]} | ${singly[differs]}`);
        assert.deepEqual(await live(together), await live(apart));
      }),
      { numRuns: 5, endOnFailure: true },
    );
  });
});
