import type { Basis, Bilingual, PolicyFile, PolicyRuntime } from './types.ts';

type Unconfirmed = ReturnType<PolicyRuntime['unconfirmed']>[number];
interface Row {
  id: string;
  name: Bilingual;
  basis?: readonly Basis[];
}

/** Everything that says `confirmed: false`: files, and rows inside them. */
export function listUnconfirmed(files: readonly PolicyFile[]): Unconfirmed[] {
  return files.flatMap((file) => {
    const at = { kind: file.kind, key: file.key };
    const rows = rowsOf(file).map(
      (row): Unconfirmed => ({ ...at, id: row.id, name: row.name, basis: [...(row.basis ?? file.basis)] }),
    );
    return file.confirmed ? rows : [{ ...at, name: file.name, basis: file.basis }, ...rows];
  });
}

function rowsOf(file: PolicyFile): Row[] {
  const open = <T extends { confirmed?: boolean }>(rows: readonly T[]): T[] =>
    rows.filter((row) => row.confirmed === false);
  switch (file.kind) {
    case 'dataStandard':
      return [
        ...open(file.body.fields).map((field) => ({ id: field.code, name: field.label })),
        ...open(file.body.editions).map((edition) => ({ id: edition.key, name: edition.name })),
      ];
    case 'ruleSet':
      return open(file.body.rules).map((rule) => ({ id: rule.id, name: rule.message, basis: rule.basis }));
    case 'codeTable':
      return open(file.body.values).map((value) => ({ id: value.code, name: value.label }));
    case 'catalogue':
    case 'localSupplement':
      return open(file.body.items).map((item) => ({ id: item.key, name: item.name, basis: item.basis }));
    case 'disclosure':
      return [
        ...open(file.body.classification ?? []).map((row) => ({
          id: row.severity,
          name: file.name,
          basis: [row.basis],
        })),
        ...open(file.body.never ?? []).map((row) => ({ id: row.id, name: row.name, basis: [row.basis] })),
      ];
    case 'lists':
      return open(file.body.lists).map((one) => ({ id: one.key, name: one.name, basis: one.basis }));
    case 'listExemptions':
      return open(file.body.exemptions).map((one) => ({ id: one.key, name: one.act, basis: one.basis }));
    case 'measures':
      return [
        ...open(file.body.editions).map((one) => ({ id: one.key, name: file.name, basis: [one.basis] })),
        ...open(file.body.measures).map((one) => ({ id: one.id, name: one.name, basis: one.basis })),
        ...file.body.measures
          .filter(({ executors }) => executors?.confirmed === false)
          .map((one) => ({ id: `${one.id}-executors`, name: one.name, basis: one.executors?.basis ?? [] })),
      ];
    case 'measureSupplement':
      return open(file.body.measures).map((one) => ({ id: one.id, name: one.name, basis: one.basis }));
    case 'measureRules':
      return open(file.body.rules).map((one) => ({
        id: `${one.list}-${one.measure}`,
        name: one.relevance,
        basis: one.basis,
      }));
    case 'incentives':
      return open(file.body.incentives).map((one) => ({ id: one.id, name: one.name, basis: one.basis }));
    case 'checkRules':
      return open(file.body.matters).map((one) => ({ id: one.code, name: one.name, basis: one.basis }));
    case 'purposes':
      return open(file.body.purposes).map((purpose) => ({ id: purpose.key, name: purpose.name, basis: purpose.basis }));
    case 'calendar':
      return file.body.years
        .filter((year) => !year.official)
        .map((year) => ({ id: String(year.year), name: file.name, basis: year.notice ? [year.notice] : [] }));
    case 'oversight':
      return open(file.body.delays).map((row) => ({ id: row.key, name: row.name, basis: row.basis }));
    case 'notices':
      return open(file.body.topics).map((row) => ({ id: row.topic, name: row.name, basis: row.basis }));
    case 'repair':
      return open([file.body.ban]).map((ban) => ({ id: 'ban', name: file.name, basis: [ban.basis] }));
    default:
      return [];
  }
}
