/** Document numbers of persons who do not exist: each has a shape, a province or a place in the standard that no issued one has. */
import { computeCitizenCheck } from '@chengxin/identifiers';
import { slashed } from './days.ts';
import type { Random } from './random.ts';

/** Printed in GB 11643-1999; the only numbers here that could be a citizen's, and they are nobody's. */
export const SPECIMENS = ['11010519491231002X', '440524188001010014'] as const;

/** Shape and check of the permanent resident card of 2023; the acceptance province 99 does not exist. */
export function residenceCard(bornOn: number, random: Random): string {
  const first17 = `999000${slashed(bornOn).replaceAll('/', '')}${random.digits(3)}`;
  return first17 + computeCitizenCheck(first17);
}

/** Of a counterparty: holds a birth date, since age unknown counts as a minor (natural-persons G20). */
export function adultDocument(day: number, random: Random): [type: string, number: string] {
  if (random.chance(0.15)) return ['身份证', random.pick(SPECIMENS)];
  return ['外国人永久居留身份证', residenceCard(day - 366 * random.between(20, 75) - random.int(365), random)];
}

/** Without a birth date. Letters where no passport has them. */
export const agelessDocument = (random: Random): [type: string, number: string] => [
  '护照号',
  `DEMO${random.digits(5)}`,
];

/** Of a legal representative, whose age nobody asks for. */
export function representativeDocument(key: number, random: Random): [type: string, number: string] {
  if (random.chance(0.3)) return ['身份证', random.pick(SPECIMENS)];
  if (random.chance(0.75)) return ['护照号', `DEMO${String(key % 100_000).padStart(5, '0')}`];
  return ['其他-示范证件', `示范字第${String(key % 10_000_000).padStart(7, '0')}号`];
}
