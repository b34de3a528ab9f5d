/** What the template prints: plain strings and numbers, each of them checked against the fonts. */
import { groupUnifiedCode } from '@chengxin/identifiers';
import { printable } from '../../platform/typesetting/glyphs.ts';
import type { Fact, ReportBlock, ReportContent, ReportIssue, ReportSection } from './types.ts';
import { printInstant } from './values.ts';
import {
  annotationNames,
  authorisedName,
  emptyWords,
  kindNames,
  noteWords,
  severityNames,
  stateNames,
} from './words.ts';

const numerals = ['一', '二', '三', '四', '五', '六', '七', '八', '九'];

/** 1 → 一, 10 → 十, 17 → 十七, 20 → 二十. Up to 99. */
export function chineseNumeral(value: number): string {
  const tens = Math.floor(value / 10);
  const head = tens === 0 ? '' : tens === 1 ? '十' : `${numerals[tens - 1] ?? ''}十`;
  return head + (numerals[(value % 10) - 1] ?? '');
}

/** Typst breaks no line inside a word: long runs without a blank get places to break. */
function breakable(text: string): string {
  return text.replaceAll(/[!-~]{25,}/g, (run) => run.replaceAll(/(.{8})(?=.)/g, '$1\u200b'));
}

const shown = (text: string): string => breakable(printable(text));

interface PrintedFact {
  label: string;
  value: string;
  wide: boolean;
  code: boolean;
}

const printFact = (fact: Fact): PrintedFact => ({
  label: shown(fact.label),
  value: shown(fact.value),
  wide: fact.wide ?? false,
  code: fact.code ?? false,
});

/** Short facts two in a row, then the long ones; the order within each is kept. */
function factRows(facts: readonly Fact[]): (PrintedFact | null)[][] {
  const narrow = facts.filter((fact) => !fact.wide).map(printFact);
  const wide = facts.filter((fact) => fact.wide).map(printFact);
  const rows: (PrintedFact | null)[][] = [];
  for (let at = 0; at < narrow.length; at += 2) rows.push([narrow[at] ?? null, narrow[at + 1] ?? null]);
  return [...rows, ...wide.map((fact) => [fact])];
}

/** Two short facts in a row where they follow each other; the order is kept. */
function factsInOrder(facts: readonly Fact[]): (PrintedFact | null)[][] {
  const rows: (PrintedFact | null)[][] = [];
  let open: PrintedFact | null = null;
  for (const fact of facts.map(printFact)) {
    if (fact.wide) {
      if (open) rows.push([open, null]);
      open = null;
      rows.push([fact]);
    } else if (open) {
      rows.push([open, fact]);
      open = null;
    } else open = fact;
  }
  return open ? [...rows, [open, null]] : rows;
}

/** A block up to this many characters is kept on one page. */
const LONG = 700;

function printRecord(record: ReportBlock, kind: ReportContent['kind']) {
  const size = record.facts.reduce((sum, fact) => sum + fact.value.length, record.title.length);
  const state =
    kind === 'public' || record.state === undefined || record.state === 'shown' ? null : stateNames[record.state];
  const severity =
    record.severity === null
      ? ''
      : `${severityNames[record.severity]}${record.severityConfirmed ? '' : '（待确认）'} · `;
  const day = record.until === null ? '长期' : `公示至 ${record.until}`;
  return {
    number: record.number,
    title: shown(record.title),
    until: severity + (state ?? day),
    rows: factRows(record.facts),
    source: shown(record.source),
    reason: shown(record.disclosure),
    annotations:
      record.annotations.length === 0 ? null : record.annotations.map((key) => annotationNames[key]).join('、'),
    notes: (record.notes ?? []).map((note) => shown(noteWords(note))),
    lineage: record.lineage === undefined ? null : shown(record.lineage),
    long: size > LONG,
  };
}

interface TableShape {
  columns: (number | 'auto')[];
  right: number[];
  code: number[];
  /** Set in two halves side by side. */
  halves: boolean;
}

const tableShapes: Readonly<Record<string, TableShape>> = {
  summary: { columns: [1, 'auto', 'auto'], right: [1], code: [1], halves: true },
  suggestions: { columns: ['auto', 4, 'auto', 'auto', 4], right: [], code: [2, 3], halves: false },
  annotations: { columns: [2, 3], right: [], code: [], halves: false },
};

function printSection(section: ReportSection, at: number, kind: ReportContent['kind']) {
  const shape = tableShapes[section.key];
  return {
    numeral: chineseNumeral(at + 1),
    title: section.title,
    count: section.records?.length ?? null,
    paragraphs: section.paragraphs?.map(shown) ?? null,
    rows: section.facts ? factsInOrder(section.facts) : null,
    table:
      section.table && shape
        ? { ...shape, head: section.table.head, rows: section.table.rows.map((row) => row.map(shown)) }
        : null,
    empty: section.state === 'present' || section.paragraphs ? null : emptyWords[section.state],
    records: section.records?.map((record) => printRecord(record, kind)) ?? null,
  };
}

function coverFacts(content: ReportContent, issue: ReportIssue): PrintedFact[] {
  const fact = (label: string, value: string, code = false): PrintedFact => ({
    label,
    value: shown(value),
    wide: false,
    code,
  });
  return [
    fact('报告编号', issue.number, true),
    fact('出具时间', printInstant(issue.issuedAt), true),
    fact('数据截止', printInstant(content.cutoffAt), true),
    fact('出具网站', issue.site),
    fact('查询主体', issue.requester),
    ...(issue.purpose === null ? [] : [fact('查询用途', issue.purpose)]),
  ];
}

/** Long names are set smaller, so that the cover stays one page. */
function coverSize(name: string): number {
  const length = [...name].length;
  return length <= 18 ? 22 : length <= 40 ? 18 : length <= 80 ? 15 : 12;
}

/** @param qr the QR code of the verification address, as SVG */
export function renderModel(content: ReportContent, issue: ReportIssue, qr: string) {
  const { subject } = content;
  return {
    title: printable(`公共信用信息报告 ${subject.name}`),
    coverSize: coverSize(subject.name),
    subject: {
      name: shown(subject.name),
      code: subject.unifiedCode === null ? null : groupUnifiedCode(subject.unifiedCode),
      kind: subject.kind,
      former: subject.formerNames.length === 0 ? null : shown(subject.formerNames.slice(0, 3).join('；')),
    },
    issue: {
      title: '公共信用信息报告',
      kind: content.level === 'authorised' ? authorisedName : kindNames[content.kind],
      site: printable(issue.site),
      number: issue.number,
      cutoff: printInstant(content.cutoffAt),
      hash: issue.contentHash,
      watermark: printable(`${issue.requester}　${printInstant(issue.issuedAt)}`),
      verify: breakable(printable(issue.verifyUrl)),
      facts: coverFacts(content, issue),
      policy: shown(
        content.policy
          .map((reference) => `${reference.kind} ${reference.key} (${reference.hash.slice(0, 12)})`)
          .join(' · '),
      ),
      qr,
    },
    sections: content.sections.map((section, at) => printSection(section, at, content.kind)),
  };
}
