import { type ErrorCode, errorDefinitions, type Problem, type ProblemDetail, problemType } from '@chengxin/contract';

export type { ErrorCode, Problem, ProblemDetail } from '@chengxin/contract';

export interface DomainErrorOptions {
  /** Chinese text: what is wrong and what to do next. Default: the text of the code. */
  readonly zh?: string;
  readonly en?: string;
  readonly details?: readonly ProblemDetail[];
  readonly cause?: unknown;
}

/** An expected refusal, shown to the caller. Anything else that is thrown is answered as `internal`. */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly zh: string;
  readonly en: string;
  readonly details: readonly ProblemDetail[] | undefined;

  constructor(code: ErrorCode, options: DomainErrorOptions = {}) {
    const definition = errorDefinitions[code];
    const en = options.en ?? definition.en;
    super(en, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DomainError';
    this.code = code;
    this.status = definition.status;
    this.zh = options.zh ?? definition.zh;
    this.en = en;
    this.details = options.details;
  }
}

/** The RFC 9457 body of an error. Never contains the message of an unexpected error. */
export function toProblem(error: unknown, context: { requestId?: string; instance?: string } = {}): Problem {
  const known = error instanceof DomainError ? error : new DomainError('internal', { cause: error });
  return {
    type: problemType(known.code),
    title: errorDefinitions[known.code].en,
    status: known.status,
    code: known.code,
    detail: known.zh,
    detailEn: known.en,
    ...(context.instance === undefined ? {} : { instance: context.instance }),
    ...(context.requestId === undefined ? {} : { requestId: context.requestId }),
    ...(known.details === undefined ? {} : { errors: known.details }),
  };
}

/** Something is wrong with the machine, the folder or the configuration: the command ends with exit code 3. */
export class EnvironmentError extends Error {
  readonly zh: string;
  readonly en: string;

  constructor(zh: string, en: string, cause?: unknown) {
    super(`${zh}\n${en}`, cause === undefined ? undefined : { cause });
    this.name = 'EnvironmentError';
    this.zh = zh;
    this.en = en;
  }
}
