/** The part of an identifier that an issue is about; pages underline it, statistics count it. */
export type IdentifierPart =
  | 'presence'
  | 'length'
  | 'charset'
  | 'register'
  | 'category'
  | 'region'
  | 'organisationCode'
  | 'sequence'
  | 'check'
  | 'shape'
  | 'type'
  | 'birthDate'
  | 'placeholder'
  | 'form';

/**
 * What is wrong with one part of an identifier and what to do about it. The wording never quotes a person's
 * number: issues become findings, and those are kept in plain text (DESIGN §4, persons).
 */
export type IdentifierIssue = { readonly part: IdentifierPart; readonly zh: string; readonly en: string };

/** Shared by every result without warnings, so that the usual case allocates nothing. */
export const noIssues: readonly IdentifierIssue[] = Object.freeze([]);

export const issue = (part: IdentifierPart, zh: string, en: string): IdentifierIssue => ({ part, zh, en });
