/** A small policy for tests: the regimes of repair-and-disclosure §2, written down here so that tests stand alone. */
import type { DisclosureRegime, PolicyRuntime, SeverityClass } from '../policy/types.ts';

export const regime36: DisclosureRegime = {
  items: ['penalty'],
  classes: {
    minor: { shown: false, minMonths: 0, maxMonths: 3, basis: { document: '信用修复管理办法', article: '轻微' } },
    general: { shown: true, minMonths: 3, maxMonths: 12, basis: { document: '信用修复管理办法', article: '一般' } },
    serious: { shown: true, minMonths: 12, maxMonths: 36, basis: { document: '信用修复管理办法', article: '严重' } },
  },
  classification: [
    severityRow('serious', { contains: [{ field: 'categories' }, '责令停产停业'] }),
    severityRow('serious', { ge: [{ field: 'amountFen' }, 100_000_000] }),
    severityRow('general', { ge: [{ field: 'amountFen' }, 1_000_000] }),
    severityRow('general', { contains: [{ field: 'categories' }, '暂扣许可证'] }),
    severityRow('minor', { contains: [{ field: 'categories' }, '警告'] }),
  ],
  never: [
    {
      id: 'simple-procedure',
      when: { eq: [{ field: 'procedure' }, '简易程序'] },
      basis: { document: '信用修复管理办法' },
      name: { zh: '简易程序处罚', en: 'simple procedure' },
    },
  ],
};

export const regime58: DisclosureRegime = {
  items: ['penalty'],
  classes: {
    minor: { shown: false, minMonths: 0, maxMonths: 3, basis: { document: '58号令' } },
    general: { shown: true, minMonths: 3, maxMonths: 36, basis: { document: '58号令' } },
    serious: { shown: true, minMonths: 6, maxMonths: 36, basis: { document: '58号令' } },
  },
  classification: regime36.classification,
};

function severityRow(severity: SeverityClass, when: unknown) {
  return { severity, when, basis: { document: '信用修复管理办法' } };
}

interface DatedRegime extends DisclosureRegime {
  key: string;
  validFrom?: string;
  validTo?: string;
}

/** Only what disclosure asks of a runtime; anything else throws. */
export function fakePolicy(regimes: readonly DatedRegime[] = defaultRegimes): PolicyRuntime {
  const runtime = {
    setId: 1,
    digest: 'test',
    catalogueItem: (key: string) =>
      key === 'internal'
        ? { key, publicity: 'internal', basis: [{ document: '目录' }] }
        : { key, publicity: 'public', basis: [{ document: '目录' }] },
    disclosureRegimes: (item: string) =>
      regimes
        .filter((regime) => regime.items.includes(item))
        .map((regime) => ({
          ...regime,
          name: { zh: regime.key, en: regime.key },
          hash: `hash-${regime.key}`,
          basis: [{ document: regime.key }],
          confirmed: true,
        })),
  };
  return runtime as unknown as PolicyRuntime;
}

export const defaultRegimes: readonly DatedRegime[] = [
  { key: 'NDRC-58', validFrom: '2023-05-01', validTo: '2026-03-31', ...regime58 },
  { key: 'NDRC-36', validFrom: '2026-04-01', ...regime36 },
  { key: 'licence', items: ['licence'], whileEffective: { basis: { document: '行政许可公示' } } },
];
