/** One command for many cases. Each is judged by itself; what was not done is said row by row and stays selected. */
import type { CaseBatchResult, CaseCommandView } from '@chengxin/contract';
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { BatchNote } from '../casework/batch-note.tsx';
import { CommandForm } from './command-form.tsx';
import { renewCases } from './queries.ts';

export type BulkCommand = CaseCommandView;
/** Cases in one call. */
export const maxBulk = 200;

export function CaseBulk({
  ids,
  commands,
  run,
  result,
  onDone,
}: {
  ids: readonly string[];
  commands: readonly BulkCommand[];
  run: (ids: readonly string[], body: Readonly<Record<string, string>>) => Promise<CaseBatchResult>;
  /** Of the last time; shown until something else is selected. */
  result: CaseBatchResult | null;
  onDone: (result: CaseBatchResult) => void;
}) {
  const { t, w } = useI18n();
  const [key, setKey] = useState(commands[0]?.command ?? '');
  const [open, setOpen] = useState(false);
  const command = commands.find((one) => one.command === key);
  const act = useMutation({
    mutationFn: (body: Readonly<Record<string, string>>) => run(ids.slice(0, maxBulk), body),
    onSuccess: (answer) => {
      setOpen(false);
      renewCases();
      onDone(answer);
    },
  });
  return (
    <div className="bulk">
      {ids.length === 0 ? null : (
        <div className="batch">
          <strong>{t('case.selected', { n: ids.length })}</strong>
          <div className="batch-actions">
            <Pick
              label={t('case.bulk.command')}
              value={key}
              options={commands.map((one) => ({ value: one.command, label: w(one.label) }))}
              onChange={setKey}
            />
            <Button type="primary" disabled={ids.length > maxBulk} onClick={() => setOpen(true)}>
              {t('case.bulk.go')}
            </Button>
          </div>
          {ids.length > maxBulk ? <span className="text-seal">{t('case.bulk.limit', { n: maxBulk })}</span> : null}
        </div>
      )}
      {open && command ? (
        <CommandForm
          key={command.command}
          command={command}
          busy={act.isPending}
          error={act.error}
          onSend={(body) => act.mutate(body as Readonly<Record<string, string>>)}
          onClose={() => setOpen(false)}
        />
      ) : null}
      {result && result.results.length > 0 ? <BatchNote result={result} /> : null}
    </div>
  );
}
