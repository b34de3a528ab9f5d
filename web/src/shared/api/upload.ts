/** Sending a file, with how much of it has gone: `fetch` cannot tell that, so this is an XMLHttpRequest. */
import { ApiError, apiPath, newKey, problemFrom } from './client.ts';

export interface Upload<T> {
  readonly done: Promise<T>;
  cancel(): void;
}

/** `fields` go before the file, so that the server knows them when the file begins. `onProgress`: 0 to 1. */
export function upload<T>(
  path: string,
  file: File,
  fields: Readonly<Record<string, string | undefined>>,
  onProgress: (part: number) => void = () => {},
  method: 'POST' | 'PUT' = 'POST',
): Upload<T> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value) form.append(name, value);
  form.append('file', file, file.name);
  const request = new XMLHttpRequest();
  const done = new Promise<T>((resolve, reject) => {
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText) as T);
      else reject(new ApiError(request.status, problemFrom(request.responseText)));
    };
    request.onerror = () => reject(new ApiError(0, null));
    request.onabort = () => reject(new DOMException('cancelled', 'AbortError'));
  });
  request.open(method, apiPath(path));
  request.setRequestHeader('accept', 'application/json');
  request.setRequestHeader('idempotency-key', newKey());
  request.send(form);
  return { done, cancel: () => request.abort() };
}
