/**
 * The form of a row: one route, who may call it, and how a request to it is made. One file a module in `rows/`; whoever
 * adds a route adds its row there, and nothing else. A role that a row does not name is refused (`forbidden`), and nobody
 * signed in is asked to sign in (`signIn`): a new role changes no row.
 */
import type { HttpCity, Login, SubmissionBody } from '../support/http-city.ts';

/**
 * `hidden` is 404: the caller has the permission but not for this body's or subject's rows, and must not learn that they
 * exist. `invalid` is 400 or 422: allowed, but a purpose or another fact is missing. `conflict` is 409, `closed` 503.
 */
export type Outcome = 'ok' | 'signIn' | 'forbidden' | 'hidden' | 'invalid' | 'conflict' | 'closed';
export type Who = Login | 'anonymous';
export type Expect = Readonly<Partial<Record<Who, Outcome>>>;

export interface Request {
  readonly url: string;
  readonly payload?: object | Buffer;
  readonly headers?: Record<string, string>;
}

export interface Case {
  /** What is special about this case, where a route has several: `without a purpose`, `another body's`. */
  readonly when?: string;
  readonly expect: Expect;
  /** Made anew for each role, since a successful call changes what it is about. */
  readonly request: (who: Who, at: Fixture) => Promise<Request> | Request;
  /** Statuses that count as ok beside 2xx and 303: where the act itself is refused for another reason than who asks. */
  readonly also?: readonly number[];
  /** Puts back what the call changed for others, such as a switch. */
  readonly after?: (at: Fixture) => Promise<void>;
}

/** `METHOD pattern` as it is registered → its cases. */
export type Rows = Readonly<Record<string, Case | readonly Case[]>>;

/** What the requests are about: rows of the body of `officer` and an organisation for which `representative` speaks. */
export interface Fixture {
  readonly city: HttpCity;
  readonly submission: SubmissionBody;
  readonly recordId: string;
  readonly attachmentId: string;
  /** The unified code and id of the organisation that `representative` speaks for; `otherRepresentative` speaks for another. */
  readonly code: string;
  readonly subjectId: string;
  /** Number of a public report. */
  readonly report: string;
  /** A penalty row of today that nobody has sent. */
  today(over?: Record<string, string>): Record<string, string>;
  /** The same as the payload of the entry form. */
  form(): { standard: string; values: Record<string, string> };
  freshRecord(): Promise<string>;
  freshDraft(): Promise<string>;
  freshSubjects(): Promise<[string, string]>;
}

export const whos: readonly Who[] = [
  'anonymous',
  'officer',
  'stranger',
  'client',
  'representative',
  'otherRepresentative',
  'reader',
  'otherReader',
  'manager',
  'office',
  'system',
  'security',
  'audit',
  'commandLine',
];

/** Words of the generated table. */
export const whoWords: Readonly<Record<Who, string>> = {
  anonymous: 'nobody signed in',
  officer: 'departmentOfficer of the body that it is about',
  stranger: 'departmentOfficer of another body',
  client: 'departmentSystem of the body',
  representative: 'companyRepresentative of the organisation',
  otherRepresentative: 'companyRepresentative of another organisation',
  reader: 'authorisedReader of a bank',
  otherReader: 'authorisedReader of another bank',
  manager: 'accountManager',
  office: 'creditOffice',
  system: 'systemAdmin',
  security: 'securityAdmin',
  audit: 'auditAdmin',
  commandLine: 'an account that was given the role operator (no session has it)',
};

export const expected = (expect: Expect, who: Who): Outcome =>
  expect[who] ?? (who === 'anonymous' ? 'signIn' : 'forbidden');

export const casesOf = (row: Case | readonly Case[]): readonly Case[] =>
  Array.isArray(row) ? (row as readonly Case[]) : [row as Case];

const same = (outcome: Outcome, ...names: Who[]): Expect => Object.fromEntries(names.map((who) => [who, outcome]));

/** Everybody, signed in or not. */
export const all: Expect = same('ok', ...whos);
/** Who has an account of their own: all but departments' systems. */
export const signedIn: Expect = same('ok', ...whos.filter((who) => !/anonymous|client|commandLine/.test(who)));
/** Business of departments; the three administrators have none (GB/T 22239-2019 8.1.5). */
export const business: Expect = same('ok', 'officer', 'stranger', 'office');
/** The same, for one body's rows. */
export const ofTheBody: Expect = { ...business, stranger: 'hidden' };
/** What a department's own system may do as well. */
export const withSystems: Expect = { ...business, client: 'ok' };
export const ofTheBodyWithSystems: Expect = { ...ofTheBody, client: 'ok' };
export const officeOnly: Expect = same('ok', 'office');

export const at = (url: string): Pick<Case, 'request'> => ({ request: () => ({ url }) });
export const page = (url: string): Case => ({ expect: all, ...at(url) });
