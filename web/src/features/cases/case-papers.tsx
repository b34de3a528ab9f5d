/** Official papers of a case: drafted by a form, signed off, printed and sealed, served. It knows no procedure. */
import type { PaperList, PaperTemplateView, PaperView } from '@chengxin/contract';
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { App, Button, Input } from 'antd';
import { useRef, useState } from 'react';
import { apiPath, call } from '../../shared/api/client.ts';
import { queryClient } from '../../shared/api/queries.ts';
import { upload } from '../../shared/api/upload.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { DownloadButton } from '../../shared/ui/download-link.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { Section, Tag, type Tone } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { ErrorNote, Loaded } from '../../shared/ui/states.tsx';
import { PaperForm, ServiceForm } from './paper-forms.tsx';

const papersQuery = (caseId: string) =>
  queryOptions({
    queryKey: ['papers', caseId],
    queryFn: ({ signal }) => call<PaperList>(`/cases/${caseId}/papers`, { signal }),
  });
const renew = (caseId: string): void => {
  void queryClient.invalidateQueries({ queryKey: ['papers', caseId] });
};

const tones: Readonly<Record<PaperView['state'], Tone | undefined>> = {
  draft: 'waiting',
  signedOff: 'waiting',
  sealed: 'done',
  served: 'done',
  voided: undefined,
};

/**
 * @param composed papers are drafted elsewhere on the page, from what it shows
 * @param onChange for a page that shows of its papers something itself
 */
export function CasePapers({
  caseId,
  composed = false,
  onChange,
}: {
  caseId: string;
  composed?: boolean;
  onChange?: () => void;
}) {
  const { t } = useI18n();
  const changed = (): void => {
    renew(caseId);
    onChange?.();
  };
  const query = useQuery(papersQuery(caseId));
  return (
    <Section title={t('paper.title')}>
      <Loaded query={query} rows={2}>
        {(list) => (
          <>
            {list.items.length === 0 ? <p className="quiet">{t('paper.none')}</p> : null}
            <ul className="plain lines">
              {list.items.map((paper) => (
                <Paper key={paper.id} paper={paper} list={list} onChange={changed} />
              ))}
            </ul>
            {list.templates.length > 0 && !composed ? <NewPaper caseId={caseId} templates={list.templates} /> : null}
          </>
        )}
      </Loaded>
    </Section>
  );
}

function NewPaper({ caseId, templates }: { caseId: string; templates: PaperList['templates'] }) {
  const { t, w } = useI18n();
  const [key, setKey] = useState('');
  const template = templates.find((one) => one.key === key);
  const issue = useMutation({
    mutationFn: (fields: Readonly<Record<string, string>>) =>
      call<PaperView>(`/cases/${caseId}/papers`, { method: 'POST', body: { template: key, fields } }),
    onSuccess: () => {
      setKey('');
      renew(caseId);
    },
  });
  return (
    <>
      <div className="filters">
        <Pick
          label={t('paper.issue')}
          value={key}
          options={[
            { value: '', label: t('paper.pick') },
            ...templates.map((one) => ({ value: one.key, label: w(one.name) })),
          ]}
          onChange={(next) => {
            issue.reset();
            setKey(next);
          }}
        />
      </div>
      {template ? (
        <PaperForm
          key={template.key}
          template={template}
          label={t('paper.issueOne', { name: w(template.name) })}
          busy={issue.isPending}
          error={issue.error}
          onSend={(fields) => issue.mutate(fields)}
          onClose={() => setKey('')}
        />
      ) : null}
    </>
  );
}

type Opened = 'revise' | 'serve' | null;

function Paper({ paper, list, onChange }: { paper: PaperView; list: PaperList; onChange: () => void }) {
  const { w } = useI18n();
  const [open, setOpen] = useState<Opened>(null);
  return (
    <li>
      <div className="stacked">
        <p>
          <strong>{w(paper.name)}</strong> {paper.number} <Tag tone={tones[paper.state]}>{w(paper.stateLabel)}</Tag>
        </p>
        <PaperFacts paper={paper} />
        <PaperActs
          paper={paper}
          template={list.templates.find((one) => one.key === paper.template)}
          onOpen={setOpen}
          onChange={onChange}
        />
        <OpenedForm paper={paper} list={list} open={open} onClose={() => setOpen(null)} onChange={onChange} />
      </div>
    </li>
  );
}

function PaperFacts({ paper }: { paper: PaperView }) {
  const { t, w } = useI18n();
  const { first, second, needed } = paper.signOffs;
  return (
    <div className="sub">
      <span>
        {paper.body} · {paper.issuedOn}
      </span>
      {paper.issuedBy ? <span>{t('paper.drafted', { name: paper.issuedBy })}</span> : null}
      {first ? (
        <span>
          {t(needed === 2 ? 'paper.checked' : 'paper.signed', { name: first.by })} {formatInstant(first.at)}
        </span>
      ) : null}
      {second ? (
        <span>
          {t('paper.signed', { name: second.by })} {formatInstant(second.at)}
        </span>
      ) : null}
      {paper.service ? (
        <span>
          {t('paper.served', { day: paper.service.on, how: w(paper.service.manner), to: paper.service.to })}
          {`（${paper.service.proof}）`}
        </span>
      ) : null}
      {paper.voided ? <span>{t('paper.voided', { reason: paper.voided.reason })}</span> : null}
    </div>
  );
}

function PaperActs({
  paper,
  template,
  onOpen,
  onChange,
}: {
  paper: PaperView;
  template: PaperTemplateView | undefined;
  onOpen: (form: Opened) => void;
  onChange: () => void;
}) {
  const { t } = useI18n();
  const { modal } = App.useApp();
  const sign = useMutation({
    mutationFn: () => call<PaperView>(`/papers/${paper.id}/sign-off`, { method: 'POST', once: false }),
    onSuccess: onChange,
  });
  const drop = useMutation({
    mutationFn: (reason: string) => call<PaperView>(`/papers/${paper.id}/void`, { method: 'POST', body: { reason } }),
    onSuccess: onChange,
  });
  const may = (command: PaperView['commands'][number]): boolean => paper.commands.includes(command);
  const askVoid = (): void => {
    let reason = '';
    modal.confirm({
      title: t('paper.voidTitle', { number: paper.number }),
      content: (
        <Input.TextArea
          aria-label={t('paper.voidReason')}
          placeholder={t('paper.voidReason')}
          rows={2}
          maxLength={400}
          onChange={(event) => {
            reason = event.target.value;
          }}
        />
      ),
      okText: t('paper.void'),
      okButtonProps: { danger: true },
      cancelText: t('case.cancel'),
      onOk: () => (reason.trim().length < 2 ? Promise.reject(new Error('reason')) : drop.mutate(reason.trim())),
    });
  };
  const inside = template !== undefined;
  return (
    <>
      {sign.error || drop.error ? <ErrorNote error={sign.error ?? drop.error} /> : null}
      <div className="actions">
        {inside ? <DownloadButton path={`/papers/${paper.id}/docx`}>Word</DownloadButton> : null}
        {inside ? <DownloadButton path={`/papers/${paper.id}/pdf`}>PDF</DownloadButton> : null}
        {paper.sealed ? (
          <a href={apiPath(`/papers/${paper.id}/sealed`)} download>
            {t('paper.sealedCopy', { at: formatInstant(paper.sealed.at) })}
          </a>
        ) : null}
        {may('revise') && inside ? <Button onClick={() => onOpen('revise')}>{t('paper.revise')}</Button> : null}
        {may('signOff') ? (
          <Button type="primary" loading={sign.isPending} onClick={() => sign.mutate()}>
            {t(paper.signOffs.needed === 2 && paper.signOffs.first === null ? 'paper.check' : 'paper.sign')}
          </Button>
        ) : null}
        {may('attachSealed') ? <SealedUpload paper={paper} onChange={onChange} /> : null}
        {may('serve') ? <Button onClick={() => onOpen('serve')}>{t('paper.serve')}</Button> : null}
        {may('void') ? <Button onClick={askVoid}>{t('paper.void')}</Button> : null}
      </div>
    </>
  );
}

function SealedUpload({ paper, onChange }: { paper: PaperView; onChange: () => void }) {
  const { t } = useI18n();
  const input = useRef<HTMLInputElement>(null);
  const send = useMutation({
    mutationFn: (file: File) => upload<PaperView>(`/papers/${paper.id}/sealed`, file, {}).done,
    onSuccess: onChange,
  });
  return (
    <>
      <Button loading={send.isPending} onClick={() => input.current?.click()}>
        {t(paper.sealed ? 'paper.attachAgain' : 'paper.attach')}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        accept=".pdf,.ofd,.jpg,.jpeg,.png"
        aria-label={t('paper.attach')}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file) send.mutate(file);
          event.target.value = '';
        }}
      />
      {send.error ? <ErrorNote error={send.error} /> : null}
    </>
  );
}

function OpenedForm({
  paper,
  list,
  open,
  onClose,
  onChange,
}: {
  paper: PaperView;
  list: PaperList;
  open: Opened;
  onClose: () => void;
  onChange: () => void;
}) {
  const { t } = useI18n();
  const done = (): void => {
    onClose();
    onChange();
  };
  const revise = useMutation({
    mutationFn: (fields: Readonly<Record<string, string>>) =>
      call<PaperView>(`/papers/${paper.id}/fields`, { method: 'PUT', body: { fields } }),
    onSuccess: done,
  });
  const serve = useMutation({
    mutationFn: (body: Readonly<Record<string, string>>) =>
      call<PaperView>(`/papers/${paper.id}/service`, { method: 'POST', body }),
    onSuccess: done,
  });
  const template = list.templates.find((one) => one.key === paper.template);
  if (open === 'revise' && template)
    return (
      <PaperForm
        template={template}
        values={paper.fields}
        label={t('paper.save')}
        busy={revise.isPending}
        error={revise.error}
        onSend={(fields) => revise.mutate(fields)}
        onClose={onClose}
      />
    );
  if (open === 'serve')
    return (
      <ServiceForm
        manners={list.manners}
        busy={serve.isPending}
        error={serve.error}
        onSend={(body) => serve.mutate(body)}
        onClose={onClose}
      />
    );
  return null;
}
