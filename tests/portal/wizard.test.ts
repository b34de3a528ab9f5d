/** 办事向导: every path of three questions at most ends in a procedure that exists, and every page of it can be read without script. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Wizard } from '../../server/src/modules/policy/index.ts';
import { createHttpCity, type HttpCity } from '../support/http-city.ts';

let city: HttpCity;
before(async () => {
  city = await createHttpCity();
});
after(() => city.close());

/** Procedures of others that the wizard may name: a body, a court, or a page of this platform that is no case. */
const elsewhere = new Set([
  'source',
  'review',
  'litigation',
  'court',
  'authorisation',
  'whoLooked',
  'lookDispute',
  'personalRights',
  'report',
]);

/** Every way through the questions, as the answers given and the outcome. */
function pathsOf(wizard: Wizard): { asked: string[]; outcome: string }[] {
  const from = (key: string, asked: string[]): { asked: string[]; outcome: string }[] => {
    const question = wizard.questions.find((one) => one.key === key);
    assert.ok(question, `there is no question ${key}`);
    return question.answers.flatMap((answer) =>
      answer.next !== undefined
        ? from(answer.next, [...asked, key])
        : [{ asked: [...asked, key], outcome: answer.outcome ?? '' }],
    );
  };
  return from(wizard.start, []);
}

describe('the wizard', () => {
  it('leads along every path to a procedure that exists, in three questions at most', () => {
    const policy = city.ctx.policy();
    const wizard = policy.wizard();
    const paths = pathsOf(wizard);
    assert.ok(paths.length > 15, `${paths.length} paths`);
    for (const { asked, outcome } of paths) {
      assert.ok(asked.length <= 3, asked.join(' → '));
      const found = wizard.outcomes.find((one) => one.key === outcome);
      assert.ok(found, `${asked.join(' → ')} ends in ${outcome}`);
      const exists = policy.procedureKeys().includes(found.procedure) || elsewhere.has(found.procedure);
      assert.ok(exists, `${outcome}: there is no procedure ${found.procedure}`);
      assert.ok(
        found.time !== undefined || policy.procedureKeys().includes(found.procedure),
        `${outcome} says how long`,
      );
    }
  });

  it('answers every step in both languages without script, with basis, and follows only addresses that are there', async () => {
    const wizard = city.ctx.policy().wizard();
    const registered = (path: string): Promise<number> =>
      city.call(null, 'GET', path).then((answer) => answer.statusCode);
    assert.equal(await registered('/guide'), 303);
    for (const key of [...wizard.questions, ...wizard.outcomes].map((one) => one.key)) {
      for (const language of ['zh', 'en']) {
        const page = await city.call(null, 'GET', `/guide/${key}?lang=${language}`);
        assert.equal(page.statusCode, 200, page.body.slice(0, 300));
        assert.doesNotMatch(page.body, /<script(?![^>]*src=)/, 'no inline script');
        assert.doesNotMatch(page.body, /undefined|\[object/);
      }
    }
    for (const outcome of wizard.outcomes) {
      const page = (await city.call(null, 'GET', `/guide/${outcome.key}`)).body;
      assert.match(page, new RegExp(outcome.basis.document.slice(0, 8)));
      if (outcome.help) assert.equal(await registered(outcome.help), 200, outcome.help);
    }
    assert.equal(await registered('/guide/nonsense'), 404);
  });
});
