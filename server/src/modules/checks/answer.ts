/** What a check tells: measures and incentives of the matter, annotations of their causes, and nothing else. Pure. */
import type { CheckResult } from '@chengxin/contract';
import type { StandingEntry } from '../lists/index.ts';
import { incentivesOf, type LiveMeasure, measuresOf } from '../measures/index.ts';
import { basisLine, type CheckMatter, type PolicyRuntime } from '../policy/index.ts';

export interface Answered {
  readonly result: CheckResult;
  readonly measures: readonly LiveMeasure[];
}

export function answerOf(
  policy: PolicyRuntime,
  subject: { readonly subjectId: string; readonly code: string | null },
  entries: readonly StandingEntry[],
  matter: CheckMatter,
  on: string,
): Answered {
  if (entries.length === 0)
    return { result: { code: subject.code, asOf: on, measures: [], incentives: [], annotations: [] }, measures: [] };
  const source = { measures: policy.measures(), list: (key: string) => policy.list(key) };
  const measures = measuresOf(subject.subjectId, entries, source, matter, on);
  const incentives = incentivesOf(subject.subjectId, entries, source, matter, on);
  // An annotation stands beside a measure that is told, and beside nothing else.
  const told = new Set(measures.map(({ entryId }) => entryId));
  const annotations = entries
    .filter(({ entryId }) => told.has(entryId))
    .flatMap((entry) =>
      entry.annotations.map((kind) => ({
        list: entry.list,
        document: entry.documentNumber ?? entry.caseNumber ?? '',
        kind,
      })),
    );
  return {
    measures,
    result: {
      code: subject.code,
      asOf: on,
      measures: measures.map(({ id, name, force, list, document, article, relevance, proportion, until }) => ({
        id,
        name,
        force,
        list,
        listName: policy.list(list)?.name ?? { zh: list, en: list },
        document,
        article,
        relevance,
        proportion,
        until,
      })),
      incentives: incentives.map(({ id, name, condition, list, basis, until }) => ({
        id,
        name,
        condition,
        list,
        article: basis.map((one) => basisLine(one)).join('；'),
        until,
      })),
      annotations,
    },
  };
}
