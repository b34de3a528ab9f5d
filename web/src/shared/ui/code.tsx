import { groupCode } from './format.ts';

/** A code in monospace, grouped 2-6-9-1 by thin gaps that are not copied with it. */
export function Code({ value }: { value: string }) {
  const parts = groupCode(value).split(' ');
  return (
    <span className="code">
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts never move
        <span key={index} className="code-part">
          {part}
        </span>
      ))}
    </span>
  );
}
