/** The frame of a page: where one is, what it is, what can be done, the figures that matter. */
import { type ReactNode, useEffect } from 'react';
import { useI18n } from '../i18n/index.tsx';
import { formatCount } from './format.ts';

export function PageHead({
  crumb,
  title,
  actions,
  children,
}: {
  crumb?: ReactNode;
  title: string;
  actions?: ReactNode;
  children?: ReactNode;
}) {
  const { t } = useI18n();
  useEffect(() => {
    document.title = `${title} · ${t('app.name')}`;
  }, [title, t]);
  return (
    <header className="page-head">
      {crumb ? (
        <nav className="crumb" aria-label={t('nav.crumb')}>
          {crumb}
        </nav>
      ) : null}
      <div className="page-title">
        <h1>{title}</h1>
        {actions ? <div className="actions">{actions}</div> : null}
      </div>
      {children}
    </header>
  );
}

export type Tone = 'done' | 'waiting' | 'seal';

export interface Figure {
  readonly key: string;
  readonly value: number | string;
  readonly label: ReactNode;
  readonly tone?: Tone | undefined;
}

/** Large and few. A tone is used only where there is something to say with it: zero stays ink. */
export function Figures({ items }: { items: readonly Figure[] }) {
  return (
    <dl className="figures">
      {items.map((figure) => (
        <div key={figure.key} className={figure.tone && figure.value !== 0 ? `figure tone-${figure.tone}` : 'figure'}>
          <dd>{typeof figure.value === 'number' ? formatCount(figure.value) : figure.value}</dd>
          <dt>{figure.label}</dt>
        </div>
      ))}
    </dl>
  );
}

export function Section({ title, aside, children }: { title: ReactNode; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className="section">
      <div className="section-head">
        <h2>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** A short word in a frame. Colour repeats what the word says. */
export function Tag({ tone, children }: { tone?: Tone | 'brand' | undefined; children: ReactNode }) {
  return <span className={tone ? `tag tag-${tone}` : 'tag'}>{children}</span>;
}
