/** Whether two backups hold the same: used after a restore, and by tests. */
import { type Manifest, tableLabel } from './manifest.ts';

export interface BackupDifference {
  readonly what: string;
  readonly left: string;
  readonly right: string;
}

export interface BackupComparison {
  readonly equal: boolean;
  readonly tables: number;
  readonly rows: number;
  readonly differences: readonly BackupDifference[];
}

/** Compares tables (rows whatever their order), files and schema. Tables in `except` (`schema.name`) may differ. */
export function compareBackups(left: Manifest, right: Manifest, except: readonly string[] = []): BackupComparison {
  const differences: BackupDifference[] = [];
  const note = (what: string, one: string, other: string): void => {
    if (one !== other) differences.push({ what, left: one, right: other });
  };
  note('schema', left.schemaFingerprint, right.schemaFingerprint);
  note('files', `${left.files.count} ${left.files.sha256}`, `${right.files.count} ${right.files.sha256}`);
  const describe = (manifest: Manifest): Map<string, string> =>
    new Map(manifest.tables.map((table) => [tableLabel(table), `${table.rows} rows ${table.digest}`]));
  const one = describe(left);
  const other = describe(right);
  for (const name of new Set([...one.keys(), ...other.keys()])) {
    if (!except.includes(name)) note(name, one.get(name) ?? 'missing', other.get(name) ?? 'missing');
  }
  return {
    equal: differences.length === 0,
    tables: one.size,
    rows: left.tables.reduce((sum, table) => sum + table.rows, 0),
    differences,
  };
}
