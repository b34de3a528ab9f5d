import { Button, Input } from 'antd';
import { type FormEvent, useEffect, useState } from 'react';

/** Searches when asked, not at each key: a search may be logged. */
export function SearchBox({
  label,
  placeholder,
  action,
  value,
  onSearch,
  large,
  autoFocus,
}: {
  label: string;
  placeholder: string;
  action: string;
  value: string;
  onSearch: (text: string) => void;
  large?: boolean;
  autoFocus?: boolean;
}) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSearch(text.trim());
  };
  return (
    <search className={large ? 'search-box large' : 'search-box'}>
      <form onSubmit={submit}>
        <Input
          type="search"
          aria-label={label}
          placeholder={placeholder}
          size={large ? 'large' : 'middle'}
          autoFocus={autoFocus ?? false}
          maxLength={100}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            if (event.target.value === '' && value !== '' && !large) onSearch('');
          }}
        />
        <Button htmlType="submit" size={large ? 'large' : 'middle'} {...(large ? { type: 'primary' as const } : {})}>
          {action}
        </Button>
      </form>
    </search>
  );
}
