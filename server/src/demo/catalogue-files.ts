/**
 * Rows of the other kinds of the catalogue for the demonstration: tax grades, inspections, lists, commitments and so on, a
 * few thousand in all, so that an archive and a report show their sections. Clean rows: the dirt is in licences and penalties.
 */
import type { DepartmentKey } from './bodies.ts';
import { slashed } from './days.ts';
import { type Random, randomOf } from './random.ts';
import type { PlannedSubject } from './subjects.ts';

type Values = Readonly<Record<string, string>>;

interface Maker {
  readonly standard: string;
  readonly title: string;
  readonly sender: DepartmentKey;
  /** Rows for 5,000 organisations. */
  readonly rows: number;
  /** First two characters of the codes it is about; absent = companies. */
  readonly prefixes?: readonly string[];
  values(context: Context): Values;
}

interface Context {
  readonly random: Random;
  readonly subject: PlannedSubject;
  /** From 1, within the file. */
  readonly number: number;
  /** Name and code of the sender. */
  readonly body: { readonly name: string; readonly code: string };
  /** A day so many days before the day of the city, as files write it. */
  day(before: number): string;
  readonly year: number;
}

const REALM = 400_000;
const amount = (random: Random, most: number): string => (random.between(1, most * 100) / 100).toFixed(2);
const category = (subject: PlannedSubject): string => (subject.prefix === '92' ? '个体工商户' : '法人及非法人组织');

/** Head and tail that the acts have in common, with their prefix. */
const act = (p: string, sign: string, { subject, body, number, year }: Context): Record<string, string> => ({
  [`${p}_XDR_MC`]: subject.name,
  [`${p}_XDR_LB`]: category(subject),
  [`${p}_XDR_SHXYM`]: subject.code,
  [`${p}_FRDB`]: subject.representative,
  [`${p}_WSH`]: `${sign}〔${year}〕${number}号`,
  [`${p}_JG`]: body.name,
  [`${p}_JGDM`]: body.code,
  [`${p}_SJLY`]: body.name,
  [`${p}_SJLYDM`]: body.code,
});
const plain = ({ subject, body }: Context): Record<string, string> => ({
  ZTMC: subject.name,
  TYSHXYDM: subject.code,
  JGMC: body.name,
  JGDM: body.code,
});

const MAKERS: readonly Maker[] = [
  {
    standard: 'tax-credit',
    title: '纳税信用',
    sender: 'tax',
    rows: 1_100,
    values: (c) => ({
      ...plain(c),
      PJND: String(c.year - 1),
      NSXYJB: c.random.pick(['A', 'A', 'B', 'B', 'B', 'M', 'M', 'C', 'D']),
      PJRQ: c.day(c.random.between(200, 220)),
      ZGSWJG: c.body.name,
    }),
  },
  {
    standard: 'inspection',
    title: '行政检查',
    sender: 'market',
    rows: 600,
    prefixes: ['91', '92'],
    values: (c) => ({
      ...act('JC', '示市监检', c),
      JC_JCLB: c.random.pick(['日常检查', '双随机抽查', '双随机抽查', '专项检查']),
      JC_SX: c.random.pick(['公示信息检查', '食品经营许可事项检查', '特种设备使用检查', '价格行为检查']),
      JC_JHMC: `${c.year}年度“双随机、一公开”抽查`,
      JC_JCRQ: c.day(c.random.between(5, 700)),
      JC_JG_JC: c.random.pick(['未发现问题', '未发现问题', '未发现问题', '未发现开展本次抽查涉及的经营活动']),
    }),
  },
  {
    standard: 'commitment',
    title: '信用承诺',
    sender: 'market',
    rows: 280,
    values: (c) => ({
      code: `999900${c.day(100).replaceAll('/', '')}${String(c.number).padStart(6, '0')}`,
      subjectName: c.subject.name,
      subjectCategory: category(c.subject),
      identify: c.subject.code,
      commitmentTypeId: c.random.pick(['审批替代型', '证明事项型', '容缺受理型', '信用修复型']),
      reason: c.random.pick(['住所（经营场所）登记告知承诺', '食品经营许可告知承诺', '证明事项告知承诺']),
      content: '承诺所提交材料真实、合法、有效，已经具备并将持续符合法定条件，自觉接受监督检查。',
      liabilityBreachCommitment: '违反承诺的，依法撤销决定、承担法律责任，并记入信用记录。',
      commitmentDate: c.day(c.random.between(100, 600)),
      fulfillmentStatus: '全部履行',
      fulfillmentStatusDate: c.day(c.random.between(5, 90)),
      acceptanceUnit: c.body.name,
      acceptanceUnitIdentify: c.body.code,
      publicationType: c.random.pick(['可向社会公开', '可向社会公开', '特定范围内公开']),
    }),
  },
  {
    standard: 'abnormal-list',
    title: '经营异常名录',
    sender: 'market',
    rows: 150,
    values: (c) => {
      const removed = c.random.chance(0.4);
      return {
        ...plain(c),
        LB_MC: '经营异常名录',
        LR_RQ: c.day(c.random.between(150, 900)),
        LR_YY: c.random.pick(['未按期公示年报', '未按期公示年报', '通过登记的住所或者经营场所无法联系']),
        ...(removed
          ? {
              YC_RQ: c.day(c.random.between(5, 140)),
              YC_YY: '已补报年度报告并公示，申请移出',
              YC_JG: c.body.name,
              LB_ZT: '已移出',
            }
          : { LB_ZT: '在列' }),
      };
    },
  },
  {
    standard: 'serious-list',
    title: '严重失信主体名单',
    sender: 'tax',
    rows: 24,
    values: (c) => ({
      ...plain(c),
      MDMC: '重大税收违法失信主体',
      RDWH: `示税失信〔${c.year}〕${c.number}号`,
      LRSY: '采取偷税手段，不缴或者少缴应纳税款100万元以上，且任一年度不缴或者少缴应纳税款占当年各税种应纳税总额10%以上。',
      LRRQ: c.day(c.random.between(40, 800)),
      FLYJ: '《中华人民共和国税收征收管理法》第六十三条；《重大税收违法失信主体信息公布管理办法》第六条',
      CLJG: '追缴税款并处罚款，依法公布。',
      ZT: '在列',
    }),
  },
  {
    standard: 'honour',
    title: '守信荣誉',
    sender: 'market',
    rows: 90,
    values: (c) => ({
      ...plain(c),
      RYMC: c.random.pick(['示范市诚信经营示范单位', '守合同重信用企业', '放心消费示范单位']),
      RYJB: '市级',
      PJND: String(c.year - 1),
      RDWH: `示市监发〔${c.year}〕${c.number + 100}号`,
      RDRQ: c.day(c.random.between(60, 320)),
      YXQZI: `${c.year + 2}/12/31`,
    }),
  },
  {
    standard: 'contract',
    title: '合同履行',
    sender: 'housing',
    rows: 80,
    prefixes: ['91'],
    values: (c) => ({
      HTBH: `SFHT-${c.year}-${String(c.number).padStart(4, '0')}`,
      HTMC: c.random.pick(['市政道路养护服务合同', '办公设备采购合同', '物业管理服务合同', '信息系统运维合同']),
      HTLX: '行政合同',
      CGR: c.body.name,
      JFDM: c.body.code,
      GYS: c.subject.name,
      YFDM: c.subject.code,
      BDMC: c.random.pick(['养护服务', '办公设备', '物业服务', '运维服务']),
      SL: '1',
      HTJE: amount(c.random, 300),
      LYQX: `${c.year + 1}/06/30`,
      CGFS: c.random.pick(['公开招标', '竞争性磋商', '询价']),
      QDRQ: c.day(c.random.between(20, 300)),
      LYZT: c.random.pick(['履行中', '履行中', '履行完毕']),
    }),
  },
  {
    standard: 'coercion',
    title: '行政强制',
    sender: 'market',
    rows: 40,
    values: (c) => ({
      ...act('QZ', '示市监强制', c),
      QZ_WSMC: '实施行政强制措施决定书',
      QZ_QZLB: '扣押财物',
      QZ_SY: '涉嫌经营标签不符合规定的食品，需要查清事实。',
      QZ_YJ: '《中华人民共和国食品安全法》第一百一十条',
      QZ_NR: '扣押涉案食品12箱。',
      QZ_JDRQ: c.day(c.random.between(60, 400)),
      QZ_JCRQ: c.day(c.random.between(20, 50)),
    }),
  },
  {
    standard: 'confirmation',
    title: '行政确认',
    sender: 'emergency',
    rows: 60,
    prefixes: ['91'],
    values: (c) => ({
      ...act('QR', '示应急确', c),
      QR_WSMC: '安全生产标准化达标确认书',
      QR_QRLB: '认可',
      QR_SX: '安全生产标准化三级企业确认',
      QR_NR: '经评审，符合安全生产标准化三级企业条件。',
      QR_JDRQ: c.day(c.random.between(30, 700)),
      QR_YXQZI: `${c.year + 2}/12/31`,
      QR_ZT: '有效',
    }),
  },
  {
    standard: 'award',
    title: '行政奖励',
    sender: 'labour',
    rows: 40,
    values: (c) => ({
      ...act('JL', '示人社奖', c),
      JL_MC: c.random.pick(['市级和谐劳动关系单位', '稳岗就业先进单位']),
      JL_JLLB: '荣誉',
      JL_JB: '市级',
      JL_SY: '依法用工、稳定就业成绩突出。',
      JL_JDRQ: c.day(c.random.between(30, 500)),
    }),
  },
  {
    standard: 'grant',
    title: '行政给付',
    sender: 'labour',
    rows: 80,
    values: (c) => ({
      ...act('JF', '示人社补', c),
      JF_XM: '稳岗返还补贴',
      JF_JFLB: '补贴',
      JF_NR: '按上年度实际缴纳失业保险费的比例返还。',
      JF_JE: amount(c.random, 20),
      JF_JDRQ: c.day(c.random.between(60, 400)),
    }),
  },
  {
    standard: 'levy',
    title: '行政征收',
    sender: 'housing',
    rows: 40,
    prefixes: ['91'],
    values: (c) => ({
      ...act('ZS', '示住建征', c),
      ZS_XM: '城市基础设施配套费',
      ZS_ZSLB: '费',
      ZS_YJ: '城市基础设施配套费征收管理规定',
      ZS_YJJE: amount(c.random, 500),
      ZS_JDRQ: c.day(c.random.between(60, 700)),
      ZS_ZT: '未完成',
    }),
  },
  {
    standard: 'sector-evaluation',
    title: '环保信用评价',
    sender: 'ecology',
    rows: 100,
    prefixes: ['91'],
    values: (c) => ({
      ...plain(c),
      PJMC: '企业环保信用评价',
      PJND: String(c.year - 1),
      PJDJ: c.random.pick(['环保诚信企业', '环保良好企业', '环保良好企业', '环保警示企业']),
      PJRQ: c.day(c.random.between(100, 200)),
    }),
  },
  {
    standard: 'patent',
    title: '专利',
    sender: 'market',
    rows: 120,
    prefixes: ['91'],
    values: (c) => ({
      ...plain(c),
      SQH: `CN${c.year - 3}${c.random.digits(8)}.${c.random.digits(1)}`,
      ZLMC: c.random.pick(['一种节水灌溉装置', '一种建筑模板支撑结构', '一种食品包装封口设备', '一种除尘装置']),
      ZLLX: c.random.pick(['实用新型专利', '实用新型专利', '发明专利']),
      SQRQ: c.day(c.random.between(900, 1_200)),
      SQGGRQ: c.day(c.random.between(200, 600)),
      FLZT: '有效',
      YXQZI: `${c.year + 6}/12/31`,
    }),
  },
  {
    standard: 'social-insurance',
    title: '社会保险缴纳',
    sender: 'labour',
    rows: 200,
    prefixes: ['91'],
    values: (c) => ({
      ...plain(c),
      XZ: '基本养老保险',
      JFNY: `${c.year}${String((c.number % 9) + 1).padStart(2, '0')}`,
      CBRS: String(c.random.between(2, 180)),
      SJJE: amount(c.random, 30),
      JFZT: '正常缴费',
    }),
  },
];

export interface CatalogueFile {
  readonly standard: string;
  readonly title: string;
  readonly sender: DepartmentKey;
  readonly rows: number;
}

/** The files of a city of so many organisations. */
export const catalogueFiles = (subjects: number): CatalogueFile[] =>
  MAKERS.map(({ standard, title, sender, rows }) => ({
    standard,
    title,
    sender,
    rows: Math.max(1, Math.floor((rows * subjects) / 5_000)),
  }));

/** Values by column code, one organisation a row; the same for the same seed. */
export function* catalogueRows(
  file: CatalogueFile,
  city: {
    seed: number;
    asOf: number;
    registered: number;
    subject: (index: number) => PlannedSubject;
    body: { name: string; code: string };
  },
): Generator<Values> {
  const at = MAKERS.findIndex((maker) => maker.standard === file.standard);
  const maker = MAKERS[at];
  if (!maker) throw new RangeError(`no rows are made for ${file.standard}`);
  const prefixes = maker.prefixes ?? ['91', '92', '93'];
  const year = Number(slashed(city.asOf).slice(0, 4));
  const step = Math.max(1, Math.floor(city.registered / (file.rows * 3)));
  let made = 0;
  for (let index = (at * 7) % city.registered, seen = 0; made < file.rows && seen < city.registered; seen += 1) {
    const subject = city.subject(index);
    const random = randomOf(city.seed, REALM + at, index);
    index = (index + step) % city.registered;
    if (!prefixes.includes(subject.prefix)) continue;
    made += 1;
    yield maker.values({
      random,
      subject,
      number: made,
      body: city.body,
      day: (before) => slashed(city.asOf - before),
      year,
    });
  }
}
