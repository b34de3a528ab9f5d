/** Licences and penalties as the standards want them: each row a pure function of its stream and its place in it. */
import { LICENCES, type LicenceAct, MIXES, PENALTIES, type PenaltyAct, type PenaltyShape } from './acts.ts';
import type { PlannedDepartment } from './bodies.ts';
import { chineseDay, firstOfYear, OPEN_END, recentDay, shareBefore, slashed, termEnd, yearOf } from './days.ts';
import { adultDocument, representativeDocument } from './person-documents.ts';
import { permutation, type Random, randomOf } from './random.ts';
import { type PlannedSubject, personName, type SubjectMaker, weighted } from './subjects.ts';

export type StandardKey = 'licence' | 'penalty';

/** One department's reports of one standard in one edition, oldest first. */
export interface RecordStream {
  readonly id: number;
  readonly department: PlannedDepartment;
  readonly standard: StandardKey;
  readonly edition: string;
  readonly rows: number;
  /** What stands before the year in document numbers. */
  readonly stem: string;
  /** Rows are about natural persons: all of them, or this share. */
  readonly personShare: number;
  /** The local column 处罚程序 is filled. */
  readonly procedure: boolean;
  /** First and last day where it is not the last three years. */
  readonly span?: readonly [from: number, to: number];
}

/** Values by column code of the standard. */
export type Values = Record<string, string>;

export interface CleanRow {
  readonly values: Values;
  readonly subject: PlannedSubject | null;
  readonly day: number;
  /** Fine in yuan. */
  readonly fine: number;
  readonly random: Random;
}

export interface RecordMaker {
  /** The row as the department meant it. Call it again for the same row. */
  clean(stream: RecordStream, at: number): CleanRow;
}

const REALM_STREAM = 1000;
const REALM_RANK = 4;

const LONG_TAIL = 2.2;
/** Share of rows that go by rank rather than evenly: a few subjects hold many records. */
const RANKED = 0.7;

export function recordMaker(
  seed: number,
  subjects: SubjectMaker,
  registered: number,
  unregistered: number,
  asOf: number,
): RecordMaker {
  const scatter = permutation(seed, REALM_RANK, Math.max(1, registered));
  const hot = new Map<number, PlannedSubject>();
  const subjectAt = (index: number): PlannedSubject => {
    const known = hot.get(index);
    if (known) return known;
    const made = subjects.subject(index);
    if (hot.size >= 20_000) hot.clear();
    hot.set(index, made);
    return made;
  };

  const pickSubject = (random: Random, day: number): PlannedSubject => {
    if (unregistered > 0 && random.chance(0.012)) return subjectAt(registered + random.int(unregistered));
    const u = random.next();
    const rank = Math.floor(registered * (random.chance(RANKED) ? u ** LONG_TAIL : u));
    const text = slashed(day);
    for (let attempt = 0; ; attempt += 1) {
      const subject = subjectAt(scatter((rank + attempt * 997) % registered));
      const fits = subject.prefix.startsWith('9') || random.chance(0.15);
      const exists = subject.establishedOn <= text;
      if ((fits && exists && (rank >= 40 || subject.prefix === '91')) || attempt >= 8) return subject;
    }
  };

  const clean = (stream: RecordStream, at: number): CleanRow => {
    const random = randomOf(seed, REALM_STREAM + stream.id, at);
    const day = decisionDay(stream, at, asOf);
    const number = numberOf(stream, at, asOf, day);
    const person = random.chance(stream.personShare);
    const subject = person ? null : pickSubject(random, day);
    const values: Values = {};
    const p = stream.standard === 'licence' ? 'XK' : 'CF';
    if (subject) fillOrganisation(values, p, subject, random);
    else fillPerson(values, p, day, random);
    const fine =
      stream.standard === 'licence'
        ? fillLicence(values, stream, subject, day, number, random)
        : fillPenalty(values, stream, subject, day, number, random);
    fillBodies(values, stream);
    return { values, subject, day, fine, random };
  };
  return { clean };
}

/** The day on which the decision at a place of a stream was made; never before that of an earlier place. */
export function decisionDay(stream: RecordStream, at: number, asOf: number): number {
  const q = (at + 0.5) / stream.rows;
  if (stream.span) return Math.floor(stream.span[0] + q * (stream.span[1] - stream.span[0]));
  return recentDay(asOf, q);
}

/** Numbers run on within a year: how many rows of the stream came before its first one of this year. */
function numberOf(stream: RecordStream, at: number, asOf: number, day: number): string {
  const year = yearOf(day);
  const first = firstOfYear(year);
  const share = stream.span
    ? Math.max(0, (first - stream.span[0]) / (stream.span[1] - stream.span[0]))
    : shareBefore(asOf, first);
  // A row too low by rounding would repeat a number of the year; one too high leaves a gap, as cancelled numbers do.
  const before = Math.max(0, Math.floor(share * stream.rows) - 2);
  return `${stream.stem}〔${year}〕${at - before + 1}号`;
}

function fillOrganisation(values: Values, p: 'XK' | 'CF', subject: PlannedSubject, random: Random): void {
  values[`${p}_XDR_MC`] = subject.name;
  values[`${p}_XDR_LB`] = subject.prefix === '92' ? '个体工商户' : '法人及非法人组织';
  values[`${p}_XDR_SHXYM`] = subject.code;
  if (subject.registrationNumber && random.chance(0.35)) values[`${p}_XDR_GSZC`] = subject.registrationNumber;
  if (random.chance(0.15)) values[`${p}_XDR_ZZJG`] = subject.code.slice(8, 17);
  if (random.chance(0.06)) values[`${p}_XDR_SWDJ`] = subject.code.slice(2, 17);
  if (subject.prefix === '12' && random.chance(0.3))
    values[`${p}_XDR_SYDW`] = `1${subject.code.slice(2, 8)}${String(subject.index % 100_000).padStart(5, '0')}`;
  if (subject.prefix.startsWith('5') && random.chance(0.3))
    values[`${p}_XDR_SHZZ`] = `示民社证字第${String(subject.index % 1_000_000).padStart(6, '0')}号`;
  values[`${p}_FRDB`] = subject.representative;
  if (!random.chance(0.12)) return;
  const [type, number] = representativeDocument(subject.index, random);
  values[`${p}_FR_ZJLX`] = type;
  values[`${p}_FR_ZJHM`] = number;
}

function fillPerson(values: Values, p: 'XK' | 'CF', day: number, random: Random): void {
  values[`${p}_XDR_MC`] = personName(random);
  values[`${p}_XDR_LB`] = '自然人';
  const [type, number] = adultDocument(day, random);
  values[`${p}_XDR_ZJLX`] = type;
  values[`${p}_XDR_ZJHM`] = number;
}

function fillBodies(values: Values, stream: RecordStream): void {
  const { name, code } = stream.department;
  if (stream.standard === 'licence') {
    values.XK_XKJG = name;
    values.XK_XKJGDM = code;
    values.XK_ZT ??= '1';
    values.XK_LYDW = name;
    values.XK_LYDWDM = code;
  } else {
    values.CF_CFJG = name;
    values.CF_CFJGDM = code;
    values.CF_SJLY = name;
    values.CF_SJLYDM = code;
  }
}

const fill = (template: string, subject: PlannedSubject | null, name: string, random: Random): string =>
  template
    .replace('{name}', name)
    .replace('{scope}', subject?.scope.split('。')[0] ?? '')
    .replace('{address}', subject?.address ?? '示范市高新区创新大道1号')
    .replace('{plate}', random.digits(5));

function fillLicence(
  values: Values,
  stream: RecordStream,
  subject: PlannedSubject | null,
  day: number,
  number: string,
  random: Random,
): number {
  const act: LicenceAct = weighted(random, LICENCES[stream.department.key]);
  const other = random.chance(0.03);
  values.XK_XKWS = act.title;
  values.XK_WSH = number;
  values.XK_XKLB = other ? `其他-${random.pick(['补办', '延续', '变更', '注销备案'])}` : act.category;
  if (act.certificate) {
    values.XK_XKZS = act.certificate;
    values.XK_XKBH = `${act.prefix}${yearOf(day)}${random.digits(7)}`;
    // A licence without a document number is reported under the number of its certificate.
    if (random.chance(0.02)) values.XK_WSH = values.XK_XKBH;
  }
  values.XK_NR = fill(act.content, subject, values.XK_XDR_MC ?? '', random);
  const from = day + (random.chance(0.3) ? random.int(8) : 0);
  values.XK_JDRQ = slashed(day);
  values.XK_YXQZ = slashed(act.category === '登记' && random.chance(0.3) ? day - random.between(200, 6000) : from);
  values.XK_YXQZI = act.years === 0 ? OPEN_END : slashed(termEnd(from, act.years));
  values.XK_ZT = random.chance(0.02) ? '0' : '1';
  if (random.chance(0.04)) values.BZ = random.pick(['首次申请', '延续换证', '遗失补办', '法定代表人变更', '地址变更']);
  return 0;
}

const wan = (yuan: number): string => {
  const text = (yuan / 10_000).toFixed(6);
  return text.replace(/\.?0+$/, '');
};

/** Fines come in round sums. */
function roundSum(random: Random, [from, to]: readonly [number, number]): number {
  const sum = from * (to / from) ** random.next();
  const step = sum < 1_000 ? 50 : sum < 10_000 ? 100 : sum < 100_000 ? 500 : 5_000;
  return Math.max(step, Math.round(sum / step) * step);
}

function fillPenalty(
  values: Values,
  stream: RecordStream,
  subject: PlannedSubject | null,
  day: number,
  number: string,
  random: Random,
): number {
  const act: PenaltyAct = weighted(random, PENALTIES[stream.department.key]);
  const shape: PenaltyShape = weighted(random, MIXES[act.mix]);
  const fine = shape.fine ? roundSum(random, shape.fine) : 0;
  const gains = shape.confiscated
    ? Math.round(shape.confiscated[0] * (shape.confiscated[1] / shape.confiscated[0]) ** random.next() * 100) / 100
    : 0;
  const name = values.CF_XDR_MC ?? '';
  const found = day - random.between(15, 120);
  const place = subject?.address ?? '示范市城区';
  values.CF_WSH = number;
  values.CF_WFXW = act.conduct;
  values.CF_SY = `经查，当事人${name}于${chineseDay(found)}在${place}从事经营活动期间，${act.facts}。上述事实有现场检查笔录、询问笔录、现场照片等证据证实。`;
  values.CF_YJ = act.ground;
  values.CF_CFLB = shape.kinds.join(';');
  values.CF_NR = contentOf(shape, fine, gains, act);
  if (shape.fine) values.CF_NR_FK = random.chance(0.25) ? (fine / 10_000).toFixed(6) : wan(fine);
  if (shape.confiscated) values.CF_NR_WFFF = (gains / 10_000).toFixed(6);
  if (shape.certificate)
    values.CF_NR_ZKDX = `${act.certificate || '营业执照'} ${random.pick(['示字', 'SF', 'JY'])}${random.digits(9)}`;
  values.CF_JDRQ = slashed(day);
  values.CF_YXQ = random.chance(0.25) ? OPEN_END : slashed(termEnd(day, random.chance(0.8) ? 1 : 3));
  const disclosed = random.next();
  if (disclosed < 0.45) values.CF_GSJZQ = slashed(termEnd(day, 1));
  else if (disclosed < 0.6) values.CF_GSJZQ = slashed(termEnd(day, 3));
  if (stream.procedure) {
    const simple =
      shape.kinds.every((kind) => kind === '警告' || kind === '罚款') && fine <= 3_000 && random.chance(0.7);
    values.CF_CXLX = simple ? '简易程序' : '普通程序';
  }
  return fine;
}

function contentOf(shape: PenaltyShape, fine: number, gains: number, act: PenaltyAct): string {
  const parts = shape.kinds.map((kind) => {
    if (kind === '罚款') return `罚款人民币${fine}元`;
    if (kind.startsWith('没收')) return `${kind}${gains}元`;
    if (kind.startsWith('吊销') || kind.startsWith('暂扣'))
      return `${kind.slice(0, 2)}${act.certificate || '营业执照'}`;
    return kind.replace(/^其他-/, '');
  });
  return parts.length === 1 ? `${parts[0]}。` : parts.map((part, at) => `${at + 1}.${part}；`).join('');
}
