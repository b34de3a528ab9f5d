/** What a failed call is: a problem of the platform (RFC 9457) with its words in both languages, or that there was no answer. */
import type { ErrorCode, Problem, ProblemDetail } from '@chengxin/contract';

/** Beside the platform's closed set: what happens on the way to it. */
export type FailureCode = ErrorCode | 'timeout' | 'unreachable' | 'unknown-answer';

interface Words {
  readonly zh: string;
  readonly en: string;
}

const onTheWay: Readonly<Record<'timeout' | 'unreachable' | 'unknown-answer', Words>> = {
  timeout: {
    zh: '信用平台未在时限内应答。未取得核查结果前不得作出决定，请稍后重试。',
    en: 'The credit platform did not answer in time. Decide nothing without its answer; try again later.',
  },
  unreachable: {
    zh: '无法连接信用平台。未取得核查结果前不得作出决定，请检查网络后重试。',
    en: 'The credit platform cannot be reached. Decide nothing without its answer; check the network and try again.',
  },
  'unknown-answer': {
    zh: '信用平台的应答无法识别，请核对平台地址，或者联系平台管理员。',
    en: 'The answer is not one of the platform. Check its address, or ask its administrator.',
  },
};

interface Failure {
  readonly status: number;
  readonly code: FailureCode;
  readonly words: Words;
  readonly details?: readonly ProblemDetail[] | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** Thrown by every call that did not succeed. `message` is Chinese; both languages are in `words`. */
export class ChengxinError extends Error {
  /** Of HTTP; 0 when there was no answer. */
  readonly status: number;
  readonly code: FailureCode;
  /** What is wrong and what to do next. */
  readonly words: Words;
  /** Places in the request that are wrong. */
  readonly details: readonly ProblemDetail[];
  /** For a question to the platform's administrator. */
  readonly requestId: string | null;
  /** Seconds after which the platform asks to be tried again; null where it does not say. */
  readonly retryAfterSeconds: number | null;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.words.zh, options);
    this.name = 'ChengxinError';
    this.status = failure.status;
    this.code = failure.code;
    this.words = failure.words;
    this.details = failure.details ?? [];
    this.requestId = failure.requestId ?? null;
    this.retryAfterSeconds = failure.retryAfterSeconds ?? null;
  }

  /** Whether nothing may be decided now because the platform has not answered (503, 429, silence), and a later try may help. */
  get withoutAnswer(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export const noAnswer = (code: 'timeout' | 'unreachable', cause?: unknown): ChengxinError =>
  new ChengxinError({ status: 0, code, words: onTheWay[code] }, { cause });

function isProblem(value: unknown): value is Problem {
  if (typeof value !== 'object' || value === null) return false;
  const { code, detail, detailEn } = value as Partial<Problem>;
  return typeof code === 'string' && typeof detail === 'string' && typeof detailEn === 'string';
}

export function problemOf(status: number, text: string, retryAfterSeconds: number | null): ChengxinError {
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // A proxy's page: told below as an answer that is not the platform's.
  }
  const after = retryAfterSeconds ?? undefined;
  if (!isProblem(value))
    return new ChengxinError({
      status,
      code: 'unknown-answer',
      words: onTheWay['unknown-answer'],
      retryAfterSeconds: after,
    });
  const { code, detail, detailEn, errors, requestId } = value;
  const words = { zh: detail, en: detailEn };
  return new ChengxinError({ status, code, words, details: errors, requestId, retryAfterSeconds: after });
}
