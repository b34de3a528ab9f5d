import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBatcher, sharedBy } from './batcher.ts';

const options = { slowMs: 20, maxBatch: 8, parallel: 2 };

test('questions of one moment share one piece of work and get their own answers', async () => {
  const batches: number[][] = [];
  const batcher = createBatcher<number, number>(async (questions) => {
    batches.push([...questions]);
    return questions.map((one) => one * 2);
  }, options);
  const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => batcher.ask(at)));
  assert.deepEqual(
    answers,
    Array.from({ length: 20 }, (_, at) => at * 2),
  );
  assert.ok(batches.length <= 4, `${batches.length} pieces of work for 20 questions`);
  assert.ok(batches.every(({ length }) => length <= options.maxBatch));
});

test('an answer comes from work that began after its question', async () => {
  let value = 'before';
  const begun = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const batcher = createBatcher<string, string>(async (questions) => {
    const read = value;
    begun.resolve();
    await end.promise;
    return questions.map(() => read);
  }, options);
  const early = batcher.ask('a');
  await begun.promise;
  value = 'after';
  const late = batcher.ask('b');
  end.resolve();
  assert.deepEqual(await Promise.all([early, late]), ['before', 'after']);
});

test('what hangs holds nobody else up', async () => {
  const hanging = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const batcher = createBatcher<string, string>(async (questions) => {
    if (questions.includes('hangs')) {
      begun.resolve();
      await hanging.promise;
    }
    return questions.map((one) => one);
  }, options);
  const hung = batcher.ask('hangs');
  await begun.promise;
  assert.equal(await batcher.ask('other'), 'other');
  hanging.resolve();
  assert.equal(await hung, 'hangs');
});

test('one that fails alone fails alone; a batch that fails is asked again one by one', async () => {
  let asked = 0;
  const batcher = createBatcher<number, number>(async (questions) => {
    asked += 1;
    if (questions.includes(3) && questions.length > 1) throw new Error('the statement failed');
    return questions.map((one) => (one === 3 ? new Error('three') : one));
  }, options);
  const found = await Promise.allSettled([1, 2, 3, 4].map((one) => batcher.ask(one)));
  assert.deepEqual(
    found.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason))),
    [1, 2, 'Error: three', 4],
  );
  assert.equal(asked, 5);
});

test('contexts share nothing with each other', async () => {
  const ask = sharedBy<{ name: string }, number, string>(async ({ name }, questions) =>
    questions.map((one) => `${name}${one}`),
  );
  assert.deepEqual(await Promise.all([ask({ name: 'a' }, 1), ask({ name: 'b' }, 1)]), ['a1', 'b1']);
});
