import { groupUnifiedCode, maskPersonName, subjectKindLabels } from '@chengxin/identifiers';
import { publicReading, type Reading, readsNames } from '../access/index.ts';
import type { PolicyRuntime } from '../policy/types.ts';
import { publicAddress, publicSubjectName, readsRecord } from '../subjects/index.ts';
import { composeRecord } from './compose-record.ts';
import { isRegister, recordSections, type SectionPlan, sectionPlan } from './sections.ts';
import type {
  DisclosedRecord,
  Fact,
  PolicyReference,
  ReportContent,
  ReportKind,
  ReportSection,
  ReportSubject,
  SectionState,
} from './types.ts';
import { cleanText, printDay } from './values.ts';
import * as words from './words.ts';

export interface ComposeInput {
  readonly subject: ReportSubject;
  readonly records: readonly DisclosedRecord[];
  readonly kind: ReportKind;
  /** What whoever asks may read; absent = what the kind is made for: the public, or government. */
  readonly reading?: Reading;
  /** The instant up to which everything known is in the report. */
  readonly cutoffAt: string;
  readonly policy: PolicyRuntime;
  /** Standards that some body has reported; absent = all that policy knows. */
  readonly feeds?: readonly string[];
}

export const readingOf = ({ kind, reading }: Pick<ComposeInput, 'kind' | 'reading'>): Reading =>
  reading ?? (kind === 'public' ? publicReading : { ...publicReading, level: 'government' });

function chosen(input: ComposeInput): DisclosedRecord[] {
  const reading = readingOf(input);
  const records = input.records.filter(({ record, disclosure }) => {
    if (isRegister(input.policy, record.standard)) return false;
    return readsRecord(input.policy, reading, record.item, disclosure);
  });
  const key = ({ record }: DisclosedRecord): string => `${record.documentNumber ?? ''} ${record.recordId}`;
  return records.sort((a, b) => {
    const byDay = (b.record.decidedOn ?? '').localeCompare(a.record.decidedOn ?? '', 'en');
    if (byDay !== 0) return byDay;
    return key(a) < key(b) ? -1 : 1;
  });
}

/** The report's content: pure, the same for the same input and cut-off. */
export function composeReport(input: ComposeInput): ReportContent {
  const reading = readingOf(input);
  const plan = sectionPlan(input.policy);
  const feeds = [...(input.feeds ?? input.policy.standards().map((standard) => standard.standard))].sort();
  const records = chosen(input);
  const grouped = groupBySection(records, plan);
  const representative = text(input.subject.register.legalRepresentative);
  const people = representative === null ? [] : [representative];
  const recordParts = recordSections.map((section): ReportSection => {
    const entries = grouped.get(section.key) ?? [];
    return {
      key: section.key,
      title: section.title,
      state: stateOf(entries.length, plan.feedsOf(section.key), feeds, input),
      ...(entries.length === 0
        ? {}
        : { records: entries.map((entry, at) => composeRecord(entry, at + 1, reading, input.policy, people)) }),
    };
  });
  return {
    format: 'chengxin-report-1',
    kind: input.kind,
    ...(reading.level === 'authorised' ? { level: reading.level } : {}),
    cutoffAt: input.cutoffAt,
    policy: policyReferences(records, input.policy),
    feeds,
    subject: coverOf(input),
    sections: [
      {
        key: 'explanation',
        title: { zh: '报告说明', en: 'About this report' },
        state: 'present',
        paragraphs: words.explanation(reading.level, editionName(input.policy.catalogue().edition)),
      },
      summaryOf(recordParts),
      basicOf(input),
      ...recordParts,
      suggestionsOf(recordParts, grouped),
      annotationsOf(recordParts),
    ],
  };
}

/** 2024 → 2024年版. */
const editionName = (edition: string): string => (/^\d{4}$/.test(edition) ? `${edition}年版` : cleanText(edition));

function groupBySection(records: readonly DisclosedRecord[], plan: SectionPlan): Map<string, DisclosedRecord[]> {
  const grouped = new Map<string, DisclosedRecord[]>();
  for (const entry of records) {
    const section = plan.sectionOf(entry.record.item);
    const list = grouped.get(section);
    if (list) list.push(entry);
    else grouped.set(section, [entry]);
  }
  return grouped;
}

/** Never "none" for what nobody reports, nor for what this reader is not shown (reports.md §4, applied to every kind). */
function stateOf(
  count: number,
  sources: readonly { standard: string; item: string }[],
  feeds: readonly string[],
  input: Pick<ComposeInput, 'kind' | 'policy'>,
): SectionState {
  if (count > 0) return 'present';
  if (sources.length === 0) return 'notCollected';
  const open = sources.filter(
    ({ item }) => input.kind !== 'public' || (input.policy.catalogueItem(item)?.publicity ?? 'public') === 'public',
  );
  if (open.length === 0) return 'notPublic';
  return open.some(({ standard }) => feeds.includes(standard)) ? 'none' : 'notReceived';
}

function policyReferences(records: readonly DisclosedRecord[], policy: PolicyRuntime): PolicyReference[] {
  const references = new Map<string, PolicyReference>();
  const add = (kind: string, key: string, hash: string): void => {
    references.set(`${kind}/${key}/${hash}`, { kind, key, hash });
  };
  const catalogue = policy.catalogue();
  add('catalogue', catalogue.edition, catalogue.hash);
  for (const { record, disclosure } of records) {
    add('dataStandard', record.standard, policy.standard(record.standard).hash);
    if (disclosure.regime.hash !== '') add('disclosure', disclosure.regime.key, disclosure.regime.hash);
  }
  return [...references.keys()].sort().map((key) => references.get(key) as PolicyReference);
}

function text(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const clean = cleanText(value);
  return clean === '' ? null : clean;
}

function nameOf(input: ComposeInput): string {
  const { subject } = input;
  const name = cleanText(subject.name);
  return !readsNames(readingOf(input))
    ? publicSubjectName(subject.kind, name, text(subject.register.legalRepresentative))
    : name;
}

function coverOf(input: ComposeInput): ReportContent['subject'] {
  const { subject } = input;
  return {
    name: nameOf(input),
    unifiedCode: subject.unifiedCode,
    kind: subjectKindLabels[subject.kind]?.zh ?? subjectKindLabels.other.zh,
    formerNames: subject.kind === 'soleTrader' ? [] : subject.formerNames.map((former) => cleanText(former.name)),
  };
}

const representativeLabel = (kind: ReportSubject['kind']): string =>
  kind === 'soleTrader' ? '经营者' : kind === 'enterprise' || kind === 'farmersCooperative' ? '法定代表人' : '负责人';

function basicOf(input: ComposeInput): ReportSection {
  const { subject } = input;
  const masked = !readsNames(readingOf(input));
  const facts: Fact[] = [];
  const add = (label: string, value: string | null, extra: Partial<Fact> = {}): void => {
    facts.push({ label, value: value ?? '—', ...extra });
  };
  const representative = text(subject.register.legalRepresentative);
  const address = subject.address === null ? null : cleanText(subject.address);
  add('名称', nameOf(input), { wide: true });
  add('统一社会信用代码', subject.unifiedCode === null ? null : groupUnifiedCode(subject.unifiedCode), { code: true });
  add('主体类别', subjectKindLabels[subject.kind]?.zh ?? null);
  add(
    representativeLabel(subject.kind),
    representative !== null && masked ? maskPersonName(representative) : representative,
  );
  add('类型', text(subject.register.companyType));
  add('成立日期', subject.establishedOn === null ? null : printDay(subject.establishedOn), { code: true });
  add('登记状态', text(subject.status));
  add('登记机关', text(subject.register.registrationAuthority));
  add('注册资本', text(subject.register.registeredCapital));
  const industry = subject.industry === null ? undefined : input.policy.industry(subject.industry);
  add('所属行业', industry ? `${industry.code} ${industry.name}` : text(subject.industry));
  add('住所', address !== null && masked ? publicAddress(subject.kind, address) || '（住所不公开）' : address, {
    wide: true,
  });
  const scope = text(subject.register.businessScope);
  if (scope !== null) add('经营范围', scope, { wide: true });
  const former = coverOf(input).formerNames;
  if (former.length > 0) add('曾用名', former.join('；'), { wide: true });
  if (subject.provisional) {
    add('登记信息来源', '本平台尚未收到登记机关的登记信息，以上根据其他单位报送的记录列出。', { wide: true });
  }
  return { key: 'basic', title: { zh: '基础信息', en: 'Registration' }, state: 'present', facts };
}

function summaryOf(parts: readonly ReportSection[]): ReportSection {
  return {
    key: 'summary',
    title: { zh: '公共信用信息概要', en: 'Summary' },
    state: 'present',
    table: {
      head: ['信息类别', '条数', '说明'],
      rows: parts.map((part) => [
        part.title.zh,
        part.state === 'present' || part.state === 'none' ? String(part.records?.length ?? 0) : '—',
        part.state === 'present' ? '' : words.summaryWords[part.state],
      ]),
    },
  };
}

const MAX_SUGGESTIONS = 500;

function suggestionsOf(
  parts: readonly ReportSection[],
  grouped: ReadonlyMap<string, readonly DisclosedRecord[]>,
): ReportSection {
  const rows: string[][] = [];
  for (const part of parts) {
    for (const [at, { record, disclosure }] of (grouped.get(part.key) ?? []).entries()) {
      if (disclosure.earliestRepairOn === null || rows.length >= MAX_SUGGESTIONS) continue;
      rows.push([
        `${part.title.zh} 第 ${at + 1} 条`,
        cleanText(record.documentNumber ?? '—'),
        disclosure.earliestRepairOn,
        disclosure.until ?? '—',
        cleanText(record.decidingBody),
      ]);
    }
  }
  const title = { zh: '信用状况提升建议', en: 'How to improve' };
  if (rows.length === 0) return { key: 'suggestions', title, state: 'none', paragraphs: [words.noSuggestions] };
  return {
    key: 'suggestions',
    title,
    state: 'present',
    paragraphs: [
      '下列信息，在行为已经纠正、法定义务已经履行后，自所列日期起可以通过“信用中国”网站或本平台向作出决定的机关申请信用修复；不申请的，到期自动停止公示。',
    ],
    table: { head: ['信息', '决定文书号', '可申请修复', '最迟公示至', '受理机关'], rows },
  };
}

function annotationsOf(parts: readonly ReportSection[]): ReportSection {
  const rows: string[][] = [];
  for (const part of parts) {
    for (const record of part.records ?? []) {
      if (record.annotations.length === 0) continue;
      rows.push([
        `${part.title.zh} 第 ${record.number} 条`,
        record.annotations.map((annotation) => words.annotationNames[annotation]).join('、'),
      ]);
    }
  }
  const title = { zh: '标注信息', en: 'Annotations' };
  if (rows.length === 0) return { key: 'annotations', title, state: 'none', paragraphs: [words.noAnnotations] };
  return { key: 'annotations', title, state: 'present', table: { head: ['信息', '标注'], rows } };
}
