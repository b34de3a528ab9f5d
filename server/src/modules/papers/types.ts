/** What the other parts of a paper share. */

/** The case that a paper is of, as the module that keeps it tells. */
export interface PaperCase {
  readonly caseId: string;
  readonly procedure: string;
  /** 信用修复, 异议. */
  readonly procedureName: string;
  /** Null: the paper is to a body and about no organisation. */
  readonly subjectId: string | null;
  readonly caseNumber: string | null;
  /** The decision that the case is about. */
  readonly documentNumber?: string | null;
  /** ISO day. */
  readonly openedOn: string;
}

/** What is printed, as it was when the paper was issued: a later change of a name does not change it. */
export interface PaperTexts {
  readonly facts: Readonly<Record<string, string>>;
  readonly given: Readonly<Record<string, string>>;
}
