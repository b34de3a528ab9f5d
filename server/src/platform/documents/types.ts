/** What a document may be, and why one is not taken. */
export type DocumentKind = 'pdf' | 'ofd' | 'docx' | 'jpeg' | 'png';

export type DocumentProblem =
  | 'unknown'
  | 'damaged'
  | 'encrypted'
  | 'active'
  | 'embedded'
  | 'tooManyPages'
  | 'tooManyPixels'
  | 'tooLargeInside'
  | 'tooSlow';

export interface DocumentLimits {
  readonly maxPages: number;
  readonly maxPixels: number;
  readonly maxEntries: number;
  readonly maxUnpackedBytes: number;
  /** Milliseconds. */
  readonly timeOut: number;
  readonly maxHeapMib: number;
}

export interface InspectionTask {
  readonly path: string;
  /** Where a picture that was made anew is written. */
  readonly output: string;
  readonly limits: DocumentLimits;
}
