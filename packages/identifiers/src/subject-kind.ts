/** The kinds of organisation that the first two characters of a unified code tell apart. Never a person. */
export type SubjectKind =
  | 'enterprise'
  | 'soleTrader'
  | 'farmersCooperative'
  | 'socialOrganisation'
  | 'foundation'
  | 'privateNonEnterprise'
  | 'publicInstitution'
  | 'governmentBody'
  | 'massOrganisation'
  | 'tradeUnion'
  | 'villageCollective'
  | 'lawFirm'
  | 'religiousSite'
  | 'villageCommittee'
  | 'military'
  | 'other';

export const subjectKindLabels: Readonly<Record<SubjectKind, { readonly zh: string; readonly en: string }>> = {
  enterprise: { zh: '企业', en: 'Enterprise' },
  soleTrader: { zh: '个体工商户', en: 'Sole trader' },
  farmersCooperative: { zh: '农民专业合作社', en: 'Farmers’ cooperative' },
  socialOrganisation: { zh: '社会团体', en: 'Social organisation' },
  foundation: { zh: '基金会', en: 'Foundation' },
  privateNonEnterprise: { zh: '民办非企业单位', en: 'Private non-enterprise unit' },
  publicInstitution: { zh: '事业单位', en: 'Public institution' },
  governmentBody: { zh: '机关', en: 'Government body' },
  massOrganisation: { zh: '群众团体', en: 'Mass organisation' },
  tradeUnion: { zh: '工会', en: 'Trade union' },
  villageCollective: { zh: '农村集体经济组织', en: 'Rural collective economic organisation' },
  lawFirm: { zh: '律师执业机构', en: 'Law firm' },
  religiousSite: { zh: '宗教活动场所', en: 'Religious site' },
  villageCommittee: { zh: '村（居）民委员会', en: 'Villagers’ or residents’ committee' },
  military: { zh: '军队单位', en: 'Military unit' },
  other: { zh: '其他组织', en: 'Other organisation' },
};

/**
 * Known pairs of 登记管理部门 + 机构类别: GB 32100-2015 table 1 with its amendment (A, N). 54 and 55 are not in the
 * standard; civil-affairs departments give them to residents' and villagers' committees.
 */
const kinds: ReadonlyMap<string, SubjectKind> = new Map<string, SubjectKind>([
  ['11', 'governmentBody'],
  ['12', 'publicInstitution'],
  ['13', 'massOrganisation'],
  ['19', 'other'],
  ['21', 'other'],
  ['29', 'other'],
  ['31', 'lawFirm'],
  ['32', 'other'],
  ['33', 'other'],
  ['34', 'other'],
  ['35', 'other'],
  ['39', 'other'],
  ['41', 'other'],
  ['49', 'other'],
  ['51', 'socialOrganisation'],
  ['52', 'privateNonEnterprise'],
  ['53', 'foundation'],
  ['54', 'villageCommittee'],
  ['55', 'villageCommittee'],
  ['59', 'other'],
  ['61', 'other'],
  ['62', 'other'],
  ['69', 'other'],
  ['71', 'religiousSite'],
  ['72', 'other'],
  ['79', 'other'],
  ['81', 'tradeUnion'],
  ['89', 'tradeUnion'],
  ['91', 'enterprise'],
  ['92', 'soleTrader'],
  ['93', 'farmersCooperative'],
  ['A1', 'military'],
  ['A9', 'military'],
  ['N1', 'villageCollective'],
  ['N2', 'villageCollective'],
  ['N3', 'villageCollective'],
  ['Y1', 'other'],
]);

const bySlot: (SubjectKind | undefined)[] = Array.from({ length: 128 * 128 });
for (const [pair, kind] of kinds) bySlot[pair.charCodeAt(0) * 128 + pair.charCodeAt(1)] = kind;

const registers = new Set([...kinds.keys()].map((pair) => pair.charCodeAt(0)));

/** Kind for the first two characters given as ASCII codes, or undefined for a pair that the standard lacks. */
export const knownKind = (register: number, category: number): SubjectKind | undefined =>
  bySlot[register * 128 + category];

/** True for a 登记管理部门代码 of GB 32100-2015 table 1. */
export const isKnownRegister = (register: number): boolean => registers.has(register);

/** All known pairs, for generators and forms. */
export const knownPairs: readonly string[] = [...kinds.keys()];
