/** Micro-units in one unit. */
export const microPerUnit = 1_000_000n;

/** Largest number that a field may hold: 10¹² units, which as micro-units fits a PostgreSQL bigint. */
export const maxMicro = 10n ** 18n;

/**
 * Reads a decimal with at most six decimals as integer micro-units: `'0.2'` → `200000n`.
 * @returns undefined for anything else, also beyond ±10¹²
 */
export function parseMicro(decimal: string): bigint | undefined {
  const parts = /^(-?)([0-9]{1,13})(?:\.([0-9]{1,6}))?$/.exec(decimal);
  if (parts === null) return undefined;
  const size = BigInt(parts[2] ?? '0') * microPerUnit + BigInt((parts[3] ?? '').padEnd(6, '0'));
  if (size > maxMicro) return undefined;
  return parts[1] === '-' ? -size : size;
}

/** Writes micro-units as a decimal without trailing zeros: `200000n` → `'0.2'`. */
export function formatMicro(micro: bigint): string {
  const size = micro < 0n ? -micro : micro;
  const fraction = String(size % microPerUnit)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${micro < 0n ? '-' : ''}${size / microPerUnit}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Product in micro-units, floored (towards −∞) to six decimals, as the SQL engines do it. */
export function multiplyMicro(a: bigint, b: bigint): bigint {
  const product = a * b;
  const quotient = product / microPerUnit;
  return product < 0n && quotient * microPerUnit !== product ? quotient - 1n : quotient;
}
