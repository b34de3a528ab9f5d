/**
 * A condition in words: names and values are offered in a list (arrow keys, Enter, Escape), what is wrong is marked at its
 * word with what to write instead.
 */
import type { PolicyRuleTrial } from '@chengxin/contract';
import { Button } from 'antd';
import { type KeyboardEvent, useId, useRef, useState } from 'react';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Name, type Suggestions, suggest } from './completion.ts';

type Problem = PolicyRuleTrial['problems'][number];
const closed: Suggestions = { from: 0, items: [] };

export function WordsInput({
  label,
  hint,
  value,
  names,
  problems,
  disabled,
  onChange,
  onTry,
}: {
  label: string;
  hint: string;
  value: string;
  names: readonly Name[];
  problems: readonly Problem[];
  disabled: boolean;
  onChange: (text: string) => void;
  onTry: () => void;
}) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const [offered, setOffered] = useState(closed);
  const [at, setAt] = useState(0);
  const offer = (text: string, caret: number, all = false): void => {
    setOffered(suggest(text, caret, names, all));
    setAt(0);
  };
  /** In the place of a part of the text, with the caret behind it. */
  const put = (from: number, to: number, text: string): void => {
    const next = value.slice(0, from) + text + value.slice(to);
    const caret = from + text.length;
    onChange(next);
    setOffered(closed);
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(caret, caret);
      if (area.current) offer(next, caret);
    });
  };
  const take = (index: number): void => {
    const item = offered.items[index];
    if (item) put(offered.from, area.current?.selectionEnd ?? value.length, item.insert);
  };
  const key = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    const { items } = offered;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onTry();
    } else if (event.key === 'Escape' && items.length > 0) {
      event.preventDefault();
      setOffered(closed);
    } else if (event.key === 'ArrowDown' && items.length === 0 && value.trim() === '') {
      event.preventDefault();
      offer(value, event.currentTarget.selectionEnd, true);
    } else if (items.length > 0 && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      setAt((at + (event.key === 'ArrowDown' ? 1 : items.length - 1)) % items.length);
    } else if (items.length > 0 && event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault();
      take(at);
    }
  };
  const open = offered.items.length > 0;
  return (
    <div className="field field-wide words">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        ref={area}
        className="ant-input"
        role="combobox"
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={open ? `${id}-${at}` : undefined}
        aria-describedby={`${id}-notes`}
        aria-invalid={problems.length > 0}
        rows={2}
        maxLength={8_000}
        spellCheck={false}
        disabled={disabled}
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
          offer(event.target.value, event.target.selectionEnd);
        }}
        onKeyDown={key}
        onBlur={() => setOffered(closed)}
      />
      <div id={`${id}-list`} role="listbox" aria-label={label} className="offers" hidden={!open}>
        {offered.items.map((item, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the text field handles the keys
          // biome-ignore lint/a11y/useFocusableInteractive: see above
          <div
            key={item.label}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            className={index === at ? 'offer offer-active' : 'offer'}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => take(index)}
          >
            {item.label} <span className="quiet">{item.hint}</span>
          </div>
        ))}
      </div>
      <div id={`${id}-notes`} className="field-notes">
        <div className="quiet">{hint}</div>
        {problems.map((problem) => (
          <Wrong key={`${problem.at} ${problem.zh}`} text={value} problem={problem} onPut={put} />
        ))}
      </div>
    </div>
  );
}

function Wrong({
  text,
  problem,
  onPut,
}: {
  text: string;
  problem: Problem;
  onPut: (from: number, to: number, text: string) => void;
}) {
  const { t, w } = useI18n();
  const { at, to } = problem;
  const placed = at !== null && to !== null && text !== '';
  return (
    <div className="remark-seal" role="status">
      {placed ? (
        <p className="words-wrong">
          {text.slice(0, at - 1)}
          <mark>{text.slice(at - 1, to - 1) || '▲'}</mark>
          {text.slice(to - 1)}
        </p>
      ) : null}
      <p>
        {w(problem)}{' '}
        {placed
          ? problem.instead.map((one) => (
              <Button key={one} size="small" onClick={() => onPut(at - 1, to - 1, one)}>
                {t('policy.rule.instead', { text: one })}
              </Button>
            ))
          : null}
      </p>
    </div>
  );
}
