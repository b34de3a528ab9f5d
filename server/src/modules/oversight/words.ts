/** Words of a look: its purpose, the parts of the archive, and the answer to "why?". Pure. */
import type { Bilingual, PolicyRuntime } from '../policy/index.ts';

/** A purpose that is a key has a name; one that was typed in is its own. */
export function purposeName(policy: PolicyRuntime, purpose: string | null): Bilingual | null {
  if (purpose === null || purpose === '') return null;
  return policy.purposes().find((row) => row.key === purpose)?.name ?? { zh: purpose, en: purpose };
}

const parts: Readonly<Record<string, Bilingual>> = {
  head: { zh: '登记信息和概况', en: 'Registration and overview' },
  records: { zh: '全部信用记录', en: 'All records' },
};

export function sectionName(policy: PolicyRuntime, part: string): Bilingual {
  return parts[part] ?? policy.catalogueItem(part)?.name ?? { zh: part, en: part };
}

/** Said at once from what the officer stated; what was not stated is said to be missing, since that is a reason to ask. */
export function whyWords(
  what: Bilingual,
  purpose: Bilingual | null,
  matter: string | null,
  caseNumber: string | null,
): Bilingual {
  const zh = [
    purpose ? `用途为“${purpose.zh}”` : null,
    matter ? `办理事项为“${matter}”` : null,
    caseNumber ? `案号或申请编号为“${caseNumber}”` : null,
  ].filter((part) => part !== null);
  const en = [
    purpose ? `for ${purpose.en}` : null,
    matter ? `in the matter “${matter}”` : null,
    caseNumber ? `case or application ${caseNumber}` : null,
  ].filter((part) => part !== null);
  const missing = caseNumber === null || caseNumber === '';
  if (zh.length === 0) {
    return {
      zh: `${what.zh}，未写明用途和案号。如有疑问，可以提出异议。`,
      en: `${what.en}, without a purpose or a case number. You may dispute it.`,
    };
  }
  return {
    zh: `${what.zh}，${zh.join('，')}${missing ? '，未写案号' : ''}。`,
    en: `${what.en}, ${en.join(', ')}${missing ? ', without a case number' : ''}.`,
  };
}
