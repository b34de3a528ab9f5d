/** Shapes of policy files as schemas. Nothing beyond these properties is accepted, so that a slip of the pen is found. */
import { type TSchema, Type } from 'typebox';
import type { PolicyKind } from './types.ts';

const text = (maxLength = 2_000) => Type.String({ minLength: 1, maxLength });
const strict = <P extends Record<string, TSchema>>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });
const optional = Type.Optional;
const oneOf = (...values: string[]) => Type.Union(values.map((value) => Type.Literal(value)));
const list = <T extends TSchema>(item: T, minItems = 0, maxItems = 5_000) => Type.Array(item, { minItems, maxItems });
const isoDate = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' });
const identifier = Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_-]{0,79}$' });

const bilingual = strict({ zh: text(), en: text() });
const basis = strict({ document: text(400), number: optional(text(100)), article: optional(text(200)) });
const publicity = oneOf('public', 'authorised', 'government', 'internal');

const role = oneOf(
  ...['subjectName', 'subjectCategory'],
  ...['unifiedCode', 'registrationNumber', 'organisationCode', 'taxNumber', 'institutionNumber', 'socialNumber'],
  ...['legalRepresentative', 'legalRepresentativeDocumentType', 'legalRepresentativeDocument'],
  ...['personDocumentType', 'personDocument'],
  ...['documentTitle', 'documentNumber', 'certificateNumber', 'decidedOn', 'effectiveFrom', 'effectiveTo', 'endedOn'],
  ...['disclosedUntilReported', 'decidingBody', 'decidingBodyCode', 'sourceBody', 'sourceBodyCode'],
  ...['categories', 'content', 'facts', 'conduct', 'legalGround', 'amount', 'confiscated', 'suspendedCertificate'],
  ...['recordStatus', 'procedure', 'remark'],
  ...['status', 'companyType', 'establishedOn', 'registrationAuthority', 'formerNames', 'address', 'industry'],
  ...['businessScope', 'registeredCapital'],
);

const years = Type.Integer({ minimum: 1, maximum: 30 });
const many = Type.Integer({ minimum: 1, maximum: 1_000_000 });
const personRules = strict({
  purposes: list(
    strict({
      purpose: identifier,
      kind: oneOf('record', 'identify', 'lookup', 'own', 'voluntary'),
      name: bilingual,
      legalBasis: Type.Integer({ minimum: 1, maximum: 7 }),
      basis: list(basis, 1, 20),
      dataKinds: bilingual,
      notice: optional(strict({ zh: text(4_000), en: text(4_000) })),
      items: list(identifier, 0, 200),
      retainYears: years,
    }),
    1,
    200,
  ),
  lookup: strict({
    perOfficerHour: many,
    perOfficerDay: many,
    perBodyDay: many,
    keepYears: Type.Integer({ minimum: 5, maximum: 30 }),
    bodyKinds: list(oneOf('department', 'creditOffice'), 1, 2),
  }),
  requests: strict({
    workingDays: Type.Integer({ minimum: 1, maximum: 60 }),
    extensionWorkingDays: Type.Integer({ minimum: 0, maximum: 60 }),
    keepYears: Type.Integer({ minimum: 3, maximum: 30 }),
    sessionMinutes: Type.Integer({ minimum: 5, maximum: 120 }),
    refusalReasons: list(strict({ code: identifier, zh: text(300), en: text(300), article: text(200) }), 1, 50),
  }),
  consent: strict({
    askAgainMonths: Type.Integer({ minimum: 12, maximum: 120 }),
    proofYears: Type.Integer({ minimum: 3, maximum: 30 }),
  }),
  assessment: strict({
    keepYears: Type.Integer({ minimum: 3, maximum: 30 }),
    validMonths: Type.Integer({ minimum: 1, maximum: 60 }),
  }),
  incident: strict({
    authorityHours: Type.Integer({ minimum: 1, maximum: 240 }),
    personsWorkingDays: Type.Integer({ minimum: 0, maximum: 60 }),
    keepYears: Type.Integer({ minimum: 3, maximum: 30 }),
  }),
  aggregateMinimum: Type.Integer({ minimum: 10, maximum: 1_000 }),
});

const dataStandard = strict({
  standard: identifier,
  item: identifier,
  itemBy: optional(strict({ field: identifier, items: Type.Record(Type.String({ maxLength: 100 }), identifier) })),
  registers: optional(list(identifier, 1, 20)),
  keyRoles: list(role, 0, 10),
  keyFields: optional(list(identifier, 1, 10)),
  fields: list(
    strict({
      code: identifier,
      label: bilingual,
      type: oneOf('text', 'enum', 'multiEnum', 'date', 'amount10k', 'nameList'),
      length: optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
      required: oneOf('always', 'conditional', 'never'),
      role: optional(role),
      codeTable: optional(identifier),
      aliases: optional(list(text(100), 0, 40)),
      publicity,
      person: optional(oneOf('document', 'name')),
      keepBlanks: optional(Type.Boolean()),
      confirmed: optional(Type.Boolean()),
    }),
    1,
    500,
  ),
  editions: list(
    strict({
      key: identifier,
      name: bilingual,
      columns: list(text(100), 1, 500),
      counterparty: optional(oneOf('organisation', 'person')),
      maps: optional(
        Type.Record(
          Type.String(),
          strict({
            field: identifier,
            constants: optional(Type.Record(Type.String(), text(100))),
            values: optional(Type.Record(Type.String(), text(100))),
          }),
        ),
      ),
      ignored: optional(list(text(100), 0, 100)),
      optional: optional(list(identifier, 0, 500)),
      confirmed: optional(Type.Boolean()),
      validFrom: optional(isoDate),
      validTo: optional(isoDate),
    }),
    1,
    50,
  ),
});

const ruleSet = strict({
  standards: list(Type.Union([identifier, Type.Literal('*')]), 1, 100),
  rules: list(
    strict({
      id: identifier,
      severity: oneOf('correct', 'warn', 'doubt', 'refuse'),
      field: optional(identifier),
      role: optional(role),
      check: Type.Union([
        strict({ kind: Type.Literal('builtin') }),
        strict({ kind: Type.Literal('expression'), when: optional(Type.Unknown()), require: Type.Unknown() }),
      ]),
      message: bilingual,
      fix: bilingual,
      basis: optional(list(basis, 1, 20)),
      confirmed: optional(Type.Boolean()),
      cases: optional(
        list(
          strict({
            row: Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 4_000 })),
            expects: oneOf('finding', 'none'),
          }),
          1,
          50,
        ),
      ),
    }),
    1,
    2_000,
  ),
});

const codeTable = strict({
  values: list(
    strict({
      code: text(100),
      label: bilingual,
      means: optional(identifier),
      aliases: optional(list(text(100), 0, 200)),
      allowSuffix: optional(Type.Boolean()),
      validFrom: optional(isoDate),
      validTo: optional(isoDate),
      confirmed: optional(Type.Boolean()),
    }),
    1,
  ),
});

const catalogueProperties = {
  edition: text(40),
  categories: list(
    strict({ key: identifier, number: Type.Integer({ minimum: 1, maximum: 200 }), name: bilingual }),
    0,
    200,
  ),
  items: list(
    strict({
      key: identifier,
      category: identifier,
      name: bilingual,
      contents: optional(text()),
      responsible: list(text(100), 1, 100),
      subjects: list(oneOf('enterprise', 'soleTrader', 'organisation', 'person'), 1, 4),
      standard: optional(identifier),
      section: optional(identifier),
      publicity,
      updateCycle: optional(text(100)),
      retentionYears: optional(Type.Integer({ minimum: 1, maximum: 100 })),
      basis: list(basis, 1, 20),
      confirmed: optional(Type.Boolean()),
    }),
  ),
};
const catalogue = strict(catalogueProperties);
// Left optional here, so that its absence is answered by a rule that says why (check-files).
const localSupplement = strict({
  ...catalogueProperties,
  localRegulation: optional(
    strict({
      document: text(400),
      number: optional(text(100)),
      article: optional(text(200)),
      issuedBy: optional(text(200)),
      adoptedOn: optional(isoDate),
    }),
  ),
});

const months = Type.Integer({ minimum: 0, maximum: 240 });
const severityClass = strict({ shown: Type.Boolean(), minMonths: months, maxMonths: months, basis });
const disclosure = strict({
  items: list(identifier, 1, 200),
  lane: optional(oneOf('creditPlatform', 'marketRegister')),
  classificationStandard: optional(basis),
  classes: optional(strict({ minor: severityClass, general: severityClass, serious: severityClass })),
  classification: optional(
    list(
      strict({
        severity: oneOf('minor', 'general', 'serious'),
        when: Type.Unknown(),
        basis,
        confirmed: optional(Type.Boolean()),
      }),
      0,
      200,
    ),
  ),
  never: optional(
    list(
      strict({ id: identifier, when: Type.Unknown(), basis, name: bilingual, confirmed: optional(Type.Boolean()) }),
      0,
      200,
    ),
  ),
  whileEffective: optional(strict({ basis, openEndedYears: optional(Type.Integer({ minimum: 1, maximum: 100 })) })),
});

const calendarDays = list(strict({ on: isoDate, name: text(40) }), 0, 120);
const calendar = strict({
  years: list(
    strict({
      year: Type.Integer({ minimum: 1990, maximum: 2200 }),
      notice: optional(basis),
      official: Type.Boolean(),
      holidays: calendarDays,
      workdays: calendarDays,
    }),
    1,
    100,
  ),
});

const divisions = strict({
  divisions: list(
    strict({
      code: Type.String({ pattern: '^\\d{6}$' }),
      name: text(60),
      level: oneOf('province', 'city', 'county', 'area'),
      validTo: optional(isoDate),
    }),
    1,
    10_000,
  ),
});

const industries = strict({
  industries: list(
    strict({
      code: Type.String({ pattern: '^([A-Z]|\\d{2,4})$' }),
      level: Type.Integer({ minimum: 1, maximum: 4 }),
      section: Type.String({ pattern: '^[A-Z]$' }),
      name: text(100),
      aliases: optional(list(text(100), 0, 50)),
    }),
    1,
    10_000,
  ),
});

const matching = strict({
  algorithm: oneOf('conditional-v1'),
  weights: Type.Record(Type.String({ pattern: '^[a-zA-Z]{2,40}$' }), Type.Number({ minimum: -100, maximum: 100 })),
  // Below a half another candidate, or none, would be as likely.
  threshold: Type.Number({ minimum: 0.5, maximum: 1 }),
  evaluation: strict({
    on: isoDate,
    data: text(1_000),
    method: text(2_000),
    results: list(strict({ what: text(200), value: Type.Number() }), 1, 50),
  }),
});

const placeRules = strict({
  personRows: strict({
    store: list(identifier, 0, 50),
    barSimpleProcedure: optional(Type.Boolean()),
    basis: list(basis, 1, 20),
  }),
  barMinors: Type.Literal(true),
  personRetentionYears: Type.Integer({ minimum: 1, maximum: 5 }),
  reportingWorkingDays: Type.Integer({ minimum: 1, maximum: 60 }),
  disclosureTransition: optional(oneOf('shorter', 'ofDecision', 'current')),
});

const circulation = strict({
  remindWorkingDays: Type.Integer({ minimum: 0, maximum: 30 }),
  silence: oneOf('goOn', 'explain', 'wait'),
});

const onDue = Type.Union([
  strict({ kind: Type.Literal('escalate') }),
  strict({ kind: Type.Literal('command'), command: identifier, article: basis }),
]);
const procedure = strict({
  clocks: list(
    strict({
      key: identifier,
      days: Type.Integer({ minimum: 1, maximum: 250 }),
      extendDays: Type.Integer({ minimum: 0, maximum: 250 }),
      remindDays: Type.Integer({ minimum: 0, maximum: 60 }),
      onDue,
      basis,
    }),
    1,
    30,
  ),
  reasons: Type.Record(identifier, list(strict({ key: identifier, name: bilingual }), 1, 100)),
  limits: optional(Type.Record(identifier, Type.Integer({ minimum: 0, maximum: 1_000_000 }))),
  remedies: optional(
    list(
      strict({
        key: identifier,
        name: bilingual,
        where: bilingual,
        within: bilingual,
        days: optional(Type.Integer({ minimum: 1, maximum: 400 })),
        months: optional(Type.Integer({ minimum: 1, maximum: 60 })),
        basis,
        confirmed: optional(Type.Boolean()),
      }),
      1,
      20,
    ),
  ),
});

const categoryList = (minimum: number) => list(text(64), minimum, 60);
const repair = strict({
  lane: oneOf('creditPlatform', 'marketRegister'),
  procedure: identifier,
  decidingBodies: optional(text(100)),
  kinds: list(strict({ key: identifier, name: bilingual, items: list(identifier, 0, 200) }), 1, 20),
  longerMinimum: list(
    strict({ words: list(text(60), 1, 60), months: Type.Integer({ minimum: 1, maximum: 60 }), basis }),
    0,
    20,
  ),
  never: list(strict({ categories: categoryList(1), basis }), 0, 20),
  restrictions: strict({ categories: categoryList(0), basis }),
  sameConductBlocks: Type.Boolean(),
  duties: list(strict({ key: identifier, categories: categoryList(1), name: bilingual, proof: bilingual }), 1, 40),
  commitment: strict({ version: text(20), title: bilingual, text: list(bilingual, 1, 30), basis }),
  // 36号令 has the bar, not its number here: no city makes it longer than five years, the longest that adverse data is held.
  ban: strict({
    years: Type.Integer({ minimum: 1, maximum: 5 }),
    shownYears: Type.Integer({ minimum: 1, maximum: 5 }),
    basis,
    confirmed: optional(Type.Boolean()),
  }),
  targetWorkingDays: Type.Integer({ minimum: 1, maximum: 60 }),
  annulmentWorkingDays: Type.Integer({ minimum: 1, maximum: 30 }),
  notice: optional(
    strict({
      requiredSince: isoDate,
      items: list(identifier, 1, 200),
      title: bilingual,
      text: list(bilingual, 1, 30),
      basis,
    }),
  ),
});

const purposes = strict({
  purposes: list(
    strict({
      key: identifier,
      name: bilingual,
      roles: list(identifier, 1, 20),
      acts: list(oneOf('archive', 'report', 'export', 'authorisation', 'earlier', 'check'), 1, 6),
      publicity,
      items: optional(list(identifier, 1, 500)),
      matter: oneOf('none', 'optional', 'required'),
      caseNumber: oneOf('none', 'optional', 'required'),
      basis: list(basis, 1, 20),
      confirmed: optional(Type.Boolean()),
    }),
    1,
    100,
  ),
});

const whole = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum });
const accessLimits = strict({
  export: strict({ rows: whole(1, 50_000), decideDays: whole(1, 90), downloadDays: whole(1, 30) }),
  // 深圳 art. 44, reports.md §2: an authorisation is for a year at most, whatever a city writes.
  authorisation: strict({
    days: whole(1, 366),
    uses: whole(1, 10_000),
    useMinutes: whole(1, 720),
    answerDays: whole(1, 365),
    waiting: whole(1, 50),
  }),
  emergency: strict({ confirmHours: whole(1, 72) }),
});

const count = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum });
const detectorOf = <P extends Record<string, TSchema>>(kind: string, properties: P) =>
  strict({
    key: identifier,
    name: bilingual,
    off: optional(Type.Boolean()),
    kind: Type.Literal(kind),
    minimum: count(1, 100_000),
    ...properties,
  });
const exchange = strict({
  receipts: strict({ workingDays: count(1, 30), targetDays: count(0, 30) }),
  attempts: strict({
    waitSeconds: list(count(1, 86_400), 1, 20),
    timeoutSeconds: count(1, 60),
    alarmAfter: count(1, 20),
    parallel: count(1, 16),
  }),
  looks: list(
    strict({
      action: Type.String({ pattern: '^([A-Za-z]+\\.)*[A-Za-z]+$', maxLength: 80 }),
      carries: oneOf('items', 'record'),
      part: optional(identifier),
    }),
    1,
    100,
  ),
  publication: Type.Union([Type.Null(), strict({ basis: list(basis, 1, 20) })]),
});
const oversight = strict({
  // 网络安全法 art. 21(3): at least six months; 深圳 art. 45: at least five years. A city may keep more.
  log: strict({ hotMonths: count(6, 240), keepYears: count(5, 100), exportRows: count(1, 1_000_000) }),
  looks: list(
    strict({
      action: Type.String({ pattern: '^([A-Za-z]+\\.)*(\\*|[A-Za-z]+)$', maxLength: 80 }),
      kind: oneOf('read', 'export', 'authorised', 'change', 'public'),
      name: bilingual,
    }),
    1,
    500,
  ),
  disputes: strict({ answerWorkingDays: count(1, 30), decideWorkingDays: count(1, 30), basis: list(basis, 1, 20) }),
  delays: list(
    strict({
      key: identifier,
      name: bilingual,
      maxDays: count(1, 366),
      basis: list(basis, 1, 20),
      confirmed: optional(Type.Boolean()),
    }),
    0,
    50,
  ),
  alerts: strict({ replyWorkingDays: count(1, 30), expireDays: count(1, 366) }),
  detectors: list(
    Type.Union([
      detectorOf('manySubjects', {
        windowHours: Type.Union([Type.Literal(1), Type.Literal(24)]),
        timesOwn: count(1, 1000),
        timesPeers: count(1, 1000),
        withoutCase: Type.Boolean(),
      }),
      detectorOf('oddHours', { fromHour: count(0, 23), toHour: count(0, 23), timesOwn: count(1, 1000) }),
      detectorOf('repeatedSubject', { days: count(2, 31), onDays: count(2, 31) }),
      detectorOf('sequentialCodes', { gap: count(1, 100) }),
      detectorOf('refused', { windowHours: Type.Literal(24) }),
    ]),
    0,
    50,
  ),
});

const dayCount = (maximum = 3_650) => Type.Integer({ minimum: 1, maximum });
const accountRules = strict({
  holderNumber: strict({ kind: oneOf('staffNumber', 'residentId'), pattern: text(200), label: bilingual }),
  unused: strict({ flagAfterDays: dayCount(), disableAfterDays: dayCount() }),
  // Confirmed at least once a year.
  recertification: strict({ everyMonths: dayCount(12), days: dayCount(180), graceDays: dayCount(90) }),
  vendorMaxDays: dayCount(366),
  deputyMaxDays: dayCount(366),
  grantMaxDays: Type.Union([dayCount(), Type.Null()]),
  importMaxRows: Type.Integer({ minimum: 1, maximum: 5_000 }),
});

// The lower bounds are what an assessment accepts at the least, whatever a city writes.
const signIn = strict({
  password: strict({ minLength: whole(8, 64), classes: whole(3, 4), history: whole(0, 24), maxAgeDays: whole(1, 366) }),
  lock: strict({ failures: whole(3, 10), minutes: whole(5, 1440) }),
  session: strict({ idleMinutes: whole(1, 60), absoluteHours: whole(1, 24), perAccount: whole(1, 20) }),
  secondFactor: strict({ roles: list(identifier, 0, 20), recoveryCodes: whole(4, 20) }),
  clients: strict({
    skewSeconds: whole(5, 600),
    keyDays: whole(1, 731),
    overlapDays: whole(0, 90),
    perMinute: whole(1, 100_000),
    gatewayScopes: list(text(80), 0, 50),
    gatewayPerMinute: whole(1, 10_000),
  }),
});

const noticeChannel = oneOf('inApp', 'email', 'sms', 'im');
const channelList = optional(list(noticeChannel, 0, 4));
const notices = strict({
  topics: list(
    strict({
      topic: Type.String({ pattern: '^[a-z][A-Za-z]*(\\.[a-z][A-Za-z]*)*$', maxLength: 80 }),
      name: bilingual,
      params: list(identifier, 0, 20),
      title: bilingual,
      text: bilingual,
      // One message of a gateway: 70 characters, two of them at most.
      sms: optional(text(130)),
      channels: strict({
        account: channelList,
        organisation: channelList,
        body: channelList,
        address: channelList,
      }),
      on: optional(
        list(
          strict({
            procedure: optional(identifier),
            event: oneOf('opened', 'command', 'reminder', 'escalation', 'assigned'),
            name: optional(identifier),
          }),
          1,
          50,
        ),
      ),
      to: optional(list(oneOf('subject', 'handler', 'assignee', 'opener', 'superior'), 1, 5)),
      basis: list(basis, 1, 20),
      confirmed: optional(Type.Boolean()),
    }),
    1,
    200,
  ),
});
const noticeRules = strict({
  channels: strict({ inApp: Type.Boolean(), email: Type.Boolean(), sms: Type.Boolean(), im: Type.Boolean() }),
  attempts: whole(1, 20),
  timeoutSeconds: whole(1, 120),
  recipients: whole(1, 500),
});
const paper = strict({
  series: identifier,
  numberWord: text(20),
  procedures: optional(list(identifier, 1, 50)),
  title: text(60),
  fields: list(
    strict({
      key: identifier,
      label: bilingual,
      kind: oneOf('line', 'text', 'date', 'table'),
      required: Type.Boolean(),
      maxLength: whole(1, 20_000),
    }),
    0,
    40,
  ),
  paragraphs: list(text(4_000), 0, 100),
  annex: optional(list(text(4_000), 1, 20)),
  rows: optional(list(strict({ label: text(40), value: Type.String({ maxLength: 400 }) }), 1, 40)),
  signOff: Type.Union([Type.Literal(1), Type.Literal(2)]),
  served: Type.Boolean(),
});

const qualityRules = strict({
  dueWorkingDays: whole(1, 60),
  dueStandards: list(identifier, 1, 100),
  codeRules: list(identifier, 1, 50),
  confirmWorkingDays: whole(1, 20),
  remindWorkingDays: whole(0, 20),
  replyWorkingDays: whole(1, 60),
  repairWorkingDays: whole(1, 60),
  indicators: list(
    strict({
      key: identifier,
      code: identifier,
      name: bilingual,
      numerator: bilingual,
      denominator: bilingual,
      unit: oneOf('percent', 'permille', 'days'),
      better: oneOf('high', 'low'),
      target: Type.Number({ minimum: 0, maximum: 1_000 }),
      yellow: optional(Type.Number({ minimum: 0, maximum: 1_000 })),
      red: optional(Type.Number({ minimum: 0, maximum: 1_000 })),
      weight: optional(whole(1, 100)),
      basis: list(basis, 1, 20),
      confirmed: optional(Type.Boolean()),
    }),
    1,
    60,
  ),
});

const cityTargets = strict({
  windowDays: Type.Integer({ minimum: 7, maximum: 3_660 }),
  targets: list(
    strict({
      key: identifier,
      name: bilingual,
      definition: bilingual,
      procedures: list(identifier, 1, 20),
      from: identifier,
      to: list(identifier, 1, 20),
      measure: oneOf('averageDays', 'maximumDays', 'perTenThousandRecords'),
      limit: Type.Number({ minimum: 0, maximum: 1_000_000 }),
      basis,
    }),
    1,
    30,
  ),
});

const wizard = strict({
  start: identifier,
  questions: list(
    strict({
      key: identifier,
      text: bilingual,
      answers: list(
        strict({ key: identifier, text: bilingual, next: optional(identifier), outcome: optional(identifier) }),
        2,
        10,
      ),
    }),
    1,
    50,
  ),
  outcomes: list(
    strict({
      key: identifier,
      procedure: identifier,
      name: bilingual,
      summary: bilingual,
      conditions: list(bilingual, 0, 20),
      time: optional(bilingual),
      // Of this site only: nobody is sent away by policy.
      form: optional(
        strict({ path: Type.String({ pattern: '^/[A-Za-z0-9/_-]*$' }), label: bilingual, also: optional(bilingual) }),
      ),
      help: optional(Type.String({ pattern: '^/help/[a-z]+$' })),
      basis,
    }),
    1,
    50,
  ),
});

const termMonths = Type.Integer({ minimum: 1, maximum: 120 });
const lists = strict({
  lists: list(
    strict({
      key: Type.String({ pattern: '^[A-Z]{2}\\d{2,3}$' }),
      kind: oneOf('serious', 'watch', 'honour'),
      name: bilingual,
      scope: optional(oneOf('safety', 'market', 'publicTrust', 'defence', 'other')),
      setBy: oneOf('law', 'regulation', 'centralPolicy', 'departmentRule', 'localRegulation', 'localDocument'),
      effect: oneOf('national', 'local'),
      recognisers: strict({
        names: list(text(100), 1, 50),
        level: oneOf('national', 'province', 'city', 'county'),
        approvalAbove: optional(Type.Boolean()),
      }),
      criteria: list(strict({ key: identifier, name: bilingual }), 0, 20),
      items: list(identifier, 0, 50),
      recordAs: optional(strict({ standard: identifier, value: text(200) })),
      term: optional(strict({ months: termMonths, maxMonths: termMonths, basis, confirmed: optional(Type.Boolean()) })),
      early: optional(
        strict({
          afterMonths: Type.Integer({ minimum: 0, maximum: 120 }),
          conditions: list(bilingual, 1, 20),
          basis,
          confirmed: optional(Type.Boolean()),
        }),
      ),
      particulars: strict({ number: oneOf('document', 'case'), delivery: oneOf('proof', 'attested') }),
      recognisedHere: Type.Boolean(),
      public: Type.Boolean(),
      announceDays: optional(Type.Integer({ minimum: 7, maximum: 90 })),
      measures: bilingual,
      removal: bilingual,
      basis: list(basis, 1, 20),
      confirmed: optional(Type.Boolean()),
    }),
    1,
    200,
  ),
});
const listExemptions = strict({
  exemptions: list(
    strict({
      key: identifier,
      sector: bilingual,
      act: bilingual,
      items: list(identifier, 1, 50),
      when: optional(Type.Unknown()),
      conditions: list(bilingual, 1, 20),
      basis: list(basis, 1, 20),
      confirmed: optional(Type.Boolean()),
    }),
    1,
    500,
  ),
});

const measureId = Type.String({ pattern: '^[A-Z]{1,3}\\d{2,3}$' });
const measure = strict({
  id: measureId,
  class: oneOf('duty', 'management', 'market'),
  name: bilingual,
  content: bilingual,
  editions: optional(list(text(20), 1, 20)),
  kind: optional(oneOf('talk', 'closerReview', 'keySupervision', 'fundingLimit', 'byLaw')),
  executors: optional(
    strict({
      bodies: list(text(100), 1, 50),
      basis: list(basis, 1, 20),
      confirmed: optional(Type.Boolean()),
    }),
  ),
  basis: list(basis, 1, 20),
  confirmed: optional(Type.Boolean()),
});
const measures = strict({
  editions: list(strict({ key: text(20), from: isoDate, basis, confirmed: optional(Type.Boolean()) }), 1, 50),
  measures: list(measure, 1, 200),
});
// Left optional, so that its absence is answered by a rule that says why (check-measures).
const measureSupplement = strict({
  localRegulation: localSupplement.properties.localRegulation,
  measures: list(measure, 1, 200),
});
const listKey = Type.String({ pattern: '^[A-Z]{2}\\d{2,3}$' });
const matterCode = Type.String({ pattern: '^[A-Z]{2}-[A-Z0-9-]{1,30}$' });
const measureRules = strict({
  rules: list(
    strict({
      list: listKey,
      measure: measureId,
      force: oneOf('required', 'permitted'),
      basis: list(basis, 1, 20),
      relevance: bilingual,
      proportion: bilingual,
      bodies: list(text(100), 1, 50),
      matters: list(matterCode, 0, 100),
      jurisdiction: oneOf('city', 'region'),
      namesPersons: optional(Type.Boolean()),
      from: optional(isoDate),
      to: optional(isoDate),
      confirmed: optional(Type.Boolean()),
    }),
    1,
    2_000,
  ),
});
const incentives = strict({
  incentives: list(
    strict({
      id: measureId,
      name: bilingual,
      condition: bilingual,
      lists: list(listKey, 0, 50),
      matters: list(matterCode, 0, 100),
      bodies: list(text(100), 1, 50),
      basis: list(basis, 1, 20),
      from: optional(isoDate),
      to: optional(isoDate),
      confirmed: optional(Type.Boolean()),
    }),
    1,
    200,
  ),
});
const checkRules = strict({
  batchRows: count(1, 100_000),
  staleMinutes: count(1, 10_080),
  validHours: count(1, 240),
  acknowledgeWorkingDays: count(1, 30),
  feedbackWorkingDays: count(1, 60),
  liftWorkingDays: count(1, 10),
  watchDays: count(1, 365),
  matters: list(
    strict({
      code: matterCode,
      name: bilingual,
      purposes: list(identifier, 1, 20),
      bodies: list(text(100), 1, 50),
      caseNumber: oneOf('required', 'optional'),
      batch: Type.Boolean(),
      measures: list(measureId, 0, 200),
      incentives: list(measureId, 0, 200),
      noticeBy: oneOf('platform', 'decidingBody'),
      decisions: optional(list(identifier, 1, 20)),
      basis: list(basis, 1, 20),
      confirmed: optional(Type.Boolean()),
    }),
    1,
    1_000,
  ),
});

const bodies: Readonly<Record<PolicyKind, TSchema>> = {
  measures,
  measureSupplement,
  measureRules,
  incentives,
  checkRules,
  lists,
  listExemptions,
  cityTargets,
  qualityRules,
  wizard,
  notices,
  noticeRules,
  paper,
  accountRules,
  personRules,
  dataStandard,
  ruleSet,
  codeTable,
  catalogue,
  localSupplement,
  disclosure,
  calendar,
  divisions,
  industries,
  matching,
  placeRules,
  circulation,
  procedure,
  repair,
  purposes,
  accessLimits,
  oversight,
  exchange,
  signIn,
};

const envelopeOf = (kind: PolicyKind): TSchema =>
  strict({
    kind: Type.Literal(kind),
    key: identifier,
    name: bilingual,
    basis: list(basis, 0, 50),
    validFrom: optional(isoDate),
    validTo: optional(isoDate),
    revision: optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    confirmed: Type.Boolean(),
    note: optional(text(4_000)),
    body: bodies[kind],
  });

export const policyKinds = Object.keys(bodies) as readonly PolicyKind[];
export const isPolicyKind = (value: unknown): value is PolicyKind => policyKinds.some((kind) => kind === value);
export const policySchemas: Readonly<Record<PolicyKind, TSchema>> = Object.fromEntries(
  policyKinds.map((kind) => [kind, envelopeOf(kind)]),
) as Record<PolicyKind, TSchema>;
