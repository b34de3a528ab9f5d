/** A labelled input with what is said about it: hints quiet, remarks of the rules in words and colour. */
import { type ReactNode, useId } from 'react';

export interface Remark {
  readonly key: string;
  readonly tone: 'seal' | 'waiting' | 'done' | 'quiet';
  readonly text: ReactNode;
}

export interface FieldSlot {
  readonly id: string;
  /** For what a label cannot point at: a group of boxes. */
  readonly labelId: string;
  readonly describedBy: string | undefined;
  readonly status: 'error' | 'warning' | undefined;
}

export function Field({
  label,
  mark,
  hint,
  remarks = [],
  wide,
  className,
  children,
}: {
  label: ReactNode;
  mark?: ReactNode;
  hint?: ReactNode;
  remarks?: readonly Remark[];
  wide?: boolean;
  className?: string;
  children: (slot: FieldSlot) => ReactNode;
}) {
  const id = useId();
  const status = remarks.some((remark) => remark.tone === 'seal')
    ? 'error'
    : remarks.some((remark) => remark.tone === 'waiting')
      ? 'warning'
      : undefined;
  const described = hint || remarks.length > 0 ? `${id}-notes` : undefined;
  return (
    <div className={['field', wide ? 'field-wide' : '', className ?? ''].join(' ').trim()}>
      <label id={`${id}-label`} htmlFor={id}>
        {label}
        {mark ? <span className="field-mark"> {mark}</span> : null}
      </label>
      {children({ id, labelId: `${id}-label`, describedBy: described, status })}
      <div id={`${id}-notes`} className="field-notes">
        {hint ? <div className="quiet">{hint}</div> : null}
        {remarks.map((remark) => (
          <div key={remark.key} className={`remark-${remark.tone}`}>
            {remark.text}
          </div>
        ))}
      </div>
    </div>
  );
}
