/** The guided application: what the platform knows is shown, what it cannot fetch is asked, the commitment is signed. */
import type { RepairMaterial, RepairView } from '@chengxin/contract';
import { useMutation } from '@tanstack/react-query';
import { App, Button, Checkbox, Input } from 'antd';
import { type ReactNode, useRef, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { upload } from '../../shared/api/upload.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatBytes } from '../../shared/ui/format.ts';
import { PageHead, Section, Tag } from '../../shared/ui/page.tsx';
import { ErrorNote, Note } from '../../shared/ui/states.tsx';
import { materialTypes, maxMaterialBytes } from '../cases/case-materials.tsx';
import { renewCases } from '../cases/queries.ts';
import { path } from './queries.ts';
import { Files, RecordBrief } from './repair-page.tsx';

export function ApplyForm({ view, crumb }: { view: RepairView; crumb: ReactNode }) {
  const { t, w } = useI18n();
  const { message } = App.useApp();
  const [statement, setStatement] = useState(view.content.find(({ key }) => key === 'statement')?.text ?? '');
  const [agreed, setAgreed] = useState(view.commitment.signedOn !== null);
  const send = useMutation({
    mutationFn: async () => {
      await call(`${path}/${view.id}/application`, {
        method: 'POST',
        body: { statement: statement.trim(), commitment: { version: view.commitment.version, agreed } },
      });
      return call<RepairView>(`${path}/${view.id}/commands`, { method: 'POST', body: { command: 'submit' } });
    },
    onSuccess: () => {
      message.success(t('repair.sent'));
      renewCases();
    },
    onError: () => renewCases(),
  });
  const drop = useMutation({
    mutationFn: () => call(`${path}/${view.id}/commands`, { method: 'POST', body: { command: 'withdraw' } }),
    onSuccess: renewCases,
  });
  const open = view.duties.filter((duty) => !duty.shown);
  return (
    <>
      <PageHead crumb={crumb} title={`${t('repair.apply')} · ${view.subject.name}`}>
        <p className="quiet">{t('repair.applyLead')}</p>
      </PageHead>
      <Section title={t('repair.step1')}>
        {view.record ? <RecordBrief record={view.record} /> : null}
        <p className="quiet">{t('repair.fetched')}</p>
      </Section>
      <Section title={t('repair.step2')}>
        <DutyUploads view={view} />
      </Section>
      <Section title={t('repair.step3')}>
        <h3 className="line-title">{w(view.commitment.title)}</h3>
        <ol className="commitment">
          {view.commitment.text.map((line) => (
            <li key={line.zh}>{w(line)}</li>
          ))}
        </ol>
        <Checkbox checked={agreed} onChange={(event) => setAgreed(event.target.checked)}>
          {t('repair.agree')}
        </Checkbox>
      </Section>
      <Section title={t('repair.step4')}>
        <Field label={t('repair.statement')} hint={t('repair.statementHint')}>
          {(slot) => (
            <Input.TextArea
              id={slot.id}
              rows={3}
              maxLength={3000}
              aria-describedby={slot.describedBy}
              value={statement}
              onChange={(event) => setStatement(event.target.value)}
            />
          )}
        </Field>
        {open.length > 0 ? (
          <Note tone="waiting">{t('repair.stillOpen', { what: open.map((duty) => w(duty.name)).join('、') })}</Note>
        ) : null}
        {send.error ? <ErrorNote error={send.error} /> : null}
        {drop.error ? <ErrorNote error={drop.error} /> : null}
        <div className="actions">
          <Button
            type="primary"
            loading={send.isPending}
            disabled={!agreed || open.length > 0}
            onClick={() => send.mutate()}
          >
            {t('repair.send')}
          </Button>
          <Button loading={drop.isPending} onClick={() => drop.mutate()}>
            {t('repair.drop')}
          </Button>
        </div>
        <p className="quiet">{t('repair.freeNote')}</p>
      </Section>
    </>
  );
}

/** One place for the proof of each duty. */
export function DutyUploads({ view }: { view: RepairView }) {
  const { t, w } = useI18n();
  return (
    <ul className="proofs">
      {view.duties.map((duty) => (
        <li key={duty.key}>
          <strong>{w(duty.name)}</strong>{' '}
          <Tag tone={duty.shown ? 'done' : 'waiting'}>{t(duty.shown ? 'repair.dutyShown' : 'repair.dutyNeeded')}</Tag>
          <p className="quiet">{w(duty.proof)}</p>
          <Files view={view} duty={duty.key} />
          <AddProof view={view} duty={duty.key} label={t('repair.addProof', { what: w(duty.name) })} />
        </li>
      ))}
      <li>
        <strong>{t('repair.otherFiles')}</strong>
        <Files view={view} duty="other" />
        <AddProof view={view} duty="other" label={t('repair.addProof', { what: t('repair.otherFiles') })} />
      </li>
    </ul>
  );
}

function AddProof({ view, duty, label }: { view: RepairView; duty: string; label: string }) {
  const { t, explain } = useI18n();
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<string | null>(null);
  const take = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    setComplaint(null);
    if (file.size > maxMaterialBytes) {
      setComplaint(t('repair.tooLarge', { name: file.name, limit: formatBytes(maxMaterialBytes) }));
      return;
    }
    setBusy(true);
    try {
      await upload<RepairMaterial>(`${path}/${view.id}/materials`, file, { duty }).done;
    } catch (error) {
      setComplaint(`${file.name}：${explain(error)}`);
    }
    setBusy(false);
    if (input.current) input.current.value = '';
    renewCases();
  };
  return (
    <div className="attachments">
      <Button loading={busy} onClick={() => input.current?.click()} aria-label={label}>
        {t('repair.upload')}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        accept={materialTypes}
        aria-label={label}
        data-duty={duty}
        onChange={(event) => void take(event.target.files?.[0])}
      />
      {complaint ? (
        <p className="remark-seal" role="alert">
          {complaint}
        </p>
      ) : null}
    </div>
  );
}
