/** A choice of few: the browser's own list, which every keyboard, screen reader and phone knows. */
export interface PickOption {
  readonly value: string;
  readonly label: string;
  /** Options with the same group stand together under its name. */
  readonly group?: string;
}

export interface PickProps {
  readonly id?: string;
  readonly label?: string;
  readonly value: string;
  readonly options: readonly PickOption[];
  readonly onChange: (value: string) => void;
  readonly onBlur?: () => void;
  readonly status?: 'error' | 'warning' | undefined;
  readonly describedBy?: string | undefined;
  readonly disabled?: boolean;
}

export function Pick({ id, label, value, options, onChange, onBlur, status, describedBy, disabled }: PickProps) {
  return (
    <select
      id={id}
      className={status ? `pick pick-${status}` : 'pick'}
      aria-label={label}
      aria-describedby={describedBy}
      aria-invalid={status === 'error' ? true : undefined}
      value={value}
      disabled={disabled}
      onChange={(event) => onChange(event.target.value)}
      onBlur={onBlur}
    >
      {groupsOf(options).map(([group, members]) => {
        const list = members.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ));
        return group === '' ? (
          list
        ) : (
          <optgroup key={group} label={group}>
            {list}
          </optgroup>
        );
      })}
    </select>
  );
}

function groupsOf(options: readonly PickOption[]): [string, PickOption[]][] {
  const groups = new Map<string, PickOption[]>();
  for (const option of options) {
    const group = option.group ?? '';
    groups.set(group, [...(groups.get(group) ?? []), option]);
  }
  return [...groups];
}
