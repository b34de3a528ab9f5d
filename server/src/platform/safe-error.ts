import { withoutPersonNumbers } from './access-log/write.ts';

/**
 * An error as the log may keep it: no `detail` or `where` of the database (they quote rows), no numbers of persons.
 */
export function safeError(error: unknown): { type: string; code?: string; message: string; stack?: string } {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an error' };
  const code = 'code' in error ? String(error.code) : undefined;
  const clean = (text: string): string => withoutPersonNumbers(text.slice(0, 4000));
  return {
    type: error.name,
    message: clean(error.message),
    ...(code === undefined ? {} : { code }),
    ...(error.stack === undefined ? {} : { stack: clean(error.stack) }),
  };
}
