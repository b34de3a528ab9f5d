/** A document as somebody types it → kind, number and age. The number is exact and whole: there is no other way to ask (G14). */
import { isMinorOn, type PersonDocumentType, parsePersonDocument, personDocumentLabels } from '@chengxin/identifiers';
import type { KeyRing } from '../../platform/crypto.ts';
import { DomainError } from '../../platform/errors.ts';
import type { NewIdentifier } from './store.ts';

export interface GivenDocument {
  readonly kind: PersonDocumentType;
  readonly number: string;
  /** Age under 18, or unknown: counts as a minor (G20). */
  readonly minor: boolean;
  readonly underFourteen: boolean;
}

/** Errors: invalid-request; the answer never quotes the number. */
export function readDocument(kind: PersonDocumentType, number: string, today: string): GivenDocument {
  const parsed = parsePersonDocument(personDocumentLabels[kind].zh, number, { today });
  if (!parsed.ok) {
    throw new DomainError('invalid-request', {
      zh: '证件号码不完整或有误，请按证件原件输入完整号码。不支持模糊查询和批量查询。',
      en: 'The document number is incomplete or wrong. Enter the whole number as on the document; there is no search by part of it and no batch.',
      details: [
        {
          field: '/number',
          zh: parsed.issues[0]?.zh ?? '号码有误',
          en: parsed.issues[0]?.en ?? 'the number is not valid',
        },
      ],
    });
  }
  const { birthOn } = parsed;
  return {
    kind: parsed.type,
    number: parsed.number,
    minor: birthOn === undefined || isMinorOn(birthOn, today),
    underFourteen: birthOn !== undefined && `${Number(birthOn.slice(0, 4)) + 14}${birthOn.slice(4)}` > today,
  };
}

export const identifierOf = (keys: KeyRing, document: { kind: string; number: string }): NewIdentifier => ({
  tokens: keys.tokens(document.kind, document.number),
  kind: document.kind,
  sealed: keys.sealPerson(document.number),
});

/** First and last sign only (natural-persons §4). */
export const maskNumber = (number: string): string =>
  number.length < 3
    ? '*'.repeat(number.length)
    : `${number.slice(0, 1)}${'*'.repeat(number.length - 2)}${number.slice(-1)}`;
