/** Where the header is and which rows are data: asked of every row of a file in order. */
import type { TableRow } from '../../platform/tabular/index.ts';
import type { PolicyRuntime } from '../policy/index.ts';
import { type FileFailure, headerFailure } from './file-failures.ts';
import { type HeaderPlan, looksLikeHeader, looksLikeNote, readHeader } from './header.ts';

const HEADER_SCAN_ROWS = 10;
const MAX_FORM_NOTES = 3;

export class FileRefused extends Error {
  readonly failure: FileFailure;
  constructor(failure: FileFailure) {
    super(failure.code);
    this.failure = failure;
  }
}

/** Where the header is and how many rows follow: state of one reading of the file from its first row. */
export class HeaderFinder {
  plan: HeaderPlan | null = null;
  dataFrom = 0;
  private seen = 0;
  private notes = 0;
  private readonly standards: ReturnType<PolicyRuntime['standards']>;
  private readonly all: ReturnType<PolicyRuntime['standards']>;
  constructor(standard: string, policy: PolicyRuntime) {
    this.all = policy.standards();
    this.standards = standard === 'auto' ? this.all : [policy.standard(standard)];
  }
  /** True when the row is data. Throws FileRefused when the file has no usable header. */
  take(row: TableRow): boolean {
    if (this.plan) return this.isData(row, this.plan);
    this.seen += 1;
    const found = readHeader(row.cells, this.standards);
    if (found && 'code' in found) throw new FileRefused(headerFailure(found, row.rowNumber));
    if (found) {
      this.plan = found;
      this.dataFrom = row.rowNumber + 1;
      return false;
    }
    if (this.seen >= HEADER_SCAN_ROWS) throw this.missing(row);
    return false;
  }
  missing(row: TableRow | null): FileRefused {
    const other = row ? readHeader(row.cells, this.all) : null;
    const nearest = other && !('code' in other) ? other.standard.name.zh : null;
    return new FileRefused(headerFailure({ code: 'no-header', nearest, missing: [] }, row?.rowNumber ?? 1));
  }
  private isData(row: TableRow, plan: HeaderPlan): boolean {
    const near = row.rowNumber <= this.dataFrom + this.notes && this.notes < MAX_FORM_NOTES;
    if (near && (looksLikeNote(row.cells) || looksLikeHeader(row.cells, plan))) {
      this.notes += 1;
      this.dataFrom = row.rowNumber + 1;
      return false;
    }
    if (!looksLikeHeader(row.cells, plan)) return true;
    const again = readHeader(row.cells, [plan.standard]);
    const same =
      again &&
      !('code' in again) &&
      again.columns.length === plan.columns.length &&
      again.columns.every((field, at) => field === plan.columns[at]);
    // Files pasted together repeat the header; the same one is skipped, another one changes the meaning of all that follows.
    if (same) return false;
    throw new FileRefused(headerFailure({ code: 'header-changed' }, row.rowNumber));
  }
}
