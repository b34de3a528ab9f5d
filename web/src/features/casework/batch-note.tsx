/** What came of an act on many cases: how many, and each that was not done with its reason. */
import type { CaseBatchResult } from '@chengxin/contract';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Note } from '../../shared/ui/states.tsx';

export function BatchNote({ result }: { result: CaseBatchResult }) {
  const { t, w } = useI18n();
  const bad = result.results.filter((one) => !one.ok);
  return (
    <Note tone={bad.length > 0 ? 'waiting' : 'done'} role="status">
      {result.results.length === 0
        ? t('work.nothing')
        : t('case.bulk.result', { ok: result.results.length - bad.length, bad: bad.length })}
      {bad.length > 0 ? (
        <ul className="plain">
          {bad.map((one) => (
            <li key={one.id}>
              {one.number ?? one.id}：{one.message ? w(one.message) : ''}
            </li>
          ))}
        </ul>
      ) : null}
    </Note>
  );
}
