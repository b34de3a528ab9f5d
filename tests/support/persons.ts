/** Made-up natural persons for tests: numbers that pass every check and belong to nobody. */
import { computeCitizenCheck, parseUnifiedCode } from '@chengxin/identifiers';

/** One number in about 341 also passes as a unified code; such a one is tested by name. */
export const AMBIGUOUS_ID = '110105196906151594';

function made(serial: number, birth: string, order: number): string {
  const body = `110105${birth}${String(100 + ((serial + order) % 900))}`;
  return body + computeCitizenCheck(body);
}

/** A citizen number of the test district 110105, no unified code; adults unless a birth day says otherwise. */
export function citizenId(serial: number, birth = `${1950 + (serial % 40)}0${1 + (serial % 9)}1${serial % 9}`): string {
  for (let order = 0; ; order += 300) {
    const id = made(serial, birth, order);
    if (!parseUnifiedCode(id).ok) return id;
  }
}

const surnames = ['欧阳', '司徒', '慕容', '尉迟', '闻人', '东方', '赫连', '皇甫'];
const given = ['青岚', '望舒', '砚秋', '既明', '云深', '知微', '怀瑾', '若谷', '听澜'];
/** A name that no organisation, officer or word of the interface has. */
export const personName = (serial: number): string =>
  `${surnames[serial % surnames.length]}${given[serial % given.length]}${'甲乙丙丁戊己庚辛壬癸'[serial % 10]}`;
