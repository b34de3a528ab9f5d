/**
 * Rows that a person decides: what was reported beside what the register knows, one choice a row, and many at once. Each
 * row gets its own answer; rows that fail stay where they are and say why.
 */
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { Button, Checkbox, Input } from 'antd';
import { useMemo, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { doubtfulQuery, renewWork, standardsQuery } from '../../shared/api/queries.ts';
import type { DoubtfulRowView, ResolveRowsRequest, ResolveRowsResult } from '../../shared/api/types.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { PagedList } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { Empty, ErrorNote, Note } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { DoubtfulRow } from './doubtful-row.tsx';

type Action = 'accept' | 'reject';
type RowResult = ResolveRowsResult['results'][number];
const atMost = 500;

/** The subject that a row goes to: chosen, or the only one there is. */
const subjectOf = (row: DoubtfulRowView, chosen: ReadonlyMap<number, string>): string | undefined =>
  chosen.get(row.row) ?? (row.candidates.length === 1 ? row.candidates[0]?.subjectId : undefined);

export function DoubtfulRows({
  submissionId,
  onResolved,
}: {
  submissionId: string;
  onResolved?: (results: readonly RowResult[]) => void;
}) {
  const { t } = useI18n();
  const { may } = useSession();
  const query = useInfiniteQuery(doubtfulQuery(submissionId));
  const { data: standards } = useQuery(standardsQuery);
  const codeFields = useMemo(
    () =>
      new Set(
        standards?.flatMap((standard) =>
          standard.fields.filter((field) => field.role === 'unifiedCode').map((field) => field.code),
        ),
      ),
    [standards],
  );
  const [chosen, setChosen] = useState<ReadonlyMap<number, string>>(new Map());
  const [picked, setPicked] = useState<ReadonlySet<number>>(new Set());
  const [results, setResults] = useState<ReadonlyMap<number, RowResult>>(new Map());
  const [note, setNote] = useState('');
  const resolve = useMutation({
    mutationFn: (rows: ResolveRowsRequest['rows']) =>
      call<ResolveRowsResult>(`/submissions/${submissionId}/rows:resolve`, {
        method: 'POST',
        body: { rows } satisfies ResolveRowsRequest,
      }),
    onSuccess: (answer) => {
      setResults((before) => new Map([...before, ...answer.results.map((result) => [result.row, result] as const)]));
      setPicked(
        (before) =>
          new Set([...before].filter((row) => !answer.results.some((result) => result.ok && result.row === row))),
      );
      renewWork();
      onResolved?.(answer.results);
    },
  });
  const decide = (rows: readonly DoubtfulRowView[], action: Action): void => {
    const text = note.trim();
    resolve.mutate(
      rows.slice(0, atMost).map((row) => {
        const subjectId = action === 'accept' ? subjectOf(row, chosen) : undefined;
        return { row: row.row, action, ...(subjectId ? { subjectId } : {}), ...(text ? { note: text } : {}) };
      }),
    );
  };

  return (
    <PagedList query={query} empty={<Empty title={t('doubtful.none')} />}>
      {(rows) => {
        const open = rows.filter((row) => row.resolution === null);
        const many = open.filter((row) => picked.has(row.row));
        const undecided = many.filter((row) => row.candidates.length > 1 && !subjectOf(row, chosen));
        return (
          <>
            {resolve.error ? <ErrorNote error={resolve.error} /> : null}
            <Outcome results={resolve.data?.results ?? []} />
            {open.length > 1 && may('submission.resolve') ? (
              <div className="batch">
                <Checkbox
                  checked={many.length === open.length}
                  indeterminate={many.length > 0 && many.length < open.length}
                  onChange={(event) => setPicked(new Set(event.target.checked ? open.map((row) => row.row) : []))}
                >
                  {t('doubtful.selectAll', { n: open.length })}
                </Checkbox>
                <span className="batch-actions">
                  <Button
                    disabled={many.length === 0 || undecided.length > 0}
                    loading={resolve.isPending}
                    onClick={() => decide(many, 'accept')}
                  >
                    {t('doubtful.acceptMany', { n: many.length })}
                  </Button>
                  <Button
                    disabled={many.length === 0}
                    loading={resolve.isPending}
                    onClick={() => decide(many, 'reject')}
                  >
                    {t('doubtful.rejectMany', { n: many.length })}
                  </Button>
                </span>
                {undecided.length > 0 ? (
                  <span className="remark-waiting">
                    {t('doubtful.chooseFirst', { rows: undecided.map((row) => row.row).join('、') })}
                  </span>
                ) : null}
              </div>
            ) : null}
            {open.length > 0 && may('submission.resolve') ? (
              <Field label={t('doubtful.note')} className="batch-note">
                {(slot) => (
                  <Input
                    id={slot.id}
                    maxLength={500}
                    placeholder={t('doubtful.noteHint')}
                    value={note}
                    onChange={(event) => setNote(event.target.value)}
                  />
                )}
              </Field>
            ) : null}
            <ol className="doubtful">
              {[...open, ...rows.filter((row) => row.resolution !== null)].map((row) => (
                <DoubtfulRow
                  key={row.row}
                  row={row}
                  reportedCode={row.values.find((value) => codeFields.has(value.field))?.value ?? null}
                  result={results.get(row.row)}
                  chosen={subjectOf(row, chosen)}
                  busy={resolve.isPending}
                  picked={open.length > 1 ? picked.has(row.row) : undefined}
                  onPick={(on) =>
                    setPicked(
                      (before) => new Set(on ? [...before, row.row] : [...before].filter((other) => other !== row.row)),
                    )
                  }
                  onChoose={(subjectId) => setChosen((before) => new Map(before).set(row.row, subjectId))}
                  onDecide={may('submission.resolve') ? (action) => decide([row], action) : undefined}
                />
              ))}
            </ol>
          </>
        );
      }}
    </PagedList>
  );
}

function Outcome({ results }: { results: readonly RowResult[] }) {
  const { t } = useI18n();
  if (results.length === 0) return null;
  const failed = results.filter((result) => !result.ok);
  return (
    <Note tone={failed.length > 0 ? 'waiting' : 'done'} role="status">
      {t('doubtful.outcome', { ok: results.length - failed.length })}
      {failed.length > 0
        ? t('doubtful.outcomeFailed', { n: failed.length, rows: failed.map((result) => result.row).join('、') })
        : ''}
    </Note>
  );
}
