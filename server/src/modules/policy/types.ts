/**
 * The shapes of law as data. Every file in `policy/` has this envelope; what it holds depends on `kind`.
 * A row that is not confirmed against the official text says `confirmed: false` and is listed by the desk.
 */
import type { Expression, FieldType } from '@chengxin/rules';

/** A text in both languages; Chinese is the one that is binding. */
export interface Bilingual {
  zh: string;
  en: string;
}

/** Where a rule comes from: document name and number, article, and whether it was read in the official text. */
export interface Basis {
  document: string;
  number?: string;
  article?: string;
}

export interface PolicyEnvelope<Kind extends string, Body> {
  kind: Kind;
  key: string;
  name: Bilingual;
  basis: Basis[];
  /** First and last day of effect (ISO dates, inclusive); absent = open. */
  validFrom?: string;
  validTo?: string;
  /** Of versions with the same first day, the highest holds: a version that was taken back on the day it began. */
  revision?: number;
  confirmed: boolean;
  note?: string;
  body: Body;
}

export type Publicity = 'public' | 'authorised' | 'government' | 'internal';

/** What a field means to the pipeline; code knows roles, never column names. */
export type FieldRole =
  | 'subjectName'
  | 'subjectCategory'
  | 'unifiedCode'
  | 'registrationNumber'
  | 'organisationCode'
  | 'taxNumber'
  | 'institutionNumber'
  | 'socialNumber'
  | 'legalRepresentative'
  | 'legalRepresentativeDocumentType'
  | 'legalRepresentativeDocument'
  | 'personDocumentType'
  | 'personDocument'
  | 'documentTitle'
  | 'documentNumber'
  | 'certificateNumber'
  | 'decidedOn'
  | 'effectiveFrom'
  | 'effectiveTo'
  /** The day it ended (移出, 解除, 注销): its last day of effect is the day before. */
  | 'endedOn'
  | 'disclosedUntilReported'
  | 'decidingBody'
  | 'decidingBodyCode'
  | 'sourceBody'
  | 'sourceBodyCode'
  | 'categories'
  | 'content'
  | 'facts'
  | 'conduct'
  | 'legalGround'
  | 'amount'
  | 'confiscated'
  | 'suspendedCertificate'
  | 'recordStatus'
  | 'procedure'
  | 'remark'
  // registration
  | 'status'
  | 'companyType'
  | 'establishedOn'
  | 'registrationAuthority'
  | 'formerNames'
  | 'address'
  | 'industry'
  | 'businessScope'
  | 'registeredCapital';

export interface StandardField {
  /** Column code as the standard prints it (XK_XDR_MC …); for registration a camel-case code of our own. */
  code: string;
  label: Bilingual;
  /** amount10k: 万元 with six decimals, kept as integer fen after normalisation. */
  type: 'text' | 'enum' | 'multiEnum' | 'date' | 'amount10k' | 'nameList';
  /** Greatest length in characters (code points). */
  length?: number;
  /** conditional: a quality rule says when. */
  required: 'always' | 'conditional' | 'never';
  role?: FieldRole;
  codeTable?: string;
  /** Other headings under which the column is found. */
  aliases?: string[];
  publicity: Publicity;
  /** Person data: documents become tokens in the parser, names are masked wherever the public reads. */
  person?: 'document' | 'name';
  /** Normalisations that do not apply to this field (for instance blanks inside long text). */
  keepBlanks?: boolean;
  confirmed?: boolean;
}

export interface StandardEdition {
  key: string;
  name: Bilingual;
  /** Field codes in template order. */
  columns: string[];
  /** Category of the counterparty where the template has no such column. */
  counterparty?: 'organisation' | 'person';
  /**
   * Columns of this edition that are split or renamed: heading -> field (2018: one 法定代表人身份证号). Keys are headings
   * of this edition only, codes and Chinese ones alike, and go before the headings of the fields. Several headings may
   * lead to one field (2016: CF_CFLB1, CF_CFLB2): a multiEnum takes all values, any other field the first that is filled.
   * `constants`: values of other fields where this column is filled. `values`: reported value -> value of the code table.
   */
  maps?: Record<string, { field: string; constants?: Record<string, string>; values?: Record<string, string> }>;
  /** Columns that are read past. */
  ignored?: string[];
  /** Fields that this edition cannot hold or may leave empty: not required, and rules pointing at them do not apply. */
  optional?: string[];
  confirmed?: boolean;
  validFrom?: string;
  validTo?: string;
}

export interface DataStandard {
  /** licence · penalty · registration · … */
  standard: string;
  /** Catalogue item that rows of this standard are recorded under. */
  item: string;
  /** Where one template serves several items: value of a coded field -> item; other values stand under `item`. */
  itemBy?: { field: string; items: Record<string, string> };
  /** Rows are the register itself: these kinds of subject, the first where the code does not tell. */
  registers?: string[];
  fields: StandardField[];
  editions: StandardEdition[];
  /**
   * What makes the same fact besides subject and item: decidingBodyCode, documentNumber, decidedOn, as far as they are
   * named. None, and no keyFields: one row a subject and source (the register).
   */
  keyRoles: FieldRole[];
  /** Further columns of the key, by code (the year of a grade, the name of a list). */
  keyFields?: string[];
}

export type FindingSeverity = 'correct' | 'warn' | 'doubt' | 'refuse';

export interface QualityRule {
  id: string;
  severity: FindingSeverity;
  /** Field that the finding points at (code); absent = the row. */
  field?: string;
  /**
   * The same by role, for rules on several standards; expressions may then say `{ role: x }` for `{ field: code }`. Where
   * a standard has no field of a role that the rule names, the rule does not apply to it.
   */
  role?: FieldRole;
  /**
   * expression: refused when `when` holds (or is absent) and `require` does not.
   * builtin: the code knows how to test it (dates, codes, duplicates …); words and severity are still policy.
   */
  check: { kind: 'expression'; when?: unknown; require: unknown } | { kind: 'builtin' };
  /** Words with {placeholders} filled from the finding's field label, value, new value and args. */
  message: Bilingual;
  fix: Bilingual;
  basis?: Basis[];
  confirmed?: boolean;
  /** Rows that the rule is tried on whenever it is checked. They are no part of its version. */
  cases?: RuleCase[];
}

/** A row as a clerk writes it (field code or role → value), and whether the rule finds something in it. */
export interface RuleCase {
  row: Record<string, string>;
  expects: 'finding' | 'none';
}

export interface RuleSet {
  /** Standards the rules apply to; '*' = all. */
  standards: string[];
  rules: QualityRule[];
}

/** A quality rule with its expression parsed and its version (short hash) fixed. */
export interface CompiledRule extends Omit<QualityRule, 'check' | 'cases'> {
  version: string;
  builtin: boolean;
  when?: Expression;
  require?: Expression;
}

export interface CodeTable {
  /** Values as printed; `aliases` are other spellings or vendors' numbers that mean the same. */
  values: {
    code: string;
    label: Bilingual;
    /** What the value means to code (organisation, person, active …), so that code knows no printed value. */
    means?: string;
    aliases?: string[];
    allowSuffix?: boolean;
    validFrom?: string;
    validTo?: string;
    confirmed?: boolean;
  }[];
}

export interface CatalogueItem {
  key: string;
  category: string;
  name: Bilingual;
  /** What the item consists of. */
  contents?: string;
  responsible: string[];
  subjects: ('enterprise' | 'soleTrader' | 'organisation' | 'person')[];
  standard?: string;
  /** Section of the report, where it is not the category's own. */
  section?: string;
  publicity: Publicity;
  updateCycle?: string;
  retentionYears?: number;
  basis: Basis[];
  confirmed?: boolean;
}

export interface Catalogue {
  edition: string;
  categories: { key: string; number: number; name: Bilingual }[];
  items: CatalogueItem[];
  /** Local supplement only: the local regulation (地方性法规) without which it does not load. */
  localRegulation?: LocalRegulation;
}

/** 地方性法规 is made by a people's congress or its standing committee (立法法 arts. 80, 81); a rule of government is none. */
export interface LocalRegulation extends Basis {
  issuedBy?: string;
  adoptedOn?: string;
}

export type SeverityClass = 'minor' | 'general' | 'serious';
export type DisclosureLane = 'creditPlatform' | 'marketRegister';

/** One regime of disclosure periods. Months run from the document date. */
export interface DisclosureRegime {
  /** Items (catalogue keys) it governs. */
  items: string[];
  /** Where it applies: the credit platform (default), or the register's own publicity system, which has other periods. */
  lane?: DisclosureLane;
  /** A public standard that sorts acts into classes, where one is cited. */
  classificationStandard?: Basis;
  classes?: Record<SeverityClass, { shown: boolean; minMonths: number; maxMonths: number; basis: Basis }>;
  /**
   * First match wins, most severe first, so that of several penalties the most severe governs. Fields:
   * {@link DISCLOSURE_FACTS}; amounts are numbers of fen.
   */
  classification?: { severity: SeverityClass; when: unknown; basis: Basis; confirmed?: boolean }[];
  /** Never on the public site. */
  never?: { id: string; when: unknown; basis: Basis; name: Bilingual; confirmed?: boolean }[];
  /** Good or neutral records: shown while in effect. */
  whileEffective?: { basis: Basis; openEndedYears?: number };
}

export interface CalendarYear {
  year: number;
  /** The State Council notice; absent = not official yet, days of the year are provisional. */
  notice?: Basis;
  official: boolean;
  holidays: { on: string; name: string }[];
  /** Weekend days that are worked (调休). */
  workdays: { on: string; name: string }[];
}
export interface Calendar {
  years: CalendarYear[];
}

export interface Divisions {
  /** GB/T 2260 codes; abolished ones stay valid with validTo. */
  divisions: { code: string; name: string; level: 'province' | 'city' | 'county' | 'area'; validTo?: string }[];
}

export interface Industries {
  industries: { code: string; level: 1 | 2 | 3 | 4; section: string; name: string; aliases?: string[] }[];
}

/** Why something about natural persons may be done at all (个人信息保护法 art. 13(1), items 1 to 7). */
export interface PersonPurpose {
  purpose: string;
  kind: 'record' | 'identify' | 'lookup' | 'own' | 'voluntary';
  name: Bilingual;
  legalBasis: 1 | 2 | 3 | 4 | 5 | 6 | 7;
  basis: Basis[];
  dataKinds: Bilingual;
  /** Shown before anything is processed (art. 17); the first version of the notice. */
  notice?: Bilingual;
  /** Catalogue items that a look-up may see. */
  items: string[];
  retainYears: number;
}

/** The duties towards natural persons: purposes, limits of look-ups, clocks, retention. */
export interface PersonRules {
  purposes: PersonPurpose[];
  lookup: {
    perOfficerHour: number;
    perOfficerDay: number;
    perBodyDay: number;
    keepYears: number;
    bodyKinds: ('department' | 'creditOffice')[];
  };
  requests: {
    workingDays: number;
    extensionWorkingDays: number;
    keepYears: number;
    sessionMinutes: number;
    refusalReasons: { code: string; zh: string; en: string; article: string }[];
  };
  consent: { askAgainMonths: number; proofYears: number };
  assessment: { keepYears: number; validMonths: number };
  incident: { authorityHours: number; personsWorkingDays: number; keepYears: number };
  /** Smallest cell of an aggregate of persons (G19). */
  aggregateMinimum: number;
}

/** How names are matched: weights and threshold of one algorithm, with the evaluation that they come from. */
export interface Matching {
  algorithm: 'conditional-v1';
  /** Feature → weight; `none` is the utility of "none of the candidates". */
  weights: Record<string, number>;
  /** Least probability of an automatic match. */
  threshold: number;
  evaluation: {
    on: string;
    data: string;
    method: string;
    results: { what: string; value: number }[];
  };
}

/** What a place decides for itself: which natural-person rows it takes, thresholds, texts of the site. */
export interface PlaceRules {
  /** Rows on natural persons: refuse (counted, kept nowhere) or store (separate store). */
  personRows: {
    /** Standards whose rows on persons go to the separate person store; of all others they are barred. */
    store: string[];
    /** Decisions on persons by simple procedure are barred even where the standard is stored. */
    barSimpleProcedure?: boolean;
    basis: Basis[];
  };
  barMinors: true;
  personRetentionYears: number;
  reportingWorkingDays: number;
  /** How a disclosure regime that comes into force treats records of before: absent = what is shorter for the subject. */
  disclosureTransition?: 'shorter' | 'ofDecision' | 'current';
}

export type PurposeAct = 'archive' | 'report' | 'export' | 'authorisation' | 'earlier' | 'check';
export type StatedNeed = 'none' | 'optional' | 'required';

/** What non-public information may be read for. No row, no reading (深圳 art. 44; PIPL art. 6, 13 by analogy). */
export interface Purpose {
  key: string;
  name: Bilingual;
  /** Roles that may state it. */
  roles: string[];
  /** What is done for it. */
  acts: PurposeAct[];
  /** Highest disclosure attribute that is read for it; the role's own level is the other bound. */
  publicity: Publicity;
  /** Catalogue items that it reaches; absent = all. */
  items?: string[];
  matter: StatedNeed;
  caseNumber: StatedNeed;
  basis: Basis[];
  confirmed?: boolean;
}
export interface Purposes {
  purposes: Purpose[];
}

/** Limits of exports of non-public information, authorisations by the subject and the emergency switch. */
export interface AccessLimits {
  export: { rows: number; decideDays: number; downloadDays: number };
  authorisation: { days: number; uses: number; useMinutes: number; answerDays: number; waiting: number };
  emergency: { confirmHours: number };
}

/** How an access is named to whom it concerns. `public`: neither shown nor counted. */
export type LookKind = 'read' | 'export' | 'authorised' | 'change' | 'public';

/** What counts as browsing. `timesOwn` and `timesPeers` multiply the usual day of the officer and of the body's others. */
export type Detector = { key: string; name: Bilingual; off?: boolean } & (
  | {
      kind: 'manySubjects';
      windowHours: 1 | 24;
      minimum: number;
      timesOwn: number;
      timesPeers: number;
      withoutCase: boolean;
    }
  | { kind: 'oddHours'; fromHour: number; toHour: number; minimum: number; timesOwn: number }
  | { kind: 'repeatedSubject'; days: number; onDays: number; minimum: number }
  | { kind: 'sequentialCodes'; minimum: number; gap: number }
  | { kind: 'refused'; windowHours: 24; minimum: number }
);

export interface DelayRule {
  key: string;
  name: Bilingual;
  maxDays: number;
  basis: Basis[];
  confirmed?: boolean;
}

/** The access log's life, who is shown what of it, disputes, and the patterns that an audit administrator is told. */
export interface OversightRules {
  log: { hotMonths: number; keepYears: number; exportRows: number };
  looks: { action: string; kind: LookKind; name: Bilingual }[];
  disputes: { answerWorkingDays: number; decideWorkingDays: number; basis: Basis[] };
  delays: DelayRule[];
  alerts: { replyWorkingDays: number; expireDays: number };
  detectors: Detector[];
}

/** How receivers of records are told of changes, and how long they have to confirm. */
/** How units are asked about a change of policy, and what their silence means. */
export interface CirculationRules {
  /** They are reminded so many working days before the day for answers; 0 = not. */
  remindWorkingDays: number;
  /**
   * What a unit that never answers means once the day has passed: the change goes on and shows it (`goOn`); the office must
   * say why it goes on (`explain`); the change waits until the unit answers or is asked no more (`wait`).
   */
  silence: 'goOn' | 'explain' | 'wait';
}

export interface ExchangeRules {
  receipts: { workingDays: number; targetDays: number };
  attempts: { waitSeconds: number[]; timeoutSeconds: number; alarmAfter: number; parallel: number };
  /** Acts of the access log by which a body receives records. */
  looks: { action: string; carries: 'items' | 'record'; part?: string }[];
  /** The rule that lets receivers with overdue receipts be named to the public; null where none does. */
  publication: { basis: Basis[] } | null;
}

/** How accounts are kept: days, limits, and the number by which a person is known. */
export interface AccountRules {
  holderNumber: { kind: 'staffNumber' | 'residentId'; pattern: string; label: Bilingual };
  unused: { flagAfterDays: number; disableAfterDays: number };
  recertification: { everyMonths: number; days: number; graceDays: number };
  vendorMaxDays: number;
  deputyMaxDays: number;
  grantMaxDays: number | null;
  importMaxRows: number;
}

/** How strongly one proves who one is: passwords, locks, sessions, second factors, systems' keys (GB/T 22239-2019 8.1.4.1). */
export interface SignInRules {
  password: { minLength: number; classes: number; history: number; maxAgeDays: number };
  lock: { failures: number; minutes: number };
  session: { idleMinutes: number; absoluteHours: number; perAccount: number };
  secondFactor: { roles: string[]; recoveryCodes: number };
  clients: {
    skewSeconds: number;
    keyDays: number;
    overlapDays: number;
    perMinute: number;
    gatewayScopes: string[];
    gatewayPerMinute: number;
  };
}

/** What happens when a clock of a case has run out. Without an article nothing is decided by silence. */
export type OnDue = { kind: 'escalate' } | { kind: 'command'; command: string; article: Basis };

export interface ClockPolicy {
  key: string;
  /** Working days; the day of the beginning is not counted. */
  days: number;
  /** Working days of the one extension; 0 = none. */
  extendDays: number;
  /** Working days before the due day on which the handler is reminded; 0 = not. */
  remindDays: number;
  onDue: OnDue;
  basis: Basis;
}

/** Days, reasons and consequences of a procedure whose states are code. A case keeps the version it began under. */
export interface ProcedurePolicy {
  clocks: ClockPolicy[];
  /** Closed sets, by the name that a transition asks for. */
  reasons: Record<string, { key: string; name: Bilingual }[]>;
  /** What may be done about an outcome, printed on each. */
  remedies?: RemedyPolicy[];
  /** Whole numbers by name that a rule of the procedure asks for. */
  limits?: Record<string, number>;
}

/** A way against an outcome: to whom, and within how many calendar days or months of being told. */
export interface RemedyPolicy {
  key: string;
  name: Bilingual;
  where: Bilingual;
  within: Bilingual;
  days?: number;
  months?: number;
  basis: Basis;
  confirmed?: boolean;
}

/** Ways by which somebody is told. */
export type NoticeChannel = 'inApp' | 'email' | 'sms' | 'im';
/** A person with an account, an organisation (whoever speaks for it), a body (its officers), an address of its own. */
export type NoticeRecipientKind = 'account' | 'organisation' | 'body' | 'address';
/** Whom an event of a case concerns. `superior`: the body above the one that handles it. */
export type NoticeParty = 'subject' | 'handler' | 'assignee' | 'opener' | 'superior';

/** One thing that is told: its words, and by which ways each kind of recipient gets it. */
export interface NoticeTopic {
  topic: string;
  name: Bilingual;
  /** What the words may name in braces. */
  params: string[];
  title: Bilingual;
  text: Bilingual;
  /** Goes over a public network to a telephone: numbers and days, nothing that a record holds. */
  sms?: string;
  /** No row, or an empty one: that kind of recipient is not told. */
  channels: Partial<Record<NoticeRecipientKind, NoticeChannel[]>>;
  /** Events of cases that send it by themselves. `procedure` absent = every one; `name`: the command, or the clock. */
  on?: { procedure?: string; event: 'opened' | 'command' | 'reminder' | 'escalation' | 'assigned'; name?: string }[];
  to?: NoticeParty[];
  basis: Basis[];
  confirmed?: boolean;
}
export interface Notices {
  topics: NoticeTopic[];
}

/** Which ways a city uses at all, and how long each is tried. */
export interface NoticeRules {
  channels: Record<NoticeChannel, boolean>;
  /** Tries of one delivery; the pause between them grows. */
  attempts: number;
  timeoutSeconds: number;
  /** People of one body or organisation that one notice reaches. */
  recipients: number;
}

export interface PaperField {
  key: string;
  label: Bilingual;
  /** `table`: lines of cells divided by |, the first the headings; stands where a paragraph is its name alone. */
  kind: 'line' | 'text' | 'date' | 'table';
  required: boolean;
  maxLength: number;
}

/** An official paper: Chinese, in the order of GB/T 9704. */
export interface PaperTemplate {
  /** Papers of one series share their numbers. */
  series: string;
  /** What stands before 〔year〕: 信受〔2026〕1号. */
  numberWord: string;
  /** Procedures whose cases may have it; absent = all. */
  procedures?: string[];
  title: string;
  fields: PaperField[];
  /** Lines of the body; what is in braces is filled. The first is whom it is for where it ends with a colon. */
  paragraphs: string[];
  /** Lines of an annex, which begins on a page of its own after the signature (GB/T 9704-2012 7.3.7); none where all are empty. */
  annex?: string[];
  /** A form of rows in place of paragraphs alone (送达回证). */
  rows?: { label: string; value: string }[];
  /** Persons who sign it off, none of whom drafted it where there are two. */
  signOff: 1 | 2;
  /** It is finished when it was served; a receipt is itself the proof. */
  served: boolean;
}
/** What every paper's text may name beside its own fields. */
export const PAPER_FACTS = [
  'number',
  'caseNumber',
  'procedureName',
  'subjectName',
  'subjectCode',
  'bodyName',
  'documentNumber',
  'openedOn',
  'issuedOn',
] as const;

/** Conditions of repair in one lane: what is asked, what forbids it, what follows from false material. */
export interface RepairRules {
  lane: DisclosureLane;
  /** Key of the procedure whose days and reasons apply. */
  procedure: string;
  /** The lane is open to records of bodies whose name contains this. Absent = of every body. */
  decidingBodies?: string;
  /** An empty list of items = every item that is not named by another kind. */
  kinds: { key: string; name: Bilingual; items: string[] }[];
  /** A longer minimum period where the text of the decision contains one of the words. */
  longerMinimum: { words: string[]; months: number; basis: Basis }[];
  /** Never ended early. */
  never: { categories: string[]; basis: Basis }[];
  /** While the term of the decision runs, nothing ends early. */
  restrictions: { categories: string[]; basis: Basis };
  /** A later penalty for the same kind of conduct stands in the way. */
  sameConductBlocks: boolean;
  /** Of the duties of a decision; `*` = of every decision. */
  duties: { key: string; categories: string[]; name: Bilingual; proof: Bilingual }[];
  commitment: { version: string; title: Bilingual; text: Bilingual[]; basis: Basis };
  /** After false material, or a commitment wilfully not kept. */
  ban: { years: number; shownYears: number; basis: Basis; confirmed?: boolean };
  /** The city's own target from the application to the end. */
  targetWorkingDays: number;
  /** Working days in which an annulled decision is withdrawn; taken down at once, what is reported later is said. */
  annulmentWorkingDays: number;
  /** 两书同达: the notice that is served with the decision. */
  notice?: { requiredSince: string; items: string[]; title: Bilingual; text: Bilingual[]; basis: Basis };
}

/** What a city has set itself for cases, counted from them. */
export interface CityTarget {
  key: string;
  name: Bilingual;
  definition: Bilingual;
  procedures: string[];
  /** Event from which days count: a command, or `open`. */
  from: string;
  /** Commands that decide. */
  to: string[];
  measure: 'averageDays' | 'maximumDays' | 'perTenThousandRecords';
  limit: number;
  basis: Basis;
}
export interface CityTargets {
  windowDays: number;
  targets: CityTarget[];
}

export interface WizardQuestion {
  key: string;
  text: Bilingual;
  answers: { key: string; text: Bilingual; next?: string; outcome?: string }[];
}
/** Where a path ends: a procedure of this platform, or one of another body that is named. */
export interface WizardOutcome {
  key: string;
  procedure: string;
  name: Bilingual;
  summary: Bilingual;
  conditions: Bilingual[];
  /** Where the days do not come from the procedure's own policy. */
  time?: Bilingual;
  form?: { path: string; label: Bilingual; also?: Bilingual };
  help?: string;
  basis: Basis;
}
/** A few questions that lead to the right procedure. */
export interface Wizard {
  start: string;
  questions: WizardQuestion[];
  outcomes: WizardOutcome[];
}

export type CreditListKind = 'serious' | 'watch' | 'honour';

/**
 * A list that policy knows. Serious: shown and followed by measures of the national list, set by law, regulation, central
 * policy or a department rule only (国办发〔2020〕49号). Watch: internal, no punishment. Honour: never beside a serious one.
 */
export interface CreditList {
  key: string;
  kind: CreditListKind;
  name: Bilingual;
  /** 49号 item 3: which of the kinds of serious dishonesty. */
  scope?: 'safety' | 'market' | 'publicTrust' | 'defence' | 'other';
  setBy: 'law' | 'regulation' | 'centralPolicy' | 'departmentRule' | 'localRegulation' | 'localDocument';
  /** Beyond the place, or in it alone. */
  effect: 'national' | 'local';
  recognisers: {
    /** Words that the name of a body contains. */
    names: string[];
    level: 'national' | 'province' | 'city' | 'county';
    /** The decision needs the approval of the body above. */
    approvalAbove?: boolean;
  };
  /** What must be shown before it may be proposed; every one of them (SAMR order 44: the kind of act and the heavier penalty). */
  criteria: { key: string; name: Bilingual }[];
  /** Catalogue items whose records are entries. */
  items: string[];
  /** How an entry recognised here is recorded. */
  recordAs?: { standard: string; value: string };
  /** Absent: until the cause is gone. */
  term?: { months: number; maxMonths: number; basis: Basis; confirmed?: boolean };
  /** Absent: it does not end early on application. */
  early?: { afterMonths: number; conditions: Bilingual[]; basis: Basis; confirmed?: boolean };
  /** A court's list has case numbers, and nothing of its delivery is known here. */
  particulars: { number: 'document' | 'case'; delivery: 'proof' | 'attested' };
  /** Whether it may be recognised as a case on this platform, beside what is reported. */
  recognisedHere: boolean;
  public: boolean;
  /** Calendar days of the public notice before an honour is given. */
  announceDays?: number;
  measures: Bilingual;
  removal: Bilingual;
  basis: Basis[];
  confirmed?: boolean;
}
export interface CreditLists {
  lists: CreditList[];
}

/** A minor or accidental act that leads to no list and no measure (深圳经济特区社会信用条例 art. 67). */
export interface ListExemption {
  key: string;
  sector: Bilingual;
  act: Bilingual;
  items: string[];
  /** Of the record; names as in {@link EXEMPTION_FACTS}. Absent: an officer says that the conditions hold. */
  when?: unknown;
  conditions: Bilingual[];
  basis: Basis[];
  confirmed?: boolean;
}
export interface ListExemptions {
  exemptions: ListExemption[];
}

/** 国家清单三类: `duty` reduces rights or adds duties, by public bodies; `management` within their duties; `market` by others of their own will. */
export type MeasureClass = 'duty' | 'management' | 'market';

/** A measure of the national list, or of a local supplement with its regulation. What stands in neither cannot be expressed. */
export interface Measure {
  id: string;
  class: MeasureClass;
  name: Bilingual;
  content: Bilingual;
  /** Editions of the national list that have it; of a supplement: none. */
  editions?: string[];
  /** Of a local supplement: the kinds that a place may add (two of them need nothing more than its regulation). */
  kind?: 'talk' | 'closerReview' | 'keySupervision' | 'fundingLimit' | 'byLaw';
  /** 实施主体: who carries it out where a rule says `'*'`. Absent: nobody is told ahead; whoever checks learns of it. */
  executors?: MeasureExecutors;
  basis: Basis[];
  confirmed?: boolean;
}
/** Words that the name of a body contains, and by which document. */
export interface MeasureExecutors {
  bodies: string[];
  basis: Basis[];
  confirmed?: boolean;
}
/** 全国失信惩戒措施基础清单, with its editions: an edition holds from its day until the next begins. */
export interface MeasureCatalogue {
  editions: { key: string; from: string; basis: Basis; confirmed?: boolean }[];
  measures: Measure[];
}
/** A place's own measures: only with a local regulation (深圳经济特区社会信用条例 arts. 70-73). */
export interface MeasureSupplement {
  localRegulation?: LocalRegulation;
  measures: Measure[];
}

/** Why a measure follows from an entry on a list: the law's article, relevance and proportion (深圳 art. 66; 山东 art. 27). */
export interface MeasureRule {
  list: string;
  measure: string;
  /** required: the law says "shall". permitted: the officer decides, with a reason; not applying it costs nothing. */
  force: 'required' | 'permitted';
  basis: Basis[];
  relevance: Bilingual;
  proportion: Bilingual;
  /** Words that the name of an implementing body contains; with `matters`, who does it at which decision. '*': the measure's executors. */
  bodies: string[];
  /** Matters at which it is asked; the matter must know the measure. */
  matters: string[];
  /** Whose bodies of the place: those of the whole city, or of the subject's region (the city's where the region has none). */
  jurisdiction: 'city' | 'region';
  /** The statute names natural persons; without it a measure reaches none (natural-persons G10). */
  namesPersons?: boolean;
  from?: string;
  to?: string;
  confirmed?: boolean;
}
export interface MeasureRules {
  rules: MeasureRule[];
}

/** 守信激励: an advantage under a public condition that takes nothing from anybody else. */
export interface Incentive {
  id: string;
  name: Bilingual;
  condition: Bilingual;
  /** Honour lists that lead to it. */
  lists: string[];
  matters: string[];
  bodies: string[];
  basis: Basis[];
  from?: string;
  to?: string;
  confirmed?: boolean;
}
export interface Incentives {
  incentives: Incentive[];
}

/** 事项: a decision at which the platform must be asked. */
export interface CheckMatter {
  code: string;
  name: Bilingual;
  purposes: string[];
  /** Words that the name of an asking body contains; '*' = every body. */
  bodies: string[];
  caseNumber: 'required' | 'optional';
  /** Whether a list of organisations may be asked at once. */
  batch: boolean;
  measures: string[];
  incentives: string[];
  /** Who tells the subject of an adverse use: the platform, or the body with its own decision. */
  noticeBy: 'platform' | 'decidingBody';
  /** Standards whose records are the decisions of this matter: of how many was asked is counted over them. Absent: not known here. */
  decisions?: string[];
  basis: Basis[];
  confirmed?: boolean;
}
/** Matters, and the limits and clocks of checks, obligations and feedback. */
export interface CheckRules {
  batchRows: number;
  /** An answer says that it is stale when lists were followed longer ago than this. */
  staleMinutes: number;
  /** For how long an answer may be decided by; a later decision asks again. */
  validHours: number;
  acknowledgeWorkingDays: number;
  feedbackWorkingDays: number;
  liftWorkingDays: number;
  /** After a check: for how long its body is told of a change before the decision. */
  watchDays: number;
  matters: CheckMatter[];
}

/** A rate as it is published: what is counted over what, what is wanted, when it warns. */
export interface QualityIndicator {
  key: string;
  code: string;
  name: Bilingual;
  numerator: Bilingual;
  denominator: Bilingual;
  unit: 'percent' | 'permille' | 'days';
  /** `high`: more is better, and what lies below a threshold warns; `low`: the reverse. */
  better: 'high' | 'low';
  target: number;
  yellow?: number;
  red?: number;
  /** Departments are ranked by those that have a weight. */
  weight?: number;
  basis: Basis[];
  confirmed?: boolean;
}

/** Rates of reporting and what follows from them (城市信用监测). */
export interface QualityRules {
  /** Working days from the decision to its arrival. */
  dueWorkingDays: number;
  /** Standards whose decisions are due in that time. */
  dueStandards: string[];
  /** Rules whose findings mean a wrong code. */
  codeRules: string[];
  /** Working day of the next month by which a month is confirmed, and how many before it a body is reminded. */
  confirmWorkingDays: number;
  remindWorkingDays: number;
  /** To answer a letter. */
  replyWorkingDays: number;
  /** Repair in cooperation: working days within which it counts as on time. */
  repairWorkingDays: number;
  indicators: QualityIndicator[];
}

export type PolicyFile =
  | PolicyEnvelope<'measures', MeasureCatalogue>
  | PolicyEnvelope<'measureSupplement', MeasureSupplement>
  | PolicyEnvelope<'measureRules', MeasureRules>
  | PolicyEnvelope<'incentives', Incentives>
  | PolicyEnvelope<'checkRules', CheckRules>
  | PolicyEnvelope<'lists', CreditLists>
  | PolicyEnvelope<'listExemptions', ListExemptions>
  | PolicyEnvelope<'qualityRules', QualityRules>
  | PolicyEnvelope<'notices', Notices>
  | PolicyEnvelope<'noticeRules', NoticeRules>
  | PolicyEnvelope<'paper', PaperTemplate>
  | PolicyEnvelope<'accountRules', AccountRules>
  | PolicyEnvelope<'personRules', PersonRules>
  | PolicyEnvelope<'dataStandard', DataStandard>
  | PolicyEnvelope<'ruleSet', RuleSet>
  | PolicyEnvelope<'codeTable', CodeTable>
  | PolicyEnvelope<'catalogue', Catalogue>
  | PolicyEnvelope<'localSupplement', Catalogue>
  | PolicyEnvelope<'disclosure', DisclosureRegime>
  | PolicyEnvelope<'calendar', Calendar>
  | PolicyEnvelope<'divisions', Divisions>
  | PolicyEnvelope<'industries', Industries>
  | PolicyEnvelope<'matching', Matching>
  | PolicyEnvelope<'placeRules', PlaceRules>
  | PolicyEnvelope<'purposes', Purposes>
  | PolicyEnvelope<'accessLimits', AccessLimits>
  | PolicyEnvelope<'procedure', ProcedurePolicy>
  | PolicyEnvelope<'repair', RepairRules>
  | PolicyEnvelope<'cityTargets', CityTargets>
  | PolicyEnvelope<'wizard', Wizard>
  | PolicyEnvelope<'oversight', OversightRules>
  | PolicyEnvelope<'exchange', ExchangeRules>
  | PolicyEnvelope<'circulation', CirculationRules>
  | PolicyEnvelope<'signIn', SignInRules>;
export type PolicyKind = PolicyFile['kind'];

/** An answer of the working-day calendar: never silently "a working day". */
export interface WorkingDayAnswer {
  working: boolean;
  /** The year's notice is not out yet (or not loaded): the answer may still change. */
  provisional: boolean;
}

/** All that decides about measures; pure data, so that any day can be asked. */
export interface MeasurePolicy {
  editions: readonly { key: string; from: string; basis: Basis }[];
  /** National ones with their editions and those of a supplement, whose regulation is their basis. */
  measures: readonly (Measure & { local: boolean })[];
  rules: readonly MeasureRule[];
  incentives: readonly Incentive[];
}

/** The policy in force, parsed and compiled once; immutable. A new load makes a new runtime. */
export interface PolicyRuntime {
  /** Number and digest of this set of versions, as stored with records. */
  readonly setId: number;
  readonly digest: string;
  standard(key: string): DataStandard & { name: Bilingual; hash: string };
  /** The duties towards natural persons. */
  persons(): PersonRules;
  standards(): (DataStandard & { name: Bilingual; hash: string })[];
  /** Rules for one standard, parsed against its field types; builtin ones by id. */
  rules(standard: string): readonly CompiledRule[];
  rule(id: string): CompiledRule | undefined;
  codeTable(key: string): CodeTable;
  catalogueItem(key: string): CatalogueItem | undefined;
  catalogue(): Catalogue & { hash: string };
  /** Regime for an item and a document date; regimes change over time, later ones apply to live records. */
  disclosureRegimes(
    item: string,
    lane?: DisclosureLane,
  ): (DisclosureRegime & {
    key: string;
    name: Bilingual;
    validFrom?: string;
    validTo?: string;
    hash: string;
    basis: Basis[];
    confirmed: boolean;
  })[];
  isWorkingDay(on: string): WorkingDayAnswer;
  addWorkingDays(from: string, days: number): { on: string; provisional: boolean };
  workingDaysBetween(from: string, to: string): { days: number; provisional: boolean };
  division(code: string): { code: string; name: string; level: string; validTo?: string } | undefined;
  industry(codeOrName: string): { code: string; section: string; name: string } | undefined;
  accounts(): AccountRules;
  place(): PlaceRules;
  /** Days, reasons and consequences of a procedure. Throws when there is none of this key. */
  procedure(key: string): ProcedurePolicy;
  procedureName(key: string): Bilingual;
  /** Conditions of repair in a lane; undefined where the city has none. */
  repair(
    lane: DisclosureLane,
  ): (RepairRules & { key: string; name: Bilingual; hash: string; basis: Basis[] }) | undefined;
  procedureKeys(): readonly string[];
  cityTargets(): CityTargets & { confirmed: boolean };
  quality(): QualityRules & { basis: Basis[]; confirmed: boolean };
  wizard(): Wizard;
  /** Purposes of reading non-public information, in the order of the file. */
  purposes(): readonly Purpose[];
  /** Every list, serious ones first, in the order of the files. */
  lists(): readonly CreditList[];
  list(key: string): CreditList | undefined;
  listExemptions(): readonly ListExemption[];
  /** What may follow from lists, by editions and days. */
  measures(): MeasurePolicy;
  checkRules(): CheckRules;
  matter(code: string): CheckMatter | undefined;
  accessLimits(): AccessLimits;
  oversight(): OversightRules;
  exchange(): ExchangeRules;
  circulation(): CirculationRules;
  signIn(): SignInRules;
  /** The words of one thing that is told. Throws when there is none of this key. */
  noticeTopic(topic: string): NoticeTopic;
  noticeTopics(): readonly NoticeTopic[];
  noticeRules(): NoticeRules;
  /** Throws when there is none of this key. */
  paper(key: string): PaperTemplate & { key: string; name: Bilingual; basis: Basis[] };
  papers(): readonly (PaperTemplate & { key: string; name: Bilingual; basis: Basis[] })[];
  matching(): Matching;
  /** Everything that says confirmed: false, for the office's list. */
  unconfirmed(): { kind: PolicyKind; key: string; id?: string; name: Bilingual; basis: Basis[] }[];
}

/** Types that the rules language sees for each field type of a standard. */
export const RULE_TYPE: Record<StandardField['type'], FieldType> = {
  text: 'text',
  enum: 'text',
  multiEnum: 'textList',
  date: 'date',
  amount10k: 'number',
  nameList: 'textList',
};

/** What the expressions of a disclosure regime may name. */
export const DISCLOSURE_FACTS: Readonly<Record<string, FieldType>> = {
  categories: 'textList',
  amountFen: 'number',
  confiscatedFen: 'number',
  procedure: 'text',
  subjectKind: 'text',
  decidedOn: 'date',
  domain: 'text',
};

/** What the expression of an exemption may name. */
export const EXEMPTION_FACTS: Readonly<Record<string, FieldType>> = {
  ...DISCLOSURE_FACTS,
  conduct: 'text',
};

/** One thing that is wrong with a policy file, said so that the office can put it right. */
export interface PolicyProblem {
  /** File, relative to the folder it was found in where that is known. */
  file: string;
  /** Place in the file, such as body.fields[3].codeTable; empty for the file itself. */
  path: string;
  zh: string;
  en: string;
}
