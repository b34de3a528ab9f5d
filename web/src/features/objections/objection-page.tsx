/** One objection, as each of its parties reads it. */
import type { ObjectionView } from '@chengxin/contract';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useI18n } from '../../shared/i18n/index.tsx';
import { CaseDetail } from '../cases/case-detail.tsx';
import { Correction } from './correction.tsx';
import { path } from './queries.ts';

const route = getRouteApi('/desk/objections/$id');

export function ObjectionPage() {
  const { t } = useI18n();
  const { id } = route.useParams();
  return (
    <CaseDetail<ObjectionView> path={path} id={id} crumb={<Link to="/objections">{t('nav.objections')}</Link>}>
      {(view) => <Correction view={view} />}
    </CaseDetail>
  );
}
