/** One record by form. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { standardsQuery } from '../../shared/api/queries.ts';
import type { RecordFormResult, StandardView } from '../../shared/api/types.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { PageHead } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { standardOptions } from '../../shared/ui/standard-options.ts';
import { Empty, Loaded } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { startValues } from './form-groups.ts';
import { FormOutcome } from './form-outcome.tsx';
import { RecordFormView } from './record-form.tsx';

const route = getRouteApi('/desk/entry');

export function EntryPage() {
  const { t } = useI18n();
  const query = useQuery(standardsQuery);
  return (
    <>
      <PageHead title={t('nav.entry')}>
        <p className="quiet">{t('entry.lead')}</p>
      </PageHead>
      <Loaded query={query} rows={8}>
        {(standards) =>
          standards.length === 0 ? (
            <Empty title={t('entry.noStandards')}>{t('entry.noStandardsHint')}</Empty>
          ) : (
            <Entry standards={standards} />
          )
        }
      </Loaded>
    </>
  );
}

function Entry({ standards }: { standards: readonly StandardView[] }) {
  const { t, w } = useI18n();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { session } = useSession();
  const [round, setRound] = useState(0);
  const [result, setResult] = useState<RecordFormResult | null>(null);
  const often = standards.filter((entry) => entry.often).toReversed();
  const others = standards.filter((entry) => !entry.often);
  const standard = standards.find((entry) => entry.key === search.standard) ?? often[0] ?? others[0];
  if (!standard) return null;
  const again = (): void => {
    setResult(null);
    setRound(round + 1);
  };
  const choose = (key: string): void => void navigate({ search: { standard: key }, replace: true }).then(again);
  return (
    <>
      <fieldset className="chips">
        <legend className="unseen">{t('entry.standard')}</legend>
        {often.map((entry) => (
          <button key={entry.key} type="button" aria-pressed={entry === standard} onClick={() => choose(entry.key)}>
            {w(entry.name)}
          </button>
        ))}
        {others.length > 0 ? (
          <Pick
            label={t('entry.otherStandard')}
            value={standard.often ? '' : standard.key}
            onChange={(key) => {
              if (key !== '') choose(key);
            }}
            options={[{ value: '', label: t('entry.otherStandard') }, ...standardOptions(others, w)]}
          />
        ) : null}
      </fieldset>
      {result ? (
        <FormOutcome result={result} actions={<Button onClick={again}>{t('entry.again')}</Button>} />
      ) : (
        <RecordFormView
          key={`${standard.key}-${round}`}
          standard={standard}
          target={{ path: '/records', standard: standard.key, needsReason: false }}
          start={startValues(standard, session?.account.body ?? null)}
          submitLabel={t('entry.submit')}
          onSent={(form) => {
            setResult(form.send.data ?? null);
            window.scrollTo({ top: 0 });
          }}
        />
      )}
    </>
  );
}
