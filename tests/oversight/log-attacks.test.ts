/** Attacks on the log: forged lines and figures, hidden numbers of persons, and a log that cannot be written. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { writeRefusal } from '../../server/src/platform/access-log/index.ts';
import { execute, query, sql } from '../../server/src/platform/db.ts';
import { actorWith } from '../support/context.ts';
import { assertProblem, createHttpCity, type HttpCity } from '../support/http-city.ts';
import { codeOf, penalty, penaltyCsv } from '../support/rows.ts';

let city: HttpCity;
let root: pg.Client;
const code = codeOf(1001);
/** A made-up number with a right check digit. */
const number = '11010519491231002X';

before(async () => {
  city = await createHttpCity();
  await city.submit(penaltyCsv([penalty(1)]));
  root = new pg.Client({ connectionString: city.database.superuserUrl });
  await root.connect();
});
after(async () => {
  await root?.end();
  await city?.close();
});

const search = (caseNumber: string): string =>
  `/api/v1/subjects/${code}?purpose=approval&caseNumber=${encodeURIComponent(caseNumber)}`;
interface Row {
  readonly case_number: string | null;
  readonly purpose: string | null;
  readonly actor_name: string;
  readonly outcome: string;
  readonly text: string;
}
const lastRows = (limit = 1): Promise<Row[]> =>
  query<Row>(
    city.ctx.db.audit,
    sql`SELECT case_number, purpose, actor_name, outcome, l::text AS text FROM log.access_log l ORDER BY xid DESC, log_id DESC LIMIT ${limit}`,
  );
/** The second line, behind what each route accepts: the text in every part of an entry that may hold typed words. */
const everywhere = (typed: string): Promise<void> =>
  writeRefusal(
    city.ctx,
    { ...actorWith(['departmentOfficer'], city.bodyId), name: typed, address: typed, osUser: typed },
    {
      action: 'subject.full',
      resourceKind: 'subject',
      resourceId: typed,
      purpose: typed,
      matter: typed,
      caseNumber: typed,
      detail: { typed, deep: [{ typed }] },
    },
  );
const count = async (): Promise<number> =>
  Number((await query<{ n: bigint }>(city.ctx.db.audit, sql`SELECT count(*) AS n FROM log.access_log`))[0]?.n);

describe('a line of the log cannot be forged by what somebody types', () => {
  const forged: readonly [string, string][] = [
    ['new lines', '案1\r\n2026-11-23 完成 张三 查看'],
    ['a line separator', '案1\u2028伪造的一行\u2029另一行'],
    ['JSON', '案1", "outcome": "ok", "actor_name": "李四'],
    ['SQL', `案1'); DELETE FROM log.access_log; --`],
    ['terminal codes', '案1\u001b[2K\u001b[1A伪造'],
    ['text turned round', '案1\u202e001-法违'],
    ['what is not seen', '案\u200b1\u2060\ufeff'],
    ['NUL and a lone surrogate', '案1\0\ud800'],
  ];
  for (const [name, typed] of forged) {
    it(`with ${name}: refused at the door, or one row in which nothing is invisible`, async () => {
      if (typed.isWellFormed()) {
        const earlier = await count();
        const answer = await city.call('officer', 'GET', search(typed));
        assert.ok(answer.statusCode === 200 || answer.statusCode === 400, answer.body);
        assert.equal(await count(), earlier + (answer.statusCode === 200 ? 1 : 0));
      }
      await everywhere(typed);
      const [row] = await lastRows();
      assert.equal(row?.outcome, 'refused');
      assert.doesNotMatch(row?.text ?? '', /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ud800]/u);
    });
  }
  it('nor by headers: the address is the connection’s, the request id this server’s', async () => {
    const answer = await city.call('officer', 'GET', search('案2'), {
      headers: {
        'user-agent': 'x\u0001 伪造'.replace(/[^\x20-\x7e]/g, ''),
        'x-forwarded-for': '10.9.9.9',
        'x-request-id': 'forged-request-id',
      },
      remoteAddress: '10.2.2.2',
    });
    assert.equal(answer.statusCode, 200);
    const [row] = await lastRows();
    assert.match(row?.text ?? '', /10\.2\.2\.2/);
    assert.doesNotMatch(row?.text ?? '', /10\.9\.9\.9|forged-request-id/);
  });
});

describe('the log holds no number of a person', () => {
  const wide = [...number].map((digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)).join('');
  const arabic = [...number]
    .map((digit) => (digit === 'X' ? 'X' : String.fromCharCode(0x660 + Number(digit))))
    .join('');
  const bold = [...number]
    .map((digit) => (digit === 'X' ? 'X' : String.fromCodePoint(0x1d7ce + Number(digit))))
    .join('');
  const ways: readonly [string, string][] = [
    ['as it is', number],
    ['with blanks', `${number.slice(0, 6)} ${number.slice(6, 14)} ${number.slice(14)}`],
    ['in wide digits', wide],
    ['in Arabic digits', arabic],
    ['in bold digits', bold],
    ['with what is not seen between', [...number].join('\u200b')],
    ['with marks on the digits', [...number].join('\u0336')],
  ];
  for (const [name, typed] of ways) {
    it(`written ${name}, in whatever part of a row`, async () => {
      await city.call('officer', 'GET', search(`查询 ${typed} 一案`));
      await everywhere(`查询 ${typed} 一案`);
      for (const row of await lastRows(2)) {
        // The ids of the row itself are left out of the comparison.
        const plain = row.text
          .normalize('NFKC')
          .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '#')
          .replace(/[^0-9Xx#]/g, '');
        assert.ok(!plain.includes(number), row.text);
      }
      const [row] = await lastRows();
      assert.equal(row?.case_number, '查询 *** 一案');
    });
  }
  it('nor in the row of a refusal', async () => {
    await city.call('system', 'GET', search(number));
    await city.call('officer', 'GET', `/api/v1/subjects/${number}?purpose=approval`);
    for (const row of await lastRows(2)) assert.ok(!row.text.includes(number), row.text);
  });
});

describe('what cannot be logged is not answered', () => {
  let undo: () => Promise<void> = async () => undefined;
  afterEach(async () => {
    await undo();
    undo = async () => undefined;
    assert.equal((await city.call('officer', 'GET', search('复查'))).statusCode, 200, 'afterwards all is well');
  });
  async function refusesAll(): Promise<void> {
    const before = await city.traces();
    const read = await city.call('officer', 'GET', search('案3'));
    assertProblem(read, 503, 'log-unavailable');
    assert.doesNotMatch(read.body, /示范/, 'nothing of the archive');
    const form = penalty(900);
    for (const field of ['CF_CFJG', 'CF_CFJGDM', 'CF_SJLY', 'CF_SJLYDM']) delete form[field];
    const written = await city.call('officer', 'POST', '/api/v1/records', {
      payload: { standard: 'penalty', values: form },
    });
    assert.equal(written.statusCode, 503, written.body);
    const refused = await city.call('system', 'GET', search('案3'));
    assert.equal(refused.statusCode, 503, 'a refusal is not told either');
    assert.deepEqual(await city.traces(), before, 'nothing was written');
  }
  it('when the disk of the log is full', async () => {
    await root.query(
      `CREATE FUNCTION public.full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
       CREATE TRIGGER disk_full BEFORE INSERT ON log.access_log FOR EACH ROW EXECUTE FUNCTION public.full();`,
    );
    undo = async () => {
      await root.query('DROP TRIGGER disk_full ON log.access_log; DROP FUNCTION public.full()');
    };
    await refusesAll();
  });
  it('when the log is locked', async () => {
    const holder = new pg.Client({ connectionString: city.database.superuserUrl });
    await holder.connect();
    // Only how long is waited is shortened; the connections are opened anew to take it.
    await root.query(`ALTER DATABASE "${city.database.name}" SET lock_timeout = '200ms'`);
    const fresh = () =>
      root.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename <> current_user AND state = 'idle'`,
        [city.database.name],
      );
    await fresh();
    // The pools learn that their connections are gone.
    await sleep(500);
    await holder.query('BEGIN; LOCK TABLE log.access_log IN ACCESS EXCLUSIVE MODE');
    undo = async () => {
      await holder.query('ROLLBACK');
      await holder.end();
      await root.query(`ALTER DATABASE "${city.database.name}" RESET lock_timeout`);
      await fresh();
      await sleep(500);
    };
    await refusesAll();
  });
  it('when the right to write it was taken away', async () => {
    const columns =
      'log_id, at, actor_kind, account_id, actor_name, body_id, os_user, action, resource_kind, resource_id, subject_id, purpose, matter, case_number, outcome, address, request_id, detail';
    const { app, log } = city.ctx.db.roles;
    await root.query(`REVOKE INSERT (${columns}) ON log.access_log FROM ${app}, ${log}`);
    undo = async () => {
      await root.query(`GRANT INSERT (${columns}) ON log.access_log TO ${app}, ${log}`);
    };
    await refusesAll();
  });
  it('when the month has no partition and none can be made', async () => {
    city.clock.set('2031-05-02T02:00:00Z');
    await execute(
      city.ctx.db.app,
      sql`UPDATE identity.session SET last_seen_at = ${city.clock.now()}, expires_at = ${city.clock.now()}::timestamptz + interval '1 hour'`,
    );
    const { log, sealer } = city.ctx.db.roles;
    await root.query(`REVOKE EXECUTE ON FUNCTION log.ensure_partitions(date, integer) FROM ${log}, ${sealer}`);
    undo = async () => {
      await root.query(`GRANT EXECUTE ON FUNCTION log.ensure_partitions(date, integer) TO ${log}, ${sealer}`);
    };
    assertProblem(await city.call('officer', 'GET', search('案4')), 503, 'log-unavailable');
  });
});
