/** A sheet: choose, look at what each row would do, then do it. Bad rows come back as a sheet with the reason. */
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { useRef, useState } from 'react';
import { ApiError, apiPath, newKey, problemFrom } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable } from '../../shared/ui/data-table.tsx';
import { DownloadButton } from '../../shared/ui/download-link.tsx';
import { Figures } from '../../shared/ui/page.tsx';
import { ErrorNote, Note } from '../../shared/ui/states.tsx';
import { type ImportResult, renewAccounts } from './accounts-api.ts';

type Row = ImportResult['items'][number];
const shownRows = 200;

async function send(path: string, file: File, query: Record<string, string>): Promise<Response> {
  const form = new FormData();
  form.append('file', file, file.name);
  const response = await fetch(apiPath(path, query), {
    method: 'POST',
    body: form,
    headers: { 'idempotency-key': newKey() },
  }).catch(() => {
    throw new ApiError(0, null);
  });
  if (!response.ok) throw new ApiError(response.status, problemFrom(await response.text()));
  return response;
}

function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

/** Made here, since the passwords are nowhere else. Cells are quoted, and none of them can be a formula. */
function passwordSheet(rows: readonly Row[], head: readonly string[]): Blob {
  const cell = (text: string): string => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  const lines = rows.filter((row) => row.password).map((row) => [row.login, row.name, row.password ?? '']);
  return new Blob([`\uFEFF${[head, ...lines].map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`], {
    type: 'text/csv;charset=utf-8',
  });
}

export function SheetImport({
  path,
  templatePath,
  passwords,
}: {
  path: string;
  templatePath: string;
  passwords: boolean;
}) {
  const { t } = useI18n();
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const run = useMutation({
    mutationFn: async ({ from, mode }: { from: File; mode: 'check' | 'apply' }) =>
      (await (await send(path, from, { mode })).json()) as ImportResult,
    onSuccess: (result) => {
      if (result.applied) renewAccounts();
    },
  });
  const bad = useMutation({
    mutationFn: async (from: File) =>
      save(await (await send(path, from, { mode: 'check', answer: 'bad' })).blob(), t('import.badFile')),
  });
  const result = run.data;
  const made = result?.items.filter((row) => row.password) ?? [];
  return (
    <>
      <section className="upload" aria-label={t('import.title')}>
        <div className="drop">
          <div className="drop-words">
            <strong>{file ? file.name : t('import.choose')}</strong>
            <p className="quiet">{t('import.hint')}</p>
          </div>
          <DownloadButton path={templatePath}>{t('import.template')}</DownloadButton>
          <Button type="primary" loading={run.isPending} onClick={() => input.current?.click()}>
            {t('import.pick')}
          </Button>
          <input
            ref={input}
            type="file"
            hidden
            accept=".xlsx,.csv"
            aria-label={t('import.pick')}
            onChange={(event) => {
              const chosen = event.target.files?.[0];
              event.target.value = '';
              if (!chosen) return;
              setFile(chosen);
              run.mutate({ from: chosen, mode: 'check' });
            }}
          />
        </div>
      </section>
      {run.error ? <ErrorNote error={run.error} /> : null}
      {bad.error ? <ErrorNote error={bad.error} /> : null}
      {result && file ? (
        <>
          <Figures
            items={[
              { key: 'rows', value: result.rows, label: t('import.rows') },
              {
                key: 'good',
                value: result.good,
                label: t(result.applied ? 'import.applied' : 'import.good'),
                tone: 'done',
              },
              { key: 'bad', value: result.bad, label: t('import.bad'), tone: 'seal' },
            ]}
          />
          <Note
            tone={result.applied ? 'done' : 'brand'}
            role="status"
            action={
              <div className="actions">
                {result.bad > 0 && !result.applied ? (
                  <Button loading={bad.isPending} onClick={() => bad.mutate(file)}>
                    {t('import.getBad')}
                  </Button>
                ) : null}
                {result.applied ? null : (
                  <Button
                    type="primary"
                    disabled={result.good === 0}
                    loading={run.isPending}
                    onClick={() => run.mutate({ from: file, mode: 'apply' })}
                  >
                    {t('import.apply', { n: result.good })}
                  </Button>
                )}
                {passwords && made.length > 0 ? (
                  <Button
                    type="primary"
                    onClick={() =>
                      save(
                        passwordSheet(result.items, [t('account.login'), t('account.name'), t('import.password')]),
                        t('import.passwordFile'),
                      )
                    }
                  >
                    {t('import.getPasswords', { n: made.length })}
                  </Button>
                ) : null}
              </div>
            }
          >
            {t(result.applied ? (passwords ? 'import.doneHint' : 'import.doneDuty') : 'import.checkHint')}
          </Note>
          <Rows
            rows={[...result.items].sort((a, b) => Number(a.ok) - Number(b.ok) || a.row - b.row).slice(0, shownRows)}
          />
          {result.items.length > shownRows ? <p className="more quiet">{t('import.more', { n: shownRows })}</p> : null}
        </>
      ) : null}
    </>
  );
}

function Rows({ rows }: { rows: readonly Row[] }) {
  const { t, w } = useI18n();
  const columns: Column<Row>[] = [
    {
      key: 'row',
      head: t('import.row'),
      align: 'end',
      width: 'narrow',
      cell: (row) => <span className="number">{row.row}</span>,
    },
    {
      key: 'login',
      head: t('account.login'),
      cell: (row) => (
        <>
          {row.login || '—'}
          {row.name ? <div className="sub">{row.name}</div> : null}
        </>
      ),
    },
    {
      key: 'result',
      head: t('import.result'),
      width: 'wide',
      cell: (row) =>
        row.ok ? (
          <span className="text-done">{t('import.ok')}</span>
        ) : (
          row.problems.map((problem) => (
            <div key={`${problem.column ?? ''}${problem.zh}`} className="text-seal">
              {problem.column ? `${problem.column}：` : ''}
              {w(problem)}
            </div>
          ))
        ),
    },
  ];
  return <DataTable caption={t('import.result')} columns={columns} rows={rows} rowKey={(row) => String(row.row)} />;
}
