/** 数据质量: rates and the rows behind them, what a body has to do, samples, months with their papers, letters. */
import { getRouteApi } from '@tanstack/react-router';
import { useI18n } from '../../shared/i18n/index.tsx';
import { PageHead } from '../../shared/ui/page.tsx';
import { Tabs } from '../../shared/ui/tabs.tsx';
import { useSession } from '../session/use-session.ts';
import { BoardTab } from './board-tab.tsx';
import { DutiesTab } from './duties-tab.tsx';
import { FeedbackTab } from './feedback-tab.tsx';
import { LettersTab } from './letters-tab.tsx';
import { MonthPick } from './month-pick.tsx';
import { MonthsTab } from './months-tab.tsx';
import { monthBack } from './queries.ts';
import { SamplesTab } from './samples-tab.tsx';
import { TasksTab } from './tasks-tab.tsx';

const route = getRouteApi('/desk/quality');
const ofOffice = ['board', 'feedback', 'duties', 'samples', 'months', 'letters', 'tasks'] as const;
const ofBody = ['tasks', 'board', 'feedback', 'letters'] as const;
type Tab = (typeof ofOffice)[number];

export function QualityPage() {
  const { t } = useI18n();
  const { may } = useSession();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const tabs: readonly Tab[] = may('quality.manage') ? ofOffice : ofBody;
  const shown: Tab = tabs.find((one) => one === search.tab) ?? tabs[0] ?? 'board';
  // What is owed is confirmed when a month is over.
  const latest = monthBack(shown === 'duties' ? 1 : 0);
  const month = /^20\d\d-(0[1-9]|1[0-2])$/.test(search.month ?? '') ? (search.month ?? '') : latest;
  const by = search.by ?? 'body';
  const dated = shown === 'board' || shown === 'feedback' || shown === 'duties';
  return (
    <>
      <PageHead title={t('nav.quality')}>
        <p className="quiet">{t('quality.lead')}</p>
      </PageHead>
      <Tabs
        label={t('nav.quality')}
        items={tabs.map((key) => ({ key, label: t(`quality.${key}`) }))}
        active={shown}
        onChange={(tab) => void navigate({ search: { ...search, tab }, replace: true })}
      >
        {dated ? (
          <MonthPick
            month={month}
            by={shown === 'board' ? by : null}
            onMonth={(next) => void navigate({ search: { ...search, month: next }, replace: true })}
            onBy={(next) => void navigate({ search: { ...search, by: next }, replace: true })}
          />
        ) : null}
        {shown === 'board' ? <BoardTab month={month} by={by} /> : null}
        {shown === 'tasks' ? <TasksTab /> : null}
        {shown === 'feedback' ? <FeedbackTab month={month} /> : null}
        {shown === 'duties' ? <DutiesTab key={month} month={month} /> : null}
        {shown === 'samples' ? <SamplesTab /> : null}
        {shown === 'months' ? <MonthsTab /> : null}
        {shown === 'letters' ? <LettersTab /> : null}
      </Tabs>
    </>
  );
}
