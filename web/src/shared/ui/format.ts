/** Numbers, days, codes and sizes as an office writes them. Pure. */

const whole = new Intl.NumberFormat('en-US');
export const formatCount = (value: number): string => whole.format(value);

const instantFormat = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
});
/** ISO instant → `2026-11-22 09:05`, Beijing time. */
export function formatInstant(instant: string): string {
  const at = new Date(instant);
  return Number.isNaN(at.getTime()) ? instant : instantFormat.format(at);
}

/** 2-6-9-1 groups of a unified code; anything else as it is. */
export function groupCode(code: string): string {
  const match = /^([0-9A-Z]{2})([0-9A-Z]{6})([0-9A-Z]{9})([0-9A-Z])$/.exec(code);
  return match ? match.slice(1).join(' ') : code;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1024).toFixed(0)} KB`;
  const mega = bytes / 1024 ** 2;
  return `${Number.isInteger(mega) || mega >= 100 ? Math.round(mega) : mega.toFixed(1)} MB`;
}

const isDay = (year: number, month: number, day: number): boolean => {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
};

/** What somebody typed as a day → `YYYY-MM-DD`, or null where it is no day (left as typed, the rules say why). */
export function readDay(text: string): string | null {
  const plain = text.normalize('NFKC').trim();
  if (/^长期$/.test(plain)) return '2099-12-31';
  const match =
    /^(\d{4})(\d{2})(\d{2})$/.exec(plain) ?? /^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$/.exec(plain);
  if (!match) return null;
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number];
  if (year < 1900 || year > 2200 || !isDay(year, month, day)) return null;
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** 万元 as typed → yuan in words (`2` → `20,000`), exact to a fen; null where it is no such amount. */
export function yuanOf(text: string): string | null {
  const match = /^(\d{1,12})(?:\.(\d{1,6}))?$/.exec(text.normalize('NFKC').replaceAll(',', '').trim());
  if (!match) return null;
  const fen = BigInt(match[1] ?? '0') * 1_000_000n + BigInt((match[2] ?? '').padEnd(6, '0'));
  const cents = fen % 100n;
  return `${whole.format(fen / 100n)}${cents === 0n ? '' : `.${String(cents).padStart(2, '0')}`}`;
}

/** Seconds between two instants, or null. */
export function secondsBetween(from: string | null, to: string | null): number | null {
  if (!from || !to) return null;
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}
