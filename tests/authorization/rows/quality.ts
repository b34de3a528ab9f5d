/** Quality: a department its own rates, duties and letters; months, samples and codes are the credit office's. */
import { execute, one, sql } from '../../../server/src/platform/db.ts';
import { newId } from '../../../server/src/platform/ids.ts';
import { multipartOf } from '../../support/http-city.ts';
import { at, business, type Case, type Fixture, officeOnly, ofTheBody, type Rows } from '../format.ts';

const base = '/api/v1/quality';

/** A duty of the body of `officer`, from before the months that are asked for. */
async function duty({ city }: Fixture): Promise<void> {
  await execute(
    city.ctx.db.app,
    sql`INSERT INTO quality.duty (body_id, standard, from_month, source) VALUES (${city.bodyId}, 'award', '2020-01', 'office')
        ON CONFLICT (body_id, standard) DO NOTHING`,
  );
}

let months = 0;
/** A month that nobody closed; each call another. */
function freshMonth(): string {
  months += 1;
  return `20${String(21 + Math.floor(months / 12)).padStart(2, '0')}-${String((months % 12) + 1).padStart(2, '0')}`;
}

/** A closed month of 2020, in which nothing happened. */
async function closedMonth({ city }: Fixture): Promise<void> {
  await execute(
    city.ctx.db.app,
    sql`INSERT INTO quality.month (month, policy_set_id, figures, hash, closed_by, closed_at)
        VALUES ('2020-05', ${city.ctx.policy().setId}, '{"rows":[],"duties":[],"samples":[],"cases":[],"codes":null}'::jsonb, 'x', ${newId()}, ${city.clock.now()})
        ON CONFLICT (month) DO NOTHING`,
  );
}

/** A signed letter to the body of `officer`, answered or not. */
async function freshLetter({ city }: Fixture, replied: boolean): Promise<string> {
  const id = newId();
  const { account_id: by } = await one<{ account_id: string }>(
    city.ctx.db.app,
    sql`SELECT account_id FROM identity.account WHERE login = 'office'`,
  );
  const now = city.clock.now();
  await execute(
    city.ctx.db.app,
    sql`INSERT INTO quality.letter (letter_id, kind, month, body_id, reasons, reply_due, created_by, created_at, reply, replied_by, replied_at)
        VALUES (${id}, 'risk', ${freshMonth()}, ${city.bodyId}, '[{"zh":"及时率低","en":"late"}]'::jsonb, '2026-12-01', ${by}, ${now},
          ${replied ? '已改' : null}, ${replied ? by : null}, ${replied ? now : null})`,
  );
  await execute(
    city.ctx.db.app,
    sql`INSERT INTO papers.paper (paper_id, template, policy_set_id, procedure, case_id, body_id, series, year, ordinal, number, fields, state, issued_at, issued_on)
        VALUES (${newId()}, 'riskLetter', ${city.ctx.policy().setId}, 'qualityLetter', ${id}, ${city.officeBodyId}, 'risk', 1999,
          (SELECT coalesce(max(ordinal), 0) + 1 FROM papers.paper WHERE series = 'risk' AND year = 1999), '信风险〔1999〕1号', '{"facts":{},"given":{}}'::jsonb,
          'signedOff', ${now}, '1999-01-01')`,
  );
  return id;
}

async function freshSample({ city }: Fixture): Promise<string> {
  const id = newId();
  await execute(
    city.ctx.db.app,
    sql`INSERT INTO quality.sample (sample_id, kind, month, seed, rows, state, created_by, created_at)
        VALUES (${id}, 'assessor', '2020-02', 's', 1, 'drawn', ${newId()}, ${city.clock.now()})`,
  );
  await execute(
    city.ctx.db.app,
    sql`INSERT INTO quality.sample_row (sample_id, row_no, body_id, standard, document_number) VALUES (${id}, 1, ${city.bodyId}, 'penalty', '示市监罚〔2026〕1号')`,
  );
  return id;
}

const sheet = (content: string) => multipartOf([{ name: 'file', content, fileName: '表.csv' }]);
const ofOffice = (request: Case['request']): Case => ({ expect: officeOnly, request });

export const rows: Rows = {
  [`GET ${base}/indicators`]: { expect: business, ...at(`${base}/indicators`) },
  [`GET ${base}/board`]: { expect: business, ...at(`${base}/board?month=2026-10`) },
  [`GET ${base}/board.xlsx`]: { expect: business, ...at(`${base}/board.xlsx?month=2026-10`) },
  [`GET ${base}/rows`]: [
    { expect: business, ...at(`${base}/rows?month=2026-10&fault=compliance`) },
    {
      when: "one body's rows",
      expect: ofTheBody,
      request: (_who, { city }) => ({ url: `${base}/rows?month=2026-10&fault=compliance&bodyId=${city.bodyId}` }),
    },
  ],
  [`GET ${base}/feedback`]: { expect: business, ...at(`${base}/feedback?month=2026-10`) },
  [`GET ${base}/tasks`]: { expect: business, ...at(`${base}/tasks`) },
  [`GET ${base}/gaps`]: { expect: business, ...at(`${base}/gaps?month=2026-10`) },
  [`GET ${base}/codes`]: { expect: officeOnly, ...at(`${base}/codes`) },
  [`GET ${base}/duties`]: { expect: business, ...at(`${base}/duties?month=2026-10`) },
  [`PUT ${base}/duties`]: ofOffice((_who, { city }) => ({
    url: `${base}/duties`,
    payload: { bodyId: city.bodyId, standard: 'licence', from: '2026-01', to: null },
  })),
  [`GET ${base}/duties/set`]: { expect: officeOnly, ...at(`${base}/duties/set`) },
  [`GET ${base}/duties/standards`]: { expect: officeOnly, ...at(`${base}/duties/standards`) },
  [`GET ${base}/duties/sheet`]: { expect: officeOnly, ...at(`${base}/duties/sheet`) },
  [`POST ${base}/duties/sheet`]: ofOffice(() => ({
    url: `${base}/duties/sheet`,
    ...sheet('单位,事项,周期,自月份,至月份\n示范市市场监督管理局,行政处罚信息,月,2026-01,\n'),
  })),
  [`GET ${base}/decisions`]: {
    expect: ofTheBody,
    request: (_who, { city }) => ({
      url: `${base}/decisions?month=2026-10&standard=penalty&bodyId=${city.bodyId}`,
    }),
  },
  [`POST ${base}/declarations`]: {
    expect: { officer: 'ok', stranger: 'hidden' },
    request: async (_who, fixture) => {
      await duty(fixture);
      return {
        url: `${base}/declarations`,
        payload: { month: '2020-03', bodyId: fixture.city.bodyId, standard: 'award', decisions: 0 },
      };
    },
  },
  [`GET ${base}/months`]: { expect: officeOnly, ...at(`${base}/months`) },
  [`POST ${base}/months/:month/close`]: ofOffice(() => ({ url: `${base}/months/${freshMonth()}/close` })),
  [`POST ${base}/months/:month/papers`]: ofOffice(() => ({ url: `${base}/months/${freshMonth()}/papers` })),
  [`GET ${base}/months/:month/annex`]: { expect: officeOnly, ...at(`${base}/months/2026-10/annex`) },
  [`POST ${base}/years/:year/report`]: ofOffice(async (_who, fixture) => {
    await closedMonth(fixture);
    return { url: `${base}/years/2020/report` };
  }),
  [`GET ${base}/letters`]: { expect: business, ...at(`${base}/letters`) },
  [`POST ${base}/letters/:id/reply`]: {
    expect: { officer: 'ok', stranger: 'hidden' },
    request: async (_who, fixture) => ({
      url: `${base}/letters/${await freshLetter(fixture, false)}/reply`,
      payload: { reply: '已查明原因，今后按期报送。' },
    }),
  },
  [`POST ${base}/letters/:id/close`]: ofOffice(async (_who, fixture) => ({
    url: `${base}/letters/${await freshLetter(fixture, true)}/close`,
    payload: { reason: '回复属实。' },
  })),
  [`GET ${base}/samples`]: { expect: officeOnly, ...at(`${base}/samples`) },
  [`POST ${base}/samples`]: ofOffice((_who, { city }) => ({
    url: `${base}/samples`,
    payload: { month: city.clock.today().slice(0, 7), rows: 2 },
  })),
  [`GET ${base}/samples/:id`]: ofOffice(async (_who, fixture) => ({
    url: `${base}/samples/${await freshSample(fixture)}`,
  })),
  [`GET ${base}/samples/:id/sheet`]: ofOffice(async (_who, fixture) => ({
    url: `${base}/samples/${await freshSample(fixture)}/sheet`,
  })),
  [`POST ${base}/samples/website`]: ofOffice((_who, { city }) => ({
    url: `${base}/samples/website?month=2020-02&bodyId=${city.bodyId}&standard=penalty`,
    ...sheet('决定文书号,决定日期\n示市监罚〔2026〕77777号,2026-10-12'),
  })),
  [`POST ${base}/samples/:id/result`]: ofOffice(async (_who, fixture) => ({
    url: `${base}/samples/${await freshSample(fixture)}/result`,
    ...sheet('序号,单位,数据类型,决定文书号,决定日期,核查结果,说明\n1,甲,处罚,示市监罚〔2026〕1号,,一致,'),
  })),
};
