/**
 * How the conformance test makes the system under test do what its officers do. Over HTTP, by four addresses below `--target` that
 * a system offers in its test environment (docs/guides/embedding.md); or by a module of one's own that exports the same (`--driver`).
 */

export interface Done {
  readonly ok: boolean;
  /** What the officer would read when it was refused. */
  readonly words: string;
}

export interface Application {
  readonly id: string;
  readonly caseNumber: string;
}

export interface Answered {
  readonly measure: string;
  readonly list: string;
  readonly action: 'applied' | 'notApplied';
  readonly document?: string;
  readonly reason?: string;
}

export interface Driver {
  /** An application of this organisation is received. */
  open(code: string): Promise<Application>;
  /** The officer checks. A system that checks by itself answers ok. */
  check(id: string): Promise<Done>;
  /** The officer answers a measure. */
  answer(id: string, answered: Answered): Promise<Done>;
  /** The officer grants. `ok` when the decision stands. */
  grant(id: string): Promise<Done>;
}

const timeoutMs = 30_000;

/** @param target such as `http://127.0.0.1:8090/api`, without a slash at its end */
export function httpDriver(target: string): Driver {
  const post = async (path: string, body: object): Promise<{ done: Done; value: Record<string, unknown> }> => {
    const response = await fetch(`${target.replace(/\/+$/, '')}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const value = (await response.json().catch(() => ({}))) as Record<string, unknown>;
    const words = String(value.detail ?? `HTTP ${response.status}`);
    return { done: { ok: response.ok, words }, value };
  };
  const act = async (path: string, body: object): Promise<Done> => (await post(path, body)).done;
  return {
    async open(code) {
      const { done, value } = await post('/applications', { code });
      if (!done.ok || value.id === undefined || value.caseNumber === undefined)
        throw new Error(`POST ${target}/applications: ${done.words}`);
      return { id: String(value.id), caseNumber: String(value.caseNumber) };
    },
    check: (id) => act(`/applications/${id}/check`, {}),
    answer: (id, answered) => act(`/applications/${id}/measures`, answered),
    grant: (id) => act(`/applications/${id}/decide`, { decision: 'granted' }),
  };
}
