/** Provinces of GB/T 2260. */
const provinces =
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82';

/** 0 = unknown, 1 = province of GB/T 2260, 2 = only in organisation numbers, 3 = only in person numbers. */
const table = new Uint8Array(100);
for (const code of provinces.split(' ')) table[Number(code)] = 1;
table[10] = 2; // 100000: registered nationally
table[66] = 2; // 新疆生产建设兵团 registers under 66
table[83] = 3; // 台湾居民居住证 (830000)

const at = (text: string, i: number): number => text.charCodeAt(i) - 48;

const classOf = (text: string, offset: number): number => {
  const a = at(text, offset);
  const b = at(text, offset + 1);
  return a >= 0 && a <= 9 && b >= 0 && b <= 9 ? (table[a * 10 + b] ?? 0) : 0;
};

/** True where the two digits at `offset` begin a registration authority's division code (GB/T 2260, 10, 66). */
export const isRegistrationProvince = (text: string, offset = 0): boolean => {
  const found = classOf(text, offset);
  return found === 1 || found === 2;
};

/** True where the two digits at `offset` may begin a citizen's number (GB 11643-1999; 81–83 residence permits). */
export const isPersonProvince = (text: string, offset = 0): boolean => {
  const found = classOf(text, offset);
  return found === 1 || found === 3;
};
