/**
 * Questions that come while an earlier piece of work runs share the next one (as a group commit does): one statement or transaction
 * for all of them. Nobody waits for others to come: alone, a question is asked at once. It waits for the connection only, and for
 * no longer than `slowMs`: then another connection is taken beside it. A question is answered by work that began after it was
 * asked, so that nobody is told what was true before. A batch that fails is asked again one by one, so that nobody bears another's
 * failure. Pure but for time.
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
  /** How long a running batch is waited for before another begins beside it. Milliseconds. */
  readonly slowMs: number;
  readonly maxBatch: number;
  /** Batches that run at once, when one is slow or more than a batch waits. */
  readonly parallel: number;
}

/** Short reads: two or three at once keep program and database busy together. */
const usual: BatcherOptions = { slowMs: 2, maxBatch: 64, parallel: 3 };

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
    // It has just begun: how slow it is shows from here.
    clearTimeout(timer ?? undefined);
    timer = null;
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
  /** At once where nothing runs (after this turn of the loop); beside a running batch when that is slow, or a whole batch waits. */
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
      }, options.slowMs);
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
