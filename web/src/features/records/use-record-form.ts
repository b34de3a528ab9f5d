/** The state of a record's form: what is typed, what the rules say of it, what became of it when it was sent. */
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { renewWork } from '../../shared/api/queries.ts';
import type { AttachmentAdded, FindingView, RecordFormRequest, RecordFormResult } from '../../shared/api/types.ts';
import type { Values } from './form-groups.ts';

export interface RecordFormTarget {
  /** `/records`, or `/records/{id}/correct`. */
  readonly path: string;
  readonly standard: string;
  readonly needsReason: boolean;
}

const filled = (values: Values): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ''));

export const isRefused = (result: Pick<RecordFormResult, 'findings'>): boolean =>
  result.findings.some((finding) => finding.severity === 'refuse');

export function useRecordForm(target: RecordFormTarget, start: Values) {
  const [values, setValues] = useState(start);
  const [settled, setSettled] = useState(start);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const [subjectId, setSubjectId] = useState<string>();
  const [reason, setReason] = useState('');
  const [attachments, setAttachments] = useState<readonly AttachmentAdded[]>([]);

  const request = (of: Values): RecordFormRequest => ({
    standard: target.standard,
    values: filled(of),
    ...(subjectId ? { subjectId } : {}),
  });
  const ask = (of: Values, signal?: AbortSignal): Promise<RecordFormResult> =>
    call<RecordFormResult>(target.path, {
      method: 'POST',
      body: { ...request(of), dryRun: true },
      once: false,
      signal,
    });

  // Checked whenever a field is left, with the rules that the record will meet.
  const check = useQuery({
    queryKey: ['check', target.path, target.standard, settled, subjectId],
    queryFn: async ({ signal }) => ({ of: settled, result: await ask(settled, signal) }),
    enabled: touched.size > 0 || tried,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });

  const send = useMutation({
    mutationFn: async (): Promise<RecordFormResult> => {
      const before = await ask(values);
      // A form that would be refused is not sent: nothing is recorded and the office's rates stay clean.
      if (isRefused(before)) return { ...before, outcome: 'refused' };
      const body: RecordFormRequest = {
        ...request(values),
        ...(attachments.length > 0 ? { attachmentIds: attachments.map((attachment) => attachment.id) } : {}),
        ...(reason.trim() ? { reason: reason.trim() } : {}),
      };
      return call<RecordFormResult>(target.path, { method: 'POST', body });
    },
    onSuccess: (result) => {
      if (result.outcome !== 'refused') renewWork();
    },
  });

  const set = (code: string, value: string): void => setValues((before) => ({ ...before, [code]: value }));
  const settle = (code: string, value?: string): void => {
    setTouched((before) => (before.has(code) ? before : new Set([...before, code])));
    setSettled({ ...values, ...(value === undefined ? {} : { [code]: value }) });
  };
  const setMany = (changes: Values): void => {
    setValues((before) => ({ ...before, ...changes }));
    setSettled({ ...values, ...changes });
    setTouched((before) => new Set([...before, ...Object.keys(changes)]));
  };
  const latest = check.data?.result;
  const checkedOf = check.data?.of;
  // What was said of another value than the one that stands there now is not said any more.
  const findings = useMemo(
    () =>
      byField(
        (latest?.findings ?? []).filter(
          (finding) => finding.field === null || (checkedOf?.[finding.field] ?? '') === (values[finding.field] ?? ''),
        ),
      ),
    [latest, checkedOf, values],
  );
  const dirty = touched.size > 0 && (send.data === undefined || send.data.outcome === 'refused');
  return {
    values,
    set,
    settle,
    setMany,
    touched,
    tried,
    findings,
    check,
    send,
    dirty,
    candidates: latest?.candidates ?? [],
    subjectId,
    setSubjectId,
    reason,
    setReason,
    attachments,
    setAttachments,
    /** True when it was sent off to be checked and recorded. */
    submit(): boolean {
      setTried(true);
      setSettled(values);
      if (target.needsReason && reason.trim().length < 2) return false;
      send.mutate();
      return true;
    },
  };
}
export type RecordForm = ReturnType<typeof useRecordForm>;

/** Findings by column; those of the row as a whole under ''. */
function byField(findings: readonly FindingView[]): ReadonlyMap<string, readonly FindingView[]> {
  const map = new Map<string, FindingView[]>();
  for (const finding of findings) map.set(finding.field ?? '', [...(map.get(finding.field ?? '') ?? []), finding]);
  return map;
}
