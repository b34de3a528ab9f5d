/** Files on their way: two at a time, each with how much has gone. */
import { useCallback, useEffect, useReducer, useRef } from 'react';
import { newKey } from '../../shared/api/client.ts';
import { renewWork } from '../../shared/api/queries.ts';
import { resumableFrom, uploadInPieces } from '../../shared/api/resumable.ts';
import type { UploadAccepted } from '../../shared/api/types.ts';
import { type Upload, upload } from '../../shared/api/upload.ts';

export interface UploadItem {
  readonly key: string;
  readonly file: File;
  readonly fields: Readonly<Record<string, string | undefined>>;
  readonly state: 'queued' | 'sending' | 'sent' | 'failed';
  readonly part: number;
  readonly accepted?: UploadAccepted;
  readonly error?: unknown;
}

type Change =
  | { readonly add: readonly UploadItem[] }
  | { readonly key: string; readonly set: Partial<UploadItem> }
  | { readonly remove: string };

function reduce(items: readonly UploadItem[], change: Change): readonly UploadItem[] {
  if ('add' in change) return [...items, ...change.add];
  if ('remove' in change) return items.filter((item) => item.key !== change.remove);
  return items.map((item) => (item.key === change.key ? { ...item, ...change.set } : item));
}

const atOnce = 2;
export const maxFilesAtOnce = 20;

export function useUploads() {
  const [items, dispatch] = useReducer(reduce, []);
  const running = useRef(new Map<string, Upload<UploadAccepted>>());

  useEffect(() => {
    for (const item of items) {
      if (item.state !== 'queued' || running.current.size >= atOnce || running.current.has(item.key)) continue;
      const { key } = item;
      const onProgress = (part: number): void => dispatch({ key, set: { part } });
      const sending =
        item.file.size >= resumableFrom
          ? uploadInPieces(item.file, item.fields, onProgress)
          : upload<UploadAccepted>('/submissions', item.file, item.fields, onProgress);
      running.current.set(key, sending);
      dispatch({ key, set: { state: 'sending', part: 0 } });
      sending.done
        .then((accepted) => {
          running.current.delete(key);
          dispatch({ key, set: { state: 'sent', part: 1, accepted } });
          renewWork();
        })
        .catch((error: unknown) => {
          running.current.delete(key);
          if (error instanceof DOMException && error.name === 'AbortError') dispatch({ remove: key });
          else dispatch({ key, set: { state: 'failed', error } });
        });
    }
  }, [items]);

  const add = useCallback((files: readonly File[], fields: UploadItem['fields']) => {
    dispatch({
      add: files.slice(0, maxFilesAtOnce).map((file) => ({ key: newKey(), file, fields, state: 'queued', part: 0 })),
    });
  }, []);
  const retry = useCallback(
    (key: string) => dispatch({ key, set: { state: 'queued', part: 0, error: undefined } }),
    [],
  );
  const remove = useCallback((key: string) => {
    const sending = running.current.get(key);
    if (sending) sending.cancel();
    else dispatch({ remove: key });
  }, []);
  return { items, add, retry, remove };
}
