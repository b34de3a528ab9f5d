/**
 * The archive of a subject with its whole cluster, through a reading (module access). Public: what the law lets anybody read
 * today, masked. An officer's: what may be used, with lineage, but no earlier states and nothing that was repaired, withdrawn
 * or annulled (36号令 art. 3: 停止共享和使用; natural-persons notes §3).
 */
import type { AppContext } from '../../context.ts';
import { levelCovers } from '../../platform/authz/index.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import type { Queryable } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { isId } from '../../platform/ids.ts';
import { publicReading, type Reading, readsItem, readsNames } from '../access/index.ts';
import type { Bilingual, FieldRole, PolicyRuntime } from '../policy/types.ts';
import * as queries from './archive-queries.ts';
import { isPersonalTradeName, maskPersonName, publicAddress, publicSubjectName } from './masking.ts';
import { cleanCode } from './names.ts';
import type { DisclosureView, RecordFacts, SubjectPorts } from './ports.ts';
import { type RecordView, recordView, standardOf } from './record-view.ts';
import type { IdentifierScheme, SubjectKind } from './types.ts';

export type ArchiveKey = { readonly code: string } | { readonly subjectId: string };
export type ArchiveContext = Pick<AppContext, 'clock' | 'policy' | 'keys'>;

export const maxRecordsPage = 100;

export interface ArchiveName {
  name: string;
  from: string | null;
  to: string | null;
}

export interface Lineage {
  submissionId: string;
  fileName: string;
  rowNo: number;
  channel: string;
  batchNo: string | null;
  edition: string | null;
  sourceBodyId: string;
  sourceBody: string;
  policySetId: number;
  recordedAt: string;
  receivedAt: string;
  accountId: string | null;
  osUser: string | null;
}

export interface ArchiveRecord extends RecordView {
  lineage?: Lineage;
}

export interface ArchiveTab {
  item: string;
  name: Bilingual;
  count: number;
}

export interface Archive {
  subjectId: string;
  code: string | null;
  name: string;
  formerNames: ArchiveName[];
  kind: SubjectKind;
  status: string;
  provisional: boolean;
  region: string | null;
  industry: string | null;
  establishedOn: string | null;
  address: string | null;
  companyType: string | null;
  registrationAuthority: string | null;
  registeredCapital: string | null;
  businessScope: string | null;
  legalRepresentative: string | null;
  identifiers: { scheme: IdentifierScheme; value: string }[];
  /** Ids of the subjects that were merged into this one; full level only. */
  members: string[];
  tabs: ArchiveTab[];
  dataAsOf: string;
}

export interface RecordPage {
  items: ArchiveRecord[];
  nextCursor: string | null;
  total: number;
  /** True when the archive holds more records than are read at once. */
  truncated: boolean;
  dataAsOf: string;
}

/** States that stop sharing and use, not only display: nobody outside the source body sees them. */
const stopped: ReadonlySet<string> = new Set(['withdrawn', 'annulled', 'repaired', 'erased']);
/** Schemes the public sees; the tax number of an organisation is its code since 2015 and otherwise not public. */
const publicSchemes: ReadonlySet<IdentifierScheme> = new Set(['unifiedCode', 'registrationNumber', 'organisationCode']);

const notFound = (): DomainError =>
  new DomainError('not-found', {
    zh: '没有找到这个代码对应的主体。请核对代码，或按名称查询；自然人信息不提供查询。',
    en: 'No organisation has this code. Check it, or search by name; natural persons cannot be searched here.',
  });

/** What the source says of the state: the code table knows what its values mean, words decide where it does not. */
function inForce(policy: PolicyRuntime, row: queries.FactRow): boolean | undefined {
  if (row.record_status === null || row.record_status === '') return undefined;
  const field = standardOf(policy, row.standard)?.fields.find((candidate) => candidate.role === 'recordStatus');
  let label = row.record_status;
  if (field?.codeTable !== undefined) {
    try {
      const entry = policy.codeTable(field.codeTable).values.find((value) => value.code === row.record_status);
      if (entry?.means !== undefined) return entry.means !== 'ineffective';
      label = entry?.label.zh ?? label;
    } catch {
      // A city without the table keeps the reported word.
    }
  }
  return !/撤销|注销|吊销|无效|失效|移出/.test(label) && label !== '0';
}

export function payloadFields(policy: PolicyRuntime): queries.PayloadFields {
  const out: queries.PayloadFields = { standards: [], procedure: [], status: [] };
  for (const standard of policy.standards()) {
    const codeOf = (role: string): string =>
      standard.fields.find((field) => field.role === (role as FieldRole))?.code ?? '';
    out.standards.push(standard.standard);
    out.procedure.push(codeOf('procedure'));
    out.status.push(codeOf('recordStatus'));
  }
  return out;
}

export function factsFrom(policy: PolicyRuntime, row: queries.FactRow, kind: SubjectKind): RecordFacts {
  const force = inForce(policy, row);
  return {
    item: row.item,
    standard: row.standard,
    decidedOn: row.decided_on,
    effectiveFrom: row.effective_from,
    effectiveTo: row.effective_to,
    categories: row.categories,
    severity: row.severity,
    amountFen: row.amount_fen,
    confiscatedFen: row.confiscated_fen,
    procedure: row.procedure,
    subjectKind: kind,
    counterpartyPerson: false,
    decidingBodyDomain: row.domain,
    ...(force === undefined ? {} : { inForce: force }),
  };
}

interface Judged {
  facts: queries.FactRow;
  disclosure: DisclosureView;
}

/** A register row is the subject itself: its facts are the head of the archive, not a record among others. */
export function isRegister(policy: PolicyRuntime, standardKey: string): boolean {
  const standard = standardOf(policy, standardKey);
  return standard?.registers !== undefined;
}

/** Officers and the subject itself see how a public record stands where the public does not see it; outsiders do not. */
const seesUndisclosed = (reading: Reading): boolean => levelCovers(reading.level, 'government');

/**
 * Whether the reading reaches a record that is not on display. What was repaired, annulled, withdrawn or erased is used by
 * nobody; an item that is never public has no display, so that its attribute alone decides (reports.md §2: L1, L2).
 */
function reachesUndisclosed(policy: PolicyRuntime, reading: Reading, item: string, state: string): boolean {
  if (stopped.has(state) || reading.level === 'public') return false;
  return seesUndisclosed(reading) || policy.catalogueItem(item)?.publicity !== 'public';
}

/** Whether a live record is in what this reading sees: archives, reports and exports ask here. */
export function readsRecord(
  policy: PolicyRuntime,
  reading: Reading,
  item: string,
  disclosure: Pick<DisclosureView, 'shown' | 'state'>,
): boolean {
  if (!readsItem(reading, policy, item)) return false;
  return disclosure.shown || reachesUndisclosed(policy, reading, item, disclosure.state);
}

async function judge(
  ctx: ArchiveContext,
  client: Queryable,
  ports: SubjectPorts,
  cluster: readonly string[],
  kind: SubjectKind,
  reading: Reading,
): Promise<{ judged: Judged[]; truncated: boolean }> {
  const policy = ctx.policy();
  const today = ctx.clock.today();
  const rows = await queries.factsOfCluster(client, cluster, payloadFields(policy));
  const events = await queries.eventsOfCluster(client, cluster);
  const judged: Judged[] = [];
  for (const facts of rows) {
    if (isRegister(policy, facts.standard)) continue;
    const own = events.get(facts.record_id) ?? [];
    const disclosure = ports.disclose(factsFrom(policy, facts, kind), own, today, policy);
    const erased = own.some((event) => event.kind === 'erased');
    if (erased || !readsRecord(policy, reading, facts.item, disclosure)) continue;
    judged.push({ facts, disclosure });
  }
  return { judged, truncated: rows.length >= queries.maxArchiveRecords };
}

function tabsOf(policy: PolicyRuntime, judged: readonly Judged[]): ArchiveTab[] {
  const counts = new Map<string, number>();
  // What has a section of its own in the report (licences, penalties) is always there, so that "none" is said rather
  // than left to be guessed.
  for (const standard of policy.standards())
    if (!isRegister(policy, standard.standard) && policy.catalogueItem(standard.item)?.section !== undefined)
      counts.set(standard.item, 0);
  for (const { facts } of judged) counts.set(facts.item, (counts.get(facts.item) ?? 0) + 1);
  return [...counts].map(([item, count]) => ({
    item,
    count,
    name: policy.catalogueItem(item)?.name ??
      policy.standards().find((standard) => standard.item === item)?.name ?? { zh: item, en: item },
  }));
}

/** The subject behind a key. Throws not-found. */
export async function findArchiveSubject(client: Queryable, key: ArchiveKey): Promise<queries.SubjectRecord> {
  if ('subjectId' in key && !isId(key.subjectId)) throw notFound();
  const code = 'code' in key ? cleanCode(key.code) : '';
  if ('code' in key && code === '') throw notFound();
  const subject = await queries.subjectBy(client, 'code' in key ? { code } : key);
  if (subject === null) throw notFound();
  return subject;
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

function headOf(subject: queries.SubjectRecord, reading: Reading, policy: PolicyRuntime) {
  const industry = subject.industry === null ? undefined : policy.industry(subject.industry);
  const open = readsNames(reading);
  const operator = text(subject.register.legalRepresentative);

  const address = subject.address !== null && !open ? publicAddress(subject.kind, subject.address) : subject.address;
  return {
    subjectId: subject.subject_id,
    code: subject.unified_code,
    name: open ? subject.name : publicSubjectName(subject.kind, subject.name, operator ?? undefined),
    kind: subject.kind,
    status: subject.status,
    provisional: subject.provisional,
    region: subject.region,
    industry: industry ? `${industry.code} ${industry.name}` : subject.industry,
    establishedOn: subject.established_on,
    address: address === '' ? null : address,
    companyType: text(subject.register.companyType),
    registrationAuthority: text(subject.register.registrationAuthority),
    registeredCapital: text(subject.register.registeredCapital),
    businessScope: text(subject.register.businessScope),
    legalRepresentative: operator === null ? null : open ? operator : maskPersonName(operator),
  };
}

function formerNamesOf(
  subject: queries.SubjectRecord,
  names: readonly queries.NameRecord[],
  reading: Reading,
): ArchiveName[] {
  const reported = new Set(subject.register.reportedNames ?? []);
  const operator = text(subject.register.legalRepresentative) ?? undefined;
  const seen = new Set<string>([subject.name]);
  const out: ArchiveName[] = [];
  for (const name of names) {
    if (seen.has(name.name) || reported.has(name.name)) continue;
    if (!readsNames(reading) && isPersonalTradeName(subject.kind, name.name, operator)) continue;
    // A merged subject's current name is another name of this archive.
    seen.add(name.name);
    out.push({ name: name.name, from: name.valid_from, to: name.valid_to });
  }
  return out;
}

/**
 * The subject's facts, names, identifiers and the counts of its records.
 * Errors: not-found. The caller authorises `full` and writes the access log in the same transaction.
 */
export async function loadArchive(
  ctx: ArchiveContext,
  client: Queryable,
  ports: SubjectPorts,
  key: ArchiveKey,
  reading: Reading,
): Promise<Archive> {
  const subject = await findArchiveSubject(client, key);
  const cluster = await queries.clusterOf(client, subject.subject_id);
  const names = await queries.namesOfCluster(client, cluster);
  const identifiers = await queries.identifiersOfCluster(client, cluster);
  const { judged } = await judge(ctx, client, ports, cluster, subject.kind, reading);
  return {
    ...headOf(subject, reading, ctx.policy()),
    formerNames: formerNamesOf(subject, names, reading),
    identifiers: readsNames(reading) ? identifiers : identifiers.filter((id) => publicSchemes.has(id.scheme)),
    members: readsNames(reading) ? cluster.slice(1) : [],
    tabs: tabsOf(ctx.policy(), judged),
    dataAsOf: await dataAsOf(ctx, client),
  };
}

export async function dataAsOf(ctx: Pick<AppContext, 'clock'>, client: Queryable): Promise<string> {
  return (await queries.latestRecordedAt(client)) ?? ctx.clock.now();
}

export interface RecordsOptions {
  readonly item?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

function lineageView(row: queries.LineageRow): Lineage {
  return {
    submissionId: row.submission_id,
    fileName: row.file_name,
    rowNo: row.row_no,
    channel: row.channel,
    batchNo: row.batch_no,
    edition: row.edition,
    sourceBodyId: row.source_body_id,
    sourceBody: row.source_body,
    policySetId: row.policy_set_id,
    recordedAt: row.recorded_at,
    receivedAt: row.received_at,
    accountId: row.account_id,
    osUser: row.os_user,
  };
}

export async function lineageByRecord(client: Queryable, recordIds: readonly string[]): Promise<Map<string, Lineage>> {
  const rows = recordIds.length === 0 ? [] : await queries.lineageOf(client, recordIds);
  return new Map(rows.map((row) => [row.record_id, lineageView(row)]));
}

/** One page of the archive's records, newest decision first. Errors: not-found, invalid-request (cursor). */
export async function loadArchiveRecords(
  ctx: ArchiveContext,
  client: Queryable,
  ports: SubjectPorts,
  key: ArchiveKey,
  reading: Reading,
  options: RecordsOptions,
): Promise<RecordPage> {
  const subject = await findArchiveSubject(client, key);
  const cluster = await queries.clusterOf(client, subject.subject_id);
  const { judged, truncated } = await judge(ctx, client, ports, cluster, subject.kind, reading);
  const wanted = options.item === undefined ? judged : judged.filter(({ facts }) => facts.item === options.item);
  const purpose = `records:${reading.level}:${subject.subject_id}:${options.item ?? ''}`;
  const offset = Number(openPosition(ctx.keys, purpose, options.cursor)?.[0] ?? 0);
  const limit = Math.min(Math.max(1, options.limit), maxRecordsPage);
  const page = wanted.slice(offset, offset + limit);
  const details = await queries.detailsOf(
    client,
    page.map(({ facts }) => facts),
  );
  const ids = readsNames(reading) ? page.map(({ facts }) => facts.record_id) : [];
  const sources = await lineageByRecord(client, ids);
  const operator = text(subject.register.legalRepresentative);
  const context = {
    policy: ctx.policy(),
    level: reading.level,
    people: operator === null ? [] : [operator],
  };
  const items = page.flatMap(({ facts, disclosure }): ArchiveRecord[] => {
    const detail = details.get(facts.record_id);
    if (detail === undefined) return [];
    const view = recordView(facts, detail, disclosure, context);
    const source = sources.get(facts.record_id);
    return [source === undefined ? view : { ...view, lineage: source }];
  });
  return {
    items,
    nextCursor: offset + limit < wanted.length ? sealPosition(ctx.keys, purpose, [offset + limit]) : null,
    total: wanted.length,
    truncated,
    dataAsOf: await dataAsOf(ctx, client),
  };
}

export interface RecentItem {
  code: string | null;
  name: string;
  title: string;
  decidingBody: string;
  decidedOn: string | null;
}

/** How many of the newest records are looked at for the home page, of which those the public may see are listed. */
const recentWindow = 200;

/** What was published lately; sole traders under their operator's own name are left out of lists. */
export async function recentlyPublished(
  ctx: ArchiveContext,
  client: Queryable,
  ports: SubjectPorts,
  limit: number,
): Promise<RecentItem[]> {
  const policy = ctx.policy();
  const rows = await queries.recentRecords(client, recentWindow, payloadFields(policy));
  const events = await queries.eventsOfCluster(client, [...new Set(rows.map((row) => row.subject_id))]);
  const out: RecentItem[] = [];
  for (const row of rows) {
    const operator = row.operator ?? undefined;
    if (isRegister(policy, row.standard) || !readsItem(publicReading, policy, row.item)) continue;
    if (isPersonalTradeName(row.kind, row.name, operator)) continue;
    const disclosure = ports.disclose(
      factsFrom(policy, row, row.kind),
      events.get(row.record_id) ?? [],
      ctx.clock.today(),
      policy,
    );
    if (!disclosure.shown) continue;
    const view = recordView(row, { ...row, deciding_body_id: '', source_body_id: '', source_body: '' }, disclosure, {
      policy,
      level: 'public',
      people: operator === undefined ? [] : [operator],
    });
    out.push({
      code: row.unified_code,
      name: row.name,
      title: view.title,
      decidingBody: row.deciding_body,
      decidedOn: row.decided_on,
    });
    if (out.length >= limit) break;
  }
  return out;
}
