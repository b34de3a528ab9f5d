/** The policy in force, parsed and indexed once. Later calls only look things up. */
import { expectExpression } from '@chengxin/rules';
import { bindRule } from './check-rules.ts';
import { hashOf, shortHash } from './identity.ts';
import { mapDivisions, mapIndustries } from './look-ups.ts';
import { fieldTypes } from './try-rule.ts';
import type {
  AccessLimits,
  AccountRules,
  Basis,
  Catalogue,
  CatalogueItem,
  CheckRules,
  CirculationRules,
  CodeTable,
  CompiledRule,
  CreditListKind,
  DataStandard,
  DisclosureLane,
  ExchangeRules,
  Matching,
  MeasurePolicy,
  NoticeRules,
  OversightRules,
  PersonRules,
  PlaceRules,
  PolicyFile,
  PolicyRuntime,
  QualityRule,
  SignInRules,
  Wizard,
} from './types.ts';
import { listUnconfirmed } from './unconfirmed.ts';
import { workingDays } from './working-days.ts';

type NamedStandard = ReturnType<PolicyRuntime['standard']>;
type NamedRegime = ReturnType<PolicyRuntime['disclosureRegimes']>[number];
type FileOf<Kind extends PolicyFile['kind']> = Extract<PolicyFile, { kind: Kind }>;

export interface CompileOptions {
  /**
   * The day on which policy is asked for: where a file has several periods of effect, the one that holds then counts.
   * Absent = the latest. Disclosure regimes are always all there, since a record keeps the regime of its day.
   */
  on?: string;
}

/** What a runtime was compiled from: plain data, so that another thread can compile the same. */
export interface PolicySource {
  files: readonly PolicyFile[];
  setId: number;
  digest: string;
  options: CompileOptions;
}

const sources = new WeakMap<PolicyRuntime, PolicySource>();

/** Errors: RangeError for a runtime that was not compiled here. */
export function policySource(policy: PolicyRuntime): PolicySource {
  const source = sources.get(policy);
  if (!source) throw new RangeError('this policy runtime was not compiled from files');
  return source;
}

/** Files must have been loaded without problems; a reference that does not hold throws here. */
export function compilePolicy(
  files: readonly PolicyFile[],
  setId: number,
  digest: string,
  options: CompileOptions = {},
): PolicyRuntime {
  const runtime = compile(files, setId, digest, options);
  sources.set(runtime, { files, setId, digest, options });
  return runtime;
}

function compile(files: readonly PolicyFile[], setId: number, digest: string, options: CompileOptions): PolicyRuntime {
  const current = filesInForce(files, options.on);
  const of = <Kind extends PolicyFile['kind']>(kind: Kind): FileOf<Kind>[] =>
    current.filter((file): file is FileOf<Kind> => file.kind === kind);
  const persons: PersonRules | undefined = of('personRules').at(-1)?.body;
  const standards = compileStandards(of('dataStandard'));
  const rules = compileRules(of('ruleSet'), standards);
  const byId = new Map<string, CompiledRule>();
  for (const list of rules.values()) for (const rule of list) if (!byId.has(rule.id)) byId.set(rule.id, rule);
  const tables = new Map<string, CodeTable>(of('codeTable').map((file) => [file.key, file.body]));
  const catalogue = mergeCatalogue(of('catalogue'), of('localSupplement'));
  const items = new Map<string, CatalogueItem>(catalogue.items.map((item) => [item.key, item]));
  const regimes = compileRegimes(files);
  const days = workingDays(of('calendar').flatMap((file) => file.body.years));
  const divisions = mapDivisions(of('divisions').flatMap((file) => file.body.divisions));
  const accounts: AccountRules | undefined = of('accountRules').at(-1)?.body;
  const industries = mapIndustries(of('industries').flatMap((file) => file.body.industries));
  const place: PlaceRules | undefined = of('placeRules').at(-1)?.body;
  const procedures = new Map(of('procedure').map((file) => [file.key, deepFreeze(file.body)]));
  const cityTargets = of('cityTargets').at(-1);
  const quality = of('qualityRules').at(-1);
  const wizard: Wizard | undefined = deepFreeze(of('wizard').at(-1)?.body);
  const procedureNames = new Map(of('procedure').map((file) => [file.key, file.name]));
  const repairs = new Map(
    of('repair').map((file) => [
      file.body.lane,
      deepFreeze({ ...file.body, key: file.key, name: file.name, basis: file.basis, hash: hashOf(file) }),
    ]),
  );
  const lists = deepFreeze(
    of('lists')
      .flatMap((file) => file.body.lists.map((one) => ({ ...one, confirmed: one.confirmed ?? file.confirmed })))
      .sort((a, b) => listKinds.indexOf(a.kind) - listKinds.indexOf(b.kind)),
  );
  const listOf = new Map(lists.map((one) => [one.key, one]));
  const listExemptions = deepFreeze(
    of('listExemptions').flatMap((file) =>
      file.body.exemptions.map((one) => ({ ...one, confirmed: one.confirmed ?? file.confirmed })),
    ),
  );
  const measures = compileMeasures(current);
  const checkRules: CheckRules | undefined = deepFreeze(of('checkRules').at(-1)?.body);
  const matters = new Map(checkRules?.matters.map((one) => [one.code, one]));
  const purposes = deepFreeze(of('purposes').flatMap((file) => file.body.purposes));
  const limits: AccessLimits | undefined = of('accessLimits').at(-1)?.body;
  const oversight: OversightRules | undefined = of('oversight').at(-1)?.body;
  const exchange: ExchangeRules | undefined = of('exchange').at(-1)?.body;
  const circulation: CirculationRules | undefined = deepFreeze(of('circulation').at(-1)?.body);
  const signIn: SignInRules | undefined = of('signIn').at(-1)?.body;
  const topics = deepFreeze(of('notices').flatMap((file) => file.body.topics));
  const topicOf = new Map(topics.map((topic) => [topic.topic, topic]));
  const noticeRules: NoticeRules | undefined = of('noticeRules').at(-1)?.body;
  const papers = deepFreeze(
    of('paper').map((file) => ({ ...file.body, key: file.key, name: file.name, basis: file.basis })),
  );
  const matching: Matching | undefined = deepFreeze(of('matching').at(-1)?.body);
  const unconfirmed = listUnconfirmed(current);
  const standardList = [...standards.values()];
  const known = <T>(value: T | undefined, what: string): T => {
    if (value === undefined) throw new RangeError(`policy has no ${what}`);
    return value;
  };

  return Object.freeze<PolicyRuntime>({
    setId,
    digest,
    standard: (key) => known(standards.get(key), `data standard "${key}"`),
    persons: () => known(persons, 'rules on natural persons'),
    standards: () => standardList,
    rules: (key) => known(rules.get(key), `data standard "${key}"`),
    rule: (id) => byId.get(id),
    codeTable: (key) => known(tables.get(key), `code table "${key}"`),
    catalogueItem: (key) => items.get(key),
    catalogue: () => catalogue,
    disclosureRegimes: (item, lane = 'creditPlatform') => regimes.get(`${lane} ${item}`) ?? [],
    ...days,
    division: (code) => divisions.get(code),
    industry: (codeOrName) => industries.find(codeOrName),
    accounts: () => known(accounts, 'rules of accounts'),
    place: () => known(place, 'place rules'),
    procedureKeys: () => [...procedures.keys()],
    cityTargets: () => {
      const { body, confirmed } = known(cityTargets, 'targets of the city');
      return { ...body, confirmed };
    },
    quality: () => {
      const { body, basis, confirmed } = known(quality, 'rules of quality');
      return { ...body, basis, confirmed };
    },
    wizard: () => known(wizard, 'wizard'),
    procedureName: (key) => procedureNames.get(key) ?? { zh: key, en: key },
    procedure: (key) => known(procedures.get(key), `procedure ${key}`),
    repair: (lane) => repairs.get(lane),
    purposes: () => purposes,
    lists: () => lists,
    list: (key) => listOf.get(key),
    listExemptions: () => listExemptions,
    measures: () => measures,
    checkRules: () => known(checkRules, 'rules of checks'),
    matter: (code) => matters.get(code),
    accessLimits: () => known(limits, 'access limits'),
    oversight: () => known(oversight, 'oversight rules'),
    exchange: () => known(exchange, 'rules of exchange'),
    circulation: () => known(circulation, 'rules of circulation'),
    signIn: () => known(signIn, 'rules of sign-in'),
    noticeTopic: (topic) => known(topicOf.get(topic), `words for ${topic}`),
    noticeTopics: () => topics,
    noticeRules: () => known(noticeRules, 'rules of notices'),
    paper: (key) =>
      known(
        papers.find((one) => one.key === key),
        `paper ${key}`,
      ),
    papers: () => papers,
    matching: () => known(matching, 'weights of matching'),
    unconfirmed: () => unconfirmed,
  });
}

const listKinds: readonly CreditListKind[] = ['serious', 'watch', 'honour'];

/** The catalogue with its editions and what places add; each keeps the days on which it holds. */
function compileMeasures(files: readonly PolicyFile[]): MeasurePolicy {
  const out: {
    editions: MeasurePolicy['editions'][number][];
    measures: MeasurePolicy['measures'][number][];
    rules: MeasurePolicy['rules'][number][];
    incentives: MeasurePolicy['incentives'][number][];
  } = { editions: [], measures: [], rules: [], incentives: [] };
  for (const file of files) {
    if (file.kind === 'measures') out.editions.push(...file.body.editions);
    if (file.kind === 'measures' || file.kind === 'measureSupplement')
      out.measures.push(...file.body.measures.map((one) => ({ ...one, local: file.kind === 'measureSupplement' })));
    if (file.kind === 'measureRules') out.rules.push(...file.body.rules);
    if (file.kind === 'incentives') out.incentives.push(...file.body.incentives);
  }
  out.editions.sort((a, b) => (a.from < b.from ? -1 : 1));
  return deepFreeze(out);
}

/**
 * One file for each kind and key: the latest that has begun on the day (absent: the latest of all). Disclosure regimes
 * stay, whatever their day, since each record keeps the regime of its own.
 */
export function filesInForce(files: readonly PolicyFile[], on?: string): PolicyFile[] {
  const best = new Map<string, PolicyFile>();
  for (const file of files) {
    const from = file.validFrom ?? '';
    const regime = file.kind === 'disclosure';
    if (on !== undefined && from > on && !regime) continue;
    const key = `${file.kind} ${file.key}${regime ? ` ${from}` : ''}`;
    const other = best.get(key);
    if (!other || !isLater(other, file)) best.set(key, file);
  }
  return [...best.values()];
}

/** Whether the first of two versions of a file takes the place of the second. */
function isLater(one: PolicyFile, other: PolicyFile): boolean {
  const [a, b] = [one.validFrom ?? '', other.validFrom ?? ''];
  return a === b ? (one.revision ?? 0) > (other.revision ?? 0) : a > b;
}

function compileStandards(files: readonly FileOf<'dataStandard'>[]): Map<string, NamedStandard> {
  return new Map(
    files.map((file) => [file.body.standard, deepFreeze({ ...file.body, name: file.name, hash: hashOf(file) })]),
  );
}

function compileRules(
  files: readonly FileOf<'ruleSet'>[],
  standards: ReadonlyMap<string, NamedStandard>,
): Map<string, readonly CompiledRule[]> {
  const compiled = new Map<string, readonly CompiledRule[]>();
  for (const [key, standard] of standards) {
    const rules = files
      .filter((file) => file.body.standards.includes('*') || file.body.standards.includes(key))
      .flatMap((file) =>
        file.body.rules.flatMap((rule) => compileRule(rule, standard, file.basis, file.confirmed) ?? []),
      );
    compiled.set(key, Object.freeze(rules));
  }
  return compiled;
}

/** A rule without a basis or mark of its own has its file's. Its version changes with anything that is said or tested. */
function compileRule(
  rule: QualityRule,
  standard: DataStandard,
  basis: readonly Basis[],
  confirmed: boolean,
): CompiledRule | undefined {
  const bound = bindRule(rule, standard);
  if (!bound) return undefined;
  const { check, cases: _, ...rest } = bound;
  const { cases: __, ...said } = rule;
  const types = fieldTypes(standard);
  const compiled: CompiledRule = {
    ...rest,
    basis: rule.basis ?? [...basis],
    confirmed: rule.confirmed ?? confirmed,
    version: shortHash(said),
    builtin: check.kind === 'builtin',
  };
  if (check.kind === 'expression') {
    if (check.when !== undefined) compiled.when = expectExpression(check.when, types);
    compiled.require = expectExpression(check.require, types);
  }
  return Object.freeze(compiled);
}

/** The catalogue with the items of local supplements; its hash covers all of them. */
function mergeCatalogue(
  national: readonly FileOf<'catalogue'>[],
  supplements: readonly FileOf<'localSupplement'>[],
): Catalogue & { hash: string } {
  // The base catalogue is the one with the first category; others (the sharing list for finance) add to it.
  const lowest = (file: FileOf<'catalogue'>): number =>
    Math.min(...file.body.categories.map((category) => category.number), Number.MAX_SAFE_INTEGER);
  const files = [...[...national].sort((a, b) => lowest(a) - lowest(b)), ...supplements];
  const [first] = files;
  const merged: Catalogue = {
    edition: first?.body.edition ?? '',
    categories: files.flatMap((file) => file.body.categories),
    items: files.flatMap((file) => file.body.items),
  };
  const regulation = supplements.at(0)?.body.localRegulation;
  if (regulation) merged.localRegulation = regulation;
  return deepFreeze({ ...merged, hash: files.length === 1 ? hashOf(first) : hashOf(files) });
}

function compileRegimes(files: readonly PolicyFile[]): Map<string, NamedRegime[]> {
  const regimes = new Map<string, NamedRegime[]>();
  for (const file of files) {
    if (file.kind !== 'disclosure') continue;
    const lane: DisclosureLane = file.body.lane ?? 'creditPlatform';
    const regime: NamedRegime = deepFreeze({
      ...file.body,
      key: file.key,
      name: file.name,
      hash: hashOf(file),
      basis: file.basis,
      confirmed: file.confirmed,
      ...(file.validFrom === undefined ? {} : { validFrom: file.validFrom }),
      ...(file.validTo === undefined ? {} : { validTo: file.validTo }),
    });
    for (const item of file.body.items) {
      const list = regimes.get(`${lane} ${item}`) ?? [];
      list.push(regime);
      list.sort((a, b) => ((a.validFrom ?? '') < (b.validFrom ?? '') ? -1 : 1));
      regimes.set(`${lane} ${item}`, list);
    }
  }
  return regimes;
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}
