/**
 * One case, whole: where it stands, what there is to do, what was said and what happened. It knows no procedure: words,
 * commands and reasons come with the view. See README.md beside this file.
 */
import type { CaseView } from '@chengxin/contract';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useI18n } from '../../shared/i18n/index.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { PageHead, Tag } from '../../shared/ui/page.tsx';
import { Loaded } from '../../shared/ui/states.tsx';
import { CaseCommands } from './case-commands.tsx';
import { CaseMaterials } from './case-materials.tsx';
import { CasePapers } from './case-papers.tsx';
import { CaseClocks, CaseContent, CaseParties, CaseRemedies, CaseTimeline, DueLine } from './case-parts.tsx';
import { caseTone } from './case-words.ts';
import { caseQuery } from './queries.ts';

export interface CaseDetailProps<V extends CaseView> {
  /** Of the procedure under the API, such as `/objections`. */
  readonly path: string;
  readonly id: string;
  readonly crumb: ReactNode;
  /** Buttons at the right of the title. */
  readonly actions?: (view: V) => ReactNode;
  /** Between what is to be done and what was said: whatever this procedure has of its own. */
  readonly children?: (view: V) => ReactNode;
  /** False where the procedure keeps no files. */
  readonly materials?: boolean;
}

export function CaseDetail<V extends CaseView = CaseView>(props: CaseDetailProps<V>) {
  const query = useQuery(caseQuery<V>(props.path, props.id));
  return (
    <Loaded query={query} rows={8}>
      {(view) => <Detail {...props} view={view} />}
    </Loaded>
  );
}

function Detail<V extends CaseView>({
  path,
  crumb,
  actions,
  children,
  materials = true,
  view,
}: CaseDetailProps<V> & { view: V }) {
  const { t, w } = useI18n();
  return (
    <>
      <PageHead crumb={crumb} title={`${view.subject.name} · ${w(view.kindLabel)}`} actions={actions?.(view)}>
        <p className="case-state">
          <Tag tone={caseTone(view)}>{w(view.stateLabel)}</Tag> <DueLine item={view} />
        </p>
        <p className="sub">
          <span>{view.number ?? t('case.noNumber')}</span>
          {view.about ? <span>{view.about}</span> : null}
          <span>{formatInstant(view.openedAt)}</span>
          <span>
            {t('case.handler')}：{view.handler}
            {view.assignee ? `（${view.assignee}）` : ''}
          </span>
          {view.upstreamNumber ? <span>{t('case.upstream', { no: view.upstreamNumber })}</span> : null}
          {view.onBehalf ? <span>{t('case.onBehalf')}</span> : null}
        </p>
      </PageHead>
      <CaseCommands path={path} view={view} />
      {children?.(view)}
      <CaseContent view={view} />
      <CasePapers caseId={view.id} />
      {materials ? <CaseMaterials path={path} view={view} /> : null}
      <CaseRemedies view={view} />
      <CaseTimeline view={view} />
      <CaseClocks view={view} />
      <CaseParties view={view} />
    </>
  );
}
