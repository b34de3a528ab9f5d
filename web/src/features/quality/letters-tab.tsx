/** 督办单、风险提示函: read, answered by the body, closed by the office. */
import type { LetterView } from '@chengxin/contract';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { App, Button, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { DownloadButton } from '../../shared/ui/download-link.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { Tag } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { RowOpener } from '../../shared/ui/row-opener.tsx';
import { Empty, ErrorNote } from '../../shared/ui/states.tsx';
import { CasePapers } from '../cases/case-papers.tsx';
import { useSession } from '../session/use-session.ts';
import { lettersQuery, renewQuality } from './queries.ts';

const stateKey: Readonly<Record<LetterView['state'], Key>> = {
  open: 'quality.letterState.open',
  replied: 'quality.letterState.replied',
  closed: 'quality.letterState.closed',
};

/** Not signed off: nobody but the office knows of it, and no reply is awaited. */
const isDraft = (row: LetterView): boolean => row.state === 'open' && row.paperState === 'draft';

export function LettersTab() {
  const { t } = useI18n();
  const [state, setState] = useState('open');
  const query = useInfiniteQuery(lettersQuery(state));
  return (
    <>
      <div className="filters">
        <Pick
          label={t('quality.filter')}
          value={state}
          options={[
            { value: 'open', label: t('quality.showOpen') },
            { value: 'all', label: t('quality.showAll') },
          ]}
          onChange={setState}
        />
      </div>
      <PagedList query={query} empty={<Empty title={t('quality.noLetters')}>{t('quality.noLettersHint')}</Empty>}>
        {(rows) => <LetterTable rows={rows} />}
      </PagedList>
    </>
  );
}

export function LetterTable({ rows }: { rows: readonly LetterView[] }) {
  const { t } = useI18n();
  const [open, setOpen] = useState<string | null>(null);
  return (
    <DataTable
      caption={t('quality.letters')}
      rows={rows}
      rowKey={(row) => row.id}
      columns={[
        {
          key: 'number',
          head: t('quality.letter'),
          width: 'middle',
          cell: (row) => (
            <>
              <RowOpener id={row.id} open={open} onOpen={setOpen}>
                {row.number ?? '—'}
              </RowOpener>
              <div className="sub">{t(`quality.letter.${row.kind}`)}</div>
            </>
          ),
        },
        { key: 'body', head: t('quality.body'), width: 'middle', cell: (row) => row.body },
        { key: 'month', head: t('quality.month'), cell: (row) => <span className="number">{row.month}</span> },
        { key: 'due', head: t('quality.replyBy'), cell: (row) => <span className="number">{row.replyDue}</span> },
        {
          key: 'state',
          head: t('quality.state'),
          cell: (row) => (
            <>
              <Tag tone={row.state === 'closed' ? 'done' : 'waiting'}>
                {t(isDraft(row) ? 'quality.letterState.draft' : stateKey[row.state])}
              </Tag>
              {row.overdue ? <Tag tone="seal">{t('quality.letterOverdue')}</Tag> : null}
            </>
          ),
        },
      ]}
      below={(row) => (open === row.id ? <Letter letter={row} /> : null)}
    />
  );
}

function Letter({ letter }: { letter: LetterView }) {
  const { t, w } = useI18n();
  const { may } = useSession();
  return (
    <div className="draft">
      <p>
        <strong>{t('quality.matters')}</strong>
      </p>
      <ul className="plain lines">
        {letter.reasons.map((reason) => (
          <li key={reason.zh}>{w(reason)}</li>
        ))}
      </ul>
      <SignOffs letter={letter} />
      {letter.reply ? (
        <p>
          <strong>{t('quality.reply')}</strong>{' '}
          <span className="quiet number">{letter.repliedAt ? formatInstant(letter.repliedAt) : ''}</span>
          <br />
          {letter.reply}
        </p>
      ) : null}
      {letter.closing ? (
        <p>
          <strong>{t('quality.closing')}</strong>{' '}
          <span className="quiet number">{letter.closedAt ? formatInstant(letter.closedAt) : ''}</span>
          <br />
          {letter.closing}
        </p>
      ) : null}
      {!may('quality.manage') && letter.paperId && letter.signOffs.sealedAt ? (
        <DownloadButton path={`/papers/${letter.paperId}/sealed`}>{t('quality.sealedLetter')}</DownloadButton>
      ) : null}
      {letter.mayReply ? <Act letter={letter} act="reply" /> : null}
      {letter.mayClose ? <Act letter={letter} act="close" /> : null}
      {may('quality.manage') ? <CasePapers caseId={letter.id} onChange={renewQuality} /> : null}
    </div>
  );
}

/** 审核、签发、用印: who, and when. */
function SignOffs({ letter }: { letter: LetterView }) {
  const { t } = useI18n();
  const { checked, signed, sealedAt } = letter.signOffs;
  if (isDraft(letter) && !checked) return <p className="quiet">{t('quality.notSigned')}</p>;
  return (
    <p className="sub">
      {checked ? <span>{t('quality.checkedBy', { name: checked.by, at: formatInstant(checked.at) })} </span> : null}
      {signed ? <span>{t('quality.signedBy', { name: signed.by, at: formatInstant(signed.at) })} </span> : null}
      {sealedAt ? <span>{t('quality.sealedAt', { at: formatInstant(sealedAt) })}</span> : null}
    </p>
  );
}

function Act({ letter, act }: { letter: LetterView; act: 'reply' | 'close' }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const [words, setWords] = useState('');
  const send = useMutation({
    mutationFn: () =>
      call<LetterView>(`/quality/letters/${letter.id}/${act}`, {
        method: 'POST',
        body: act === 'reply' ? { reply: words.trim() } : { reason: words.trim() },
      }),
    onSuccess: () => {
      message.success(t(act === 'reply' ? 'quality.letterState.replied' : 'quality.letterState.closed'));
      renewQuality();
    },
  });
  return (
    <div className="decide">
      {send.error ? <ErrorNote error={send.error} /> : null}
      <Field label={t(act === 'reply' ? 'quality.reply' : 'quality.closing')}>
        {(slot) => (
          <Input.TextArea
            id={slot.id}
            rows={3}
            maxLength={4000}
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
        )}
      </Field>
      <Button type="primary" disabled={words.trim().length < 2 || send.isPending} onClick={() => send.mutate()}>
        {t(act === 'reply' ? 'quality.sendReply' : 'quality.closeLetter')}
      </Button>
    </div>
  );
}
