import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type FeatureName, featureNames, featuresOf } from './conditional-v1/features.ts';
import { probabilities } from './conditional-v1/rank.ts';
import { parseName } from './parse-name.ts';
import { probesOf, spellings } from './probes.ts';
import { likeness, sharedPairs, substitution } from './similarity.ts';

const word = fc.string({ unit: fc.constantFrom(...'青岛启明瑞丰达机械商贸有限公司厂（）'), maxLength: 14 });
const oneSided: ReadonlySet<FeatureName> = new Set(['former', 'markAlone']);

test('features are between 0 and 1, and symmetric where they say so', () => {
  fc.assert(
    fc.property(word, word, (a, b) => {
      const context = { sameMark: 1, former: false };
      const [there, back] = [
        featuresOf(parseName(a), parseName(b), context),
        featuresOf(parseName(b), parseName(a), context),
      ];
      for (const name of featureNames) {
        assert.ok(there[name] >= 0 && there[name] <= 1, `${name} ${there[name]}`);
        if (!oneSided.has(name)) assert.ok(Math.abs(there[name] - back[name]) < 1e-9, `${name}: ${a} / ${b}`);
      }
    }),
  );
});

test('likeness is 1 for equal texts alone, symmetric, and higher for what sounds or looks alike', () => {
  fc.assert(
    fc.property(word, word, (a, b) => {
      assert.equal(likeness(a, b), likeness(b, a));
      assert.equal(sharedPairs(a, b), sharedPairs(b, a));
      assert.equal(likeness(a, b) === 1, a === b);
    }),
  );
  assert.equal(substitution('翰', '翰'), 0);
  assert.ok(substitution('棉', '绵') < substitution('棉', '铁'));
  assert.ok(substitution('永', '水') < 1);
  assert.ok(likeness('恒丰丝绵', '恒丰丝棉') > likeness('恒丰丝绵', '恒丰丝铁'));
});

test('probabilities add up to at most one and follow the utilities', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { maxLength: 20 }), (utilities) => {
      const chances = probabilities(utilities, 3);
      const sum = chances.reduce((all, one) => all + one, 0);
      assert.ok(sum <= 1 + 1e-9);
      utilities.forEach((one, at) => {
        utilities.forEach((other, and) => {
          if (one > other) assert.ok((chances[at] ?? 0) >= (chances[and] ?? 0));
        });
      });
    }),
  );
});

test('probes are bounded in number, tokens and expected rows, whatever the name', () => {
  const share = new Map([
    ['有限', 0.9],
    ['限公', 0.9],
    ['公司', 0.9],
    ['青岛', 0.2],
    ['机械', 0.1],
  ]);
  const statistics = { rows: 1_000_000, share, rest: 0.0015 };
  fc.assert(
    fc.property(fc.oneof(word, fc.string({ unit: 'binary', maxLength: 120 })), (text) => {
      const name = parseName(text);
      const probes = probesOf(name, statistics);
      assert.ok(probes.length <= 48);
      assert.ok(spellings(name).length <= 40);
      for (const { tokens } of probes) {
        assert.ok(tokens.length > 0 && tokens.length <= 6);
        // A probe of nothing but common tokens would read a tenth of the city.
        assert.ok(
          tokens.some((token) => (share.get(token) ?? statistics.rest) < 0.06),
          tokens.join(' '),
        );
      }
    }),
  );
});
