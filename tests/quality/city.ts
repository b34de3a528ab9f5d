/** A department's month with rows of every fate, drawn by a seed, and the accounts to look at it. */
import { query, sql } from '../../server/src/platform/db.ts';
import { signInAs } from '../../server/src/testing-context.ts';
import { createHttpCity, type HttpCity, type Login } from '../support/http-city.ts';
import { penalty, penaltyCsv } from '../support/rows.ts';
import type { SentRow } from './recompute.ts';

/** Mulberry32: small, and the same everywhere. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export async function openCity(now: string): Promise<HttpCity> {
  return createHttpCity({ now, app: { rateLimit: { account: 100_000, address: 100_000 } } });
}

/** The clock moves on, and sessions with it. */
export async function moveTo(city: HttpCity, iso: string, ...logins: Login[]): Promise<void> {
  city.clock.set(iso);
  for (const login of logins.length > 0 ? logins : (['officer', 'office', 'stranger'] as const))
    Object.assign(city.sessions, { [login]: await signInAs(city.app, login) });
}

const dayText = (iso: string): string => iso.replaceAll('-', '/');
const shift = (day: string, by: number): string =>
  new Date(Date.parse(`${day}T12:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);
const days = ['2026-10-09', '2026-10-13', '2026-10-16', '2026-10-20', '2026-10-27', '2026-10-30'];

/** Files on six days of October 2026 with `total` rows altogether. Returns what was sent, with the findings kept of it. */
export async function sendMonth(city: HttpCity, seed: number, total: number): Promise<SentRow[]> {
  const random = randomOf(seed);
  const sent: SentRow[] = [];
  const earlier: Record<string, string>[] = [];
  const known = new Set<string>();
  let serial = 0;
  const each = Math.ceil(total / days.length);
  for (const day of days) {
    await moveTo(city, `${day}T02:00:00Z`, 'officer');
    const rows: Record<string, string>[] = [];
    const inFile = new Set<string>();
    while (rows.length < each && sent.length + rows.length < total) {
      const draw = random();
      const old = earlier[Math.floor(random() * earlier.length)];
      if (draw < 0.1 && old) {
        // Sent once more: as it was, or with other words in it. One fact at most once in a file.
        const row = draw < 0.05 ? old : { ...old, CF_NR: `罚款人民币20000元（更正${serial}）` };
        if (inFile.has(row.CF_WSH ?? '')) continue;
        inFile.add(row.CF_WSH ?? '');
        rows.push(row);
        continue;
      }
      serial += 1;
      const row = penalty(serial, { CF_JDRQ: dayText(shift(day, -Math.floor(random() * 21))) });
      if (draw < 0.2) {
        const code = row.CF_XDR_SHXYM ?? '';
        row.CF_XDR_SHXYM = `${code.slice(0, 17)}${code.endsWith('0') ? '1' : '0'}`;
      } else if (draw < 0.28) row.CF_NR_FK = '';
      else if (draw < 0.32) row.CF_JDRQ = dayText(shift(day, 3));
      rows.push(row);
    }
    const answer = await city.submit(penaltyCsv(rows), { fields: { standard: 'penalty' } });
    const findings = await query<{ row_no: number; severity: string }>(
      city.ctx.db.app,
      sql`SELECT row_no, severity FROM core.finding WHERE submission_id = ${answer.id}`,
    );
    // Rows of a file are numbered as a reader of the sheet sees them: the heading is the first.
    rows.forEach((cells, at) => {
      const row = at + 2;
      sent.push({
        submissionId: answer.id,
        row,
        arrivedOn: day,
        cells,
        severities: findings.filter((one) => one.row_no === row).map(({ severity }) => severity),
      });
    });
    // Only what was taken in can be sent again.
    for (const row of rows) {
      if (!row.CF_NR_FK || known.has(row.CF_WSH ?? '')) continue;
      known.add(row.CF_WSH ?? '');
      earlier.push(row);
    }
  }
  return sent;
}
