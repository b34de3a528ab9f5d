/** Tabs with counts; arrow keys move between them (WAI-ARIA, automatic activation). */
import { type KeyboardEvent, type ReactNode, useId, useRef } from 'react';
import { formatCount } from './format.ts';

export interface TabItem<K extends string> {
  readonly key: K;
  readonly label: ReactNode;
  readonly count?: number | undefined;
}

export function Tabs<K extends string>({
  label,
  items,
  active,
  onChange,
  children,
}: {
  label: string;
  items: readonly TabItem<K>[];
  active: K;
  onChange: (key: K) => void;
  children: ReactNode;
}) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent): void => {
    const at = items.findIndex((item) => item.key === active);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const index = (to + items.length) % items.length;
    const item = items[index];
    if (!item) return;
    onChange(item.key);
    list.current?.querySelectorAll<HTMLButtonElement>('[role=tab]')[index]?.focus();
  };
  return (
    <>
      <div className="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={move}>
        {items.map((item) => (
          <button
            key={item.key}
            type="button"
            role="tab"
            id={`${id}-${item.key}`}
            aria-selected={item.key === active}
            aria-controls={item.key === active ? `${id}-panel` : undefined}
            tabIndex={item.key === active ? 0 : -1}
            onClick={() => onChange(item.key)}
          >
            {item.label}
            {item.count === undefined ? null : <span className="tab-count"> {formatCount(item.count)}</span>}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${active}`}>
        <h2 className="unseen">{items.find((item) => item.key === active)?.label}</h2>
        {children}
      </div>
    </>
  );
}
