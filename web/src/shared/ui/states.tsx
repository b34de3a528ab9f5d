/** Loading, failing, having nothing: said the same way everywhere. */
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client.ts';
import { useI18n } from '../i18n/index.tsx';

export function Skeleton({ rows = 5 }: { rows?: number }) {
  const { t } = useI18n();
  return (
    <div className="skeleton" role="status">
      <span className="unseen">{t('state.loading')}</span>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike
        <div key={index} className="skeleton-line" />
      ))}
    </div>
  );
}

export function Note({
  tone = 'brand',
  role,
  children,
  action,
}: {
  tone?: 'brand' | 'waiting' | 'seal' | 'done';
  role?: 'alert' | 'status';
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className={`note note-${tone}`} role={role}>
      <div className="note-text">{children}</div>
      {action}
    </div>
  );
}

/** Why it failed, what to do, the number to tell the administrator, and a way to try again. */
export function ErrorNote({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const { t, explain } = useI18n();
  const problem = error instanceof ApiError ? error.problem : null;
  const forbidden = error instanceof ApiError && error.status === 403;
  return (
    <Note
      tone={forbidden ? 'waiting' : 'seal'}
      role="alert"
      action={onRetry && !forbidden ? <Button onClick={onRetry}>{t('action.retry')}</Button> : undefined}
    >
      <strong>{forbidden ? t('error.forbidden') : t('error.title')}</strong>
      <p>{explain(error)}</p>
      {problem?.requestId && problem.status >= 500 ? (
        <p className="quiet">{t('error.requestId', { id: problem.requestId })}</p>
      ) : null}
    </Note>
  );
}

export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children ? <p className="quiet">{children}</p> : null}
      {action ? <div className="actions">{action}</div> : null}
    </div>
  );
}

interface Readable<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly isPending: boolean;
  refetch(): unknown;
}

/** The three states of something read from the server. What was read stays readable when reading it again fails. */
export function Loaded<T>({
  query,
  rows,
  children,
}: {
  query: Readable<T>;
  rows?: number;
  children: (data: T) => ReactNode;
}) {
  const failed = query.error ? <ErrorNote error={query.error} onRetry={() => void query.refetch()} /> : null;
  if (query.data === undefined) return failed ?? <Skeleton {...(rows ? { rows } : {})} />;
  return (
    <>
      {failed}
      {children(query.data)}
    </>
  );
}
