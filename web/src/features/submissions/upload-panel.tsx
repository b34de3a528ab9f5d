import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Input, Progress } from 'antd';
import { type DragEvent, useEffect, useRef, useState } from 'react';
import { bodiesQuery, isRunning, renewWork, standardsQuery, submissionQuery } from '../../shared/api/queries.ts';
import { type I18n, useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatBytes, formatCount } from '../../shared/ui/format.ts';
import { Pick } from '../../shared/ui/pick.tsx';
import { standardOptions } from '../../shared/ui/standard-options.ts';
import { Note } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { percentOf, useProgressWords } from './submission-words.tsx';
import { Templates } from './templates.tsx';
import { maxFilesAtOnce, type UploadItem, useUploads } from './use-uploads.ts';

/** The ends of names that the server reads; anything else is refused before it travels. */
const readable = /\.(xlsx|csv|txt)$/i;

export function UploadPanel() {
  const { t, w } = useI18n();
  const { session } = useSession();
  const standards = useQuery(standardsQuery).data ?? [];
  const forOthers = session?.account.roles.includes('creditOffice') ?? false;
  const [standard, setStandard] = useState('auto');
  const [org, setOrg] = useState('');
  const [batchNo, setBatchNo] = useState('');
  const [over, setOver] = useState(false);
  const [complaint, setComplaint] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const uploads = useUploads();

  const take = (list: FileList | null): void => {
    const files = [...(list ?? [])];
    const bad = files.filter((file) => !readable.test(file.name) || file.size === 0);
    const good = files.filter((file) => !bad.includes(file));
    const words = complaints({ t }, bad, good.length);
    setComplaint(words || null);
    if (good.length > 0) uploads.add(good, { standard, org: org || undefined, batchNo: batchNo.trim() || undefined });
    if (input.current) input.current.value = '';
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };

  return (
    <section className="upload" aria-label={t('upload.title')}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping has its keyboard way in the button inside */}
      <div
        className={over ? 'drop over' : 'drop'}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <div className="drop-words">
          <strong>{t('upload.drop')}</strong>
          <p className="quiet">{t('upload.hint', { n: maxFilesAtOnce })}</p>
        </div>
        <Button type="primary" onClick={() => input.current?.click()}>
          {t('upload.choose')}
        </Button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          accept=".xlsx,.csv,.txt"
          aria-label={t('upload.choose')}
          onChange={(event) => take(event.target.files)}
        />
      </div>
      <details className="upload-options">
        <summary>{t('upload.options')}</summary>
        <div className="form-grid">
          <Field label={t('upload.standard')}>
            {(slot) => (
              <Pick
                id={slot.id}
                value={standard}
                onChange={setStandard}
                options={[{ value: 'auto', label: t('upload.auto') }, ...standardOptions(standards, w)]}
              />
            )}
          </Field>
          <Field label={t('upload.batchNo')} hint={t('upload.batchNoHint')}>
            {(slot) => (
              <Input
                id={slot.id}
                aria-describedby={slot.describedBy}
                maxLength={100}
                value={batchNo}
                onChange={(event) => setBatchNo(event.target.value)}
              />
            )}
          </Field>
          {forOthers ? <OrgPick value={org} onChange={setOrg} /> : null}
        </div>
        <Templates />
      </details>
      {complaint ? (
        <Note tone="seal" role="alert">
          {complaint}
        </Note>
      ) : null}
      {uploads.items.length > 0 ? (
        <ul className="uploads" aria-label={t('upload.list')}>
          {uploads.items.map((item) => (
            <UploadRow
              key={item.key}
              item={item}
              onRetry={() => uploads.retry(item.key)}
              onRemove={() => uploads.remove(item.key)}
            />
          ))}
        </ul>
      ) : null}
    </section>
  );
}

function complaints({ t }: Pick<I18n, 't'>, bad: readonly File[], good: number): string {
  const words = bad.map((file) => t(file.size === 0 ? 'upload.emptyFile' : 'upload.wrongType', { name: file.name }));
  if (good > maxFilesAtOnce) words.push(t('upload.tooMany', { n: maxFilesAtOnce }));
  return words.join(' ');
}

/** The credit office reports for others; officers report for their own body. */
function OrgPick({ value, onChange }: { value: string; onChange: (code: string) => void }) {
  const { t } = useI18n();
  const { session } = useSession();
  const bodies = useQuery(bodiesQuery).data ?? [];
  const options = bodies
    .filter((body) => body.code && !body.closedOn)
    .map((body) => ({ value: body.code ?? '', label: body.name }));
  return (
    <Field label={t('upload.org')}>
      {(slot) => (
        <Pick
          id={slot.id}
          value={value}
          onChange={onChange}
          options={[{ value: '', label: session?.account.body?.name ?? t('upload.orgChoose') }, ...options]}
        />
      )}
    </Field>
  );
}

function UploadRow({ item, onRetry, onRemove }: { item: UploadItem; onRetry: () => void; onRemove: () => void }) {
  const { t, explain } = useI18n();
  return (
    <li>
      <div className="upload-name">
        {item.accepted ? (
          <Link to="/submissions/$id" params={{ id: item.accepted.id }}>
            {item.file.name}
          </Link>
        ) : (
          item.file.name
        )}
        <span className="quiet"> {formatBytes(item.file.size)}</span>
      </div>
      <div className="upload-state">
        {item.state === 'queued' ? <span className="quiet">{t('upload.queued')}</span> : null}
        {item.state === 'sending' ? (
          <Progress
            percent={Math.round(item.part * 100)}
            size="small"
            aria-label={t('upload.sending', { name: item.file.name })}
          />
        ) : null}
        {item.accepted ? <SentState accepted={item.accepted} /> : null}
        {item.state === 'failed' ? (
          <span className="remark-seal" role="alert">
            {explain(item.error)}
          </span>
        ) : null}
      </div>
      <div className="upload-actions">
        {item.state === 'failed' ? (
          <Button size="small" onClick={onRetry}>
            {t('action.retry')}
          </Button>
        ) : null}
        <Button
          size="small"
          type="text"
          onClick={onRemove}
          aria-label={t(item.state === 'sending' ? 'upload.cancelNamed' : 'upload.removeNamed', {
            name: item.file.name,
          })}
        >
          {t(item.state === 'sending' ? 'action.cancel' : 'upload.remove')}
        </Button>
      </div>
    </li>
  );
}

/** What becomes of the file, until it is done. */
function SentState({ accepted }: { accepted: { readonly id: string; readonly repeated?: boolean } }) {
  const { t, w } = useI18n();
  const words = useProgressWords();
  const { data } = useQuery(submissionQuery(accepted.id));
  const ended = data !== undefined && !isRunning(data);
  useEffect(() => {
    if (ended) renewWork();
  }, [ended]);
  if (accepted.repeated) return <span className="remark-waiting">{t('upload.repeated')}</span>;
  if (!data) return <span className="quiet">{t('submission.state.received')}</span>;
  if (data.state === 'received') return <span className="quiet">{words(data)}</span>;
  if (isRunning(data))
    return <Progress percent={percentOf(data)} size="small" format={() => words(data)} aria-label={words(data)} />;
  if (data.state === 'failed')
    return <span className="remark-seal">{data.failure ? w(data.failure.message) : t('submission.state.failed')}</span>;
  const { counts } = data;
  const numbers = {
    accepted: formatCount(counts.accepted),
    doubtful: formatCount(counts.doubtfulOpen),
    refused: formatCount(counts.refused),
    duplicate: formatCount(counts.duplicate),
  };
  return (
    <span>
      {w(data.standardName)} · {t('upload.result', numbers)}
    </span>
  );
}
