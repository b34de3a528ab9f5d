/** The bodies of the fictional city: its government, six districts, the credit office, twelve departments and those they followed. */
import { makeUnifiedCode } from '@chengxin/identifiers';
import { CITY, DISTRICTS } from './words.ts';

export interface PlannedBody {
  readonly key: string;
  readonly kind: 'city' | 'district' | 'creditOffice' | 'department';
  readonly name: string;
  readonly shortName: string;
  readonly code: string;
  readonly region: string;
  readonly secondReader?: boolean;
  /** Bodies that ended when this one began, with the day and the document of the reform. */
  readonly follows?: readonly {
    readonly name: string;
    readonly shortName: string;
    readonly code: string;
    readonly on: string;
    readonly document: string;
  }[];
}

/** Government codes (11…) of the fictional region; the organisation codes inside belong to nobody. */
export const bodyCode = (region: string, number: number): string =>
  makeUnifiedCode('11', region, `ADM${String(number).padStart(5, '0')}`);

export type DepartmentKey =
  | 'market'
  | 'housing'
  | 'transport'
  | 'ecology'
  | 'emergency'
  | 'health'
  | 'culture'
  | 'labour'
  | 'urban'
  | 'agriculture'
  | 'tax'
  | 'fire';

export interface PlannedDepartment extends PlannedBody {
  readonly key: DepartmentKey;
  /** Word for document numbers: 示市监罚〔2026〕1号. */
  readonly sign: string;
  /** Share of all licences and penalties of the city. */
  readonly weight: { readonly licence: number; readonly penalty: number };
}

const department = (
  key: DepartmentKey,
  number: number,
  name: string,
  shortName: string,
  sign: string,
  licence: number,
  penalty: number,
  more: Pick<PlannedBody, 'secondReader' | 'follows'> = {},
): PlannedDepartment => ({
  key,
  kind: 'department',
  name: `${CITY.name}${name}`,
  shortName,
  code: bodyCode(CITY.region, number),
  region: CITY.region,
  sign,
  weight: { licence, penalty },
  ...more,
});

const followed = (number: number, name: string, shortName: string, on: string, document: string) => ({
  name: `${CITY.name}${name}`,
  shortName,
  code: bodyCode(CITY.region, number),
  on,
  document,
});

const REFORM_2018 = '示市发〔2018〕26号《示范市机构改革方案》';

export const DEPARTMENTS: readonly PlannedDepartment[] = [
  department('market', 101, '市场监督管理局', '市市场监管局', '示市监', 30, 27, {
    secondReader: true,
    follows: [
      followed(151, '工商行政管理局', '市工商局', '2018-12-20', REFORM_2018),
      followed(152, '质量技术监督局', '市质监局', '2018-12-20', REFORM_2018),
      followed(153, '食品药品监督管理局', '市食药监局', '2018-12-20', REFORM_2018),
    ],
  }),
  department('housing', 102, '住房和城乡建设局', '市住建局', '示住建', 10, 7),
  department('transport', 103, '交通运输局', '市交通运输局', '示交运', 14, 14),
  department('ecology', 104, '生态环境局', '市生态环境局', '示环', 5, 7),
  department('emergency', 105, '应急管理局', '市应急局', '示应急', 3, 5),
  department('health', 106, '卫生健康委员会', '市卫健委', '示卫', 12, 9),
  department('culture', 107, '文化和旅游局', '市文旅局', '示文旅', 4, 4),
  department('labour', 108, '人力资源和社会保障局', '市人社局', '示人社', 4, 3),
  department('urban', 109, '城市管理局', '市城管局', '示城管', 7, 11),
  department('agriculture', 110, '农业农村局', '市农业农村局', '示农', 5, 4),
  department('tax', 111, '税务局', '市税务局', '示税', 3, 5, {
    follows: [
      followed(161, '国家税务局', '市国税局', '2018-07-05', '国税地税征管体制改革方案（2018年）'),
      followed(162, '地方税务局', '市地税局', '2018-07-05', '国税地税征管体制改革方案（2018年）'),
    ],
  }),
  department('fire', 112, '消防救援支队', '市消防救援支队', '示消', 3, 4),
];

export const CITY_BODY: PlannedBody = {
  key: 'city',
  kind: 'city',
  name: `${CITY.name}人民政府`,
  shortName: CITY.name,
  code: bodyCode(CITY.region, 1),
  region: CITY.region,
};

export const CREDIT_OFFICE: PlannedBody = {
  key: 'credit',
  kind: 'creditOffice',
  name: `${CITY.name}发展和改革委员会（信用办）`,
  shortName: '市信用办',
  code: bodyCode(CITY.region, 2),
  region: CITY.region,
};

export const DISTRICT_BODIES: readonly PlannedBody[] = DISTRICTS.map((district, at) => ({
  key: `district${at + 1}`,
  kind: 'district',
  name: `${CITY.name}${district.name}人民政府`,
  shortName: district.name,
  code: bodyCode(district.region, 10),
  region: district.region,
}));

/** One district bureau of some departments, with a code that passes its checks: rows name it, but nobody registered it. */
export function unregisteredBody(department: PlannedDepartment): { name: string; code: string } | null {
  const number = DEPARTMENTS.indexOf(department);
  const place = DISTRICTS[number];
  if (!place) return null;
  return {
    name: `${CITY.name}${place.name}${department.name.slice(CITY.name.length)}`,
    code: bodyCode(place.region, 200 + number),
  };
}
