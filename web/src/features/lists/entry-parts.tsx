/** An entry in a line: where it stands, by what, until when. */
import type { ListEntryView } from '@chengxin/contract';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Tag, type Tone } from '../../shared/ui/page.tsx';

const liveTone: Readonly<Record<ListEntryView['kind'], Tone>> = { serious: 'seal', watch: 'waiting', honour: 'done' };

export function EntryState({ entry }: { entry: ListEntryView }) {
  const { t, w } = useI18n();
  return (
    <>
      <Tag tone={entry.state === 'live' ? liveTone[entry.kind] : undefined}>{w(entry.stateLabel)}</Tag>
      {entry.annotations.length > 0 ? <div className="sub">{t('lists.annotated')}</div> : null}
    </>
  );
}

export function EntryTerm({ entry }: { entry: ListEntryView }) {
  const { t } = useI18n();
  return (
    <>
      {entry.listedOn}
      <div className="sub">{entry.endsOn ? t('lists.until', { on: entry.endsOn }) : t('lists.untilGone')}</div>
    </>
  );
}

export function EntryDocument({ entry }: { entry: ListEntryView }) {
  const { t } = useI18n();
  return (
    <>
      {entry.documentNumber ?? entry.caseNumber ?? '—'}
      <div className="sub">
        {entry.recogniser}
        {entry.attested ? ` · ${t('lists.attested')}` : ''}
      </div>
    </>
  );
}
