/** Filters of which one is chosen at most. */
import { formatCount } from './format.ts';

export interface Chip {
  readonly key: string;
  readonly label: string;
  readonly count?: number;
}

export function Chips({
  label,
  all,
  items,
  value,
  onChange,
}: {
  label: string;
  all: string;
  items: readonly Chip[];
  value: string | undefined;
  onChange: (key: string | undefined) => void;
}) {
  return (
    <fieldset className="chips">
      <legend className="unseen">{label}</legend>
      <button type="button" aria-pressed={value === undefined} onClick={() => onChange(undefined)}>
        {all}
      </button>
      {items.map((item) => (
        <button
          key={item.key}
          type="button"
          aria-pressed={value === item.key}
          onClick={() => onChange(value === item.key ? undefined : item.key)}
        >
          {item.label}
          {item.count === undefined ? null : <span className="tab-count"> {formatCount(item.count)}</span>}
        </button>
      ))}
    </fieldset>
  );
}
