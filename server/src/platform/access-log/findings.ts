/** What verification says: each finding names its place, as near as the seals allow. */
export type FindingKind =
  | 'sealMissing'
  | 'sealChanged'
  | 'signature'
  | 'unknownKey'
  | 'algorithm'
  | 'chain'
  | 'range'
  | 'epoch'
  | 'rowsMissing'
  | 'rowsAdded'
  | 'rowsChanged'
  | 'rowsOutsideSeals'
  | 'rowsFromTheFuture'
  | 'monthDropped'
  | 'archive'
  | 'checkpoint'
  | 'checkpointForged';

export interface Finding {
  /** Number of the seal, or null when it is not about one. */
  readonly sealNo: string | null;
  /** The month of the rows or of the seal, where there is one. */
  readonly month: string | null;
  readonly kind: FindingKind;
  readonly zh: string;
  readonly en: string;
}

const maxFindings = 100;

export class Findings {
  readonly list: Finding[] = [];
  /** How many there were, also those beyond the hundred that are told. */
  total = 0;
  add(kind: FindingKind, place: { sealNo?: string | null; month?: string | null }, zh: string, en: string): void {
    this.total += 1;
    if (this.list.length < maxFindings)
      this.list.push({ kind, sealNo: place.sealNo ?? null, month: place.month ?? null, zh, en });
  }
  /** By seal: parts are verified at once and end in any order. */
  sort(): void {
    const no = (finding: Finding): number => Number(finding.sealNo ?? Number.MAX_SAFE_INTEGER);
    this.list.sort((a, b) => no(a) - no(b));
  }
  append(other: Findings): void {
    this.total += other.total;
    this.list.push(...other.list.slice(0, Math.max(0, maxFindings - this.list.length)));
  }
}
