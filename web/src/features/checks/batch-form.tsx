/** A list is sent: matter, document, name of the list, file. Organisations only; what a person is given instead is said beside. */
import type { BatchCheckView, CheckMatterView } from '@chengxin/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { type FormEvent, useRef, useState } from 'react';
import { upload } from '../../shared/api/upload.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { DownloadButton } from '../../shared/ui/download-link.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatBytes } from '../../shared/ui/format.ts';
import { ErrorNote, Loaded, Note } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { MatterField } from './matter-field.tsx';
import { mattersQuery } from './queries.ts';

export function BatchForm() {
  return (
    <Loaded query={useQuery(mattersQuery)}>
      {(data) => <Form matters={data.items.filter(({ batch }) => batch)} />}
    </Loaded>
  );
}

const fits = (text: string): boolean => text.trim().length >= 2;

function useSend() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [part, setPart] = useState(0);
  const send = useMutation({
    mutationFn: (one: { matter: CheckMatterView; document: string; listName: string; file: File }) => {
      const query = new URLSearchParams({ matter: one.matter.code, purpose: one.matter.purposes[0] ?? '' });
      const fields = { document: one.document.trim(), listName: one.listName.trim() };
      return upload<BatchCheckView>(`/checks/batches?${query}`, one.file, fields, setPart).done;
    },
    onSuccess: async (batch) => {
      await client.invalidateQueries({ queryKey: ['checks', 'batches'] });
      await navigate({ to: '/checks/batches/$id', params: { id: batch.id } });
    },
  });
  return { send, part };
}

function Form({ matters }: { matters: readonly CheckMatterView[] }) {
  const { t } = useI18n();
  const [code, setCode] = useState('');
  const [document, setDocument] = useState('');
  const [listName, setListName] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const [tried, setTried] = useState(false);
  const { send, part } = useSend();
  const matter = matters.find((one) => one.code === code);
  const remark = (bad: boolean, text: string) => (tried && bad ? [{ key: 'x', tone: 'seal' as const, text }] : []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (matter && fits(document) && fits(listName) && file) send.mutate({ matter, document, listName, file });
  };
  return (
    <form className="purpose" onSubmit={submit} noValidate>
      <MatterField
        matters={matters}
        value={code}
        remarks={remark(!matter, t('batches.matterNeeded'))}
        onChange={setCode}
      />
      <Field
        label={t('batches.document')}
        hint={t('batches.documentHint')}
        remarks={remark(!fits(document), t('batches.documentNeeded'))}
      >
        {(slot) => (
          <Input
            id={slot.id}
            maxLength={100}
            aria-describedby={slot.describedBy}
            status={slot.status ?? ''}
            value={document}
            onChange={(event) => setDocument(event.target.value)}
          />
        )}
      </Field>
      <Field label={t('batches.listName')} remarks={remark(!fits(listName), t('batches.listNameNeeded'))}>
        {(slot) => (
          <Input
            id={slot.id}
            maxLength={100}
            aria-describedby={slot.describedBy}
            status={slot.status ?? ''}
            value={listName}
            onChange={(event) => setListName(event.target.value)}
          />
        )}
      </Field>
      <FileField file={file} onFile={setFile} remarks={remark(!file, t('batches.fileNeeded'))} />
      <Persons />
      {send.error ? <ErrorNote error={send.error} /> : null}
      <Button type="primary" htmlType="submit" loading={send.isPending}>
        {send.isPending && part < 1 ? t('batches.sending', { part: Math.round(part * 100) }) : t('batches.send')}
      </Button>{' '}
      <DownloadButton path="/checks/batches/template.xlsx">{t('batches.template')}</DownloadButton>
    </form>
  );
}

type Remarks = { readonly key: string; readonly tone: 'seal'; readonly text: string }[];

function FileField({
  file,
  onFile,
  remarks,
}: {
  file: File | null;
  onFile: (file: File | null) => void;
  remarks: Remarks;
}) {
  const { t } = useI18n();
  const input = useRef<HTMLInputElement>(null);
  return (
    <Field label={t('batches.file')} hint={t('batches.fileHint')} remarks={remarks}>
      {(slot) => (
        <div>
          <Button id={slot.id} aria-describedby={slot.describedBy} onClick={() => input.current?.click()}>
            {t('batches.choose')}
          </Button>{' '}
          {file ? (
            <span>
              {file.name}（{formatBytes(file.size)}）
            </span>
          ) : null}
          <input
            ref={input}
            type="file"
            hidden
            accept=".xlsx,.csv,.txt"
            aria-label={t('batches.file')}
            onChange={(event) => onFile(event.target.files?.[0] ?? null)}
          />
        </div>
      )}
    </Field>
  );
}

/** No person in a batch (natural-persons G14): what there is for a candidate instead. */
function Persons() {
  const { t } = useI18n();
  const { may } = useSession();
  return (
    <Note>
      <p>{t('batches.persons')}</p>
      <p className="sub">
        <a href="/own">{t('batches.ownPage')}</a>
        {may('person.lookup') ? <Link to="/lookups">{t('batches.lookup')}</Link> : null}
      </p>
    </Note>
  );
}
