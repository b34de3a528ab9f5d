/**
 * Questions that are asked at the same moment share one statement or transaction. A question is answered by work that began after it
 * was asked, so that nobody is told what was true before. Nobody waits longer than `waitMs` for others; a batch that
 * fails is asked again one by one, so that nobody bears another's failure. Pure but for time.
 */
export interface Batcher<Q, A> {
  ask(question: Q): Promise<A>;
}

interface Waiting<Q, A> {
  readonly question: Q;
  readonly resolve: (answer: A) => void;
  readonly reject: (error: unknown) => void;
}

export interface BatcherOptions {
  /** Longest wait for others. Milliseconds; 2 at most (DESIGN §9). */
  readonly waitMs: number;
  readonly maxBatch: number;
  /** Batches that run at once. */
  readonly parallel: number;
}

const usual: BatcherOptions = { waitMs: 2, maxBatch: 64, parallel: 3 };

/** A batcher for each context, made when it is first asked. */
export function sharedBy<C extends object, Q, A>(
  answer: (ctx: C, questions: readonly Q[]) => Promise<readonly (A | Error)[]>,
  options: BatcherOptions = usual,
): (ctx: C, question: Q) => Promise<A> {
  const batchers = new WeakMap<C, Batcher<Q, A>>();
  return (ctx, question) => {
    let batcher = batchers.get(ctx);
    if (!batcher) {
      batcher = createBatcher<Q, A>((questions) => answer(ctx, questions), options);
      batchers.set(ctx, batcher);
    }
    return batcher.ask(question);
  };
}

/** @param answer in the order of the questions; an Error in it is that question's alone */
export function createBatcher<Q, A>(
  answer: (questions: readonly Q[]) => Promise<readonly (A | Error)[]>,
  options: BatcherOptions,
): Batcher<Q, A> {
  const waiting: Waiting<Q, A>[] = [];
  let running = 0;
  let timer: NodeJS.Timeout | null = null;
  let soon = false;

  const give = (batch: readonly Waiting<Q, A>[], answers: readonly (A | Error)[]): void => {
    batch.forEach((one, at) => {
      const found = answers[at];
      if (found instanceof Error || found === undefined) one.reject(found ?? new Error('a question has no answer'));
      else one.resolve(found);
    });
  };
  const singly = async (batch: readonly Waiting<Q, A>[]): Promise<void> => {
    for (const one of batch) {
      try {
        give([one], await answer([one.question]));
      } catch (error) {
        one.reject(error);
      }
    }
  };
  const run = async (): Promise<void> => {
    const batch = waiting.splice(0, options.maxBatch);
    if (batch.length === 0) return;
    running += 1;
    try {
      give(batch, await answer(batch.map(({ question }) => question)));
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error);
      else await singly(batch);
    } finally {
      running -= 1;
      if (waiting.length > 0) start();
    }
  };
  /** At once where nothing runs (after this turn of the loop); beside a running batch only when the wait is over. */
  function start(): void {
    if (running === 0 || waiting.length >= options.maxBatch) {
      if (soon || running >= options.parallel) return;
      soon = true;
      setImmediate(() => {
        soon = false;
        void run();
      });
    } else if (timer === null) {
      timer = setTimeout(() => {
        timer = null;
        if (running < options.parallel) void run();
      }, options.waitMs);
    }
  }
  return {
    ask: (question) =>
      new Promise<A>((resolve, reject) => {
        waiting.push({ question, resolve, reject });
        start();
      }),
  };
}
