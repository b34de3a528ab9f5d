/** Policy, subject and records for tests and benchmarks of the report, deterministic and without a database. */

import { fakePolicy } from '../disclosure/fake-policy.ts';
import { type DisclosureFacts, discloseRecord } from '../disclosure/index.ts';
import type { FieldRole, PolicyRuntime, StandardField } from '../policy/types.ts';
import type { DisclosedRecord, ReportIssue, ReportRecord, ReportSubject } from './types.ts';

function field(
  code: string,
  zh: string,
  role: FieldRole | undefined,
  extra: Partial<StandardField> = {},
): StandardField {
  return {
    code,
    label: { zh, en: code },
    type: 'text',
    required: 'never',
    publicity: 'public',
    ...(role ? { role } : {}),
    ...extra,
  };
}

const common = (p: string): StandardField[] => [
  field(`${p}_XDR_MC`, '行政相对人名称', 'subjectName'),
  field(`${p}_FRDB`, '法定代表人', 'legalRepresentative', { person: 'name' }),
  field(`${p}_FR_ZJHM`, '法定代表人证件号码', 'legalRepresentativeDocument', {
    person: 'document',
    publicity: 'internal',
  }),
];

const standards: Record<string, { item: string; name: string; fields: StandardField[] }> = {
  licence: {
    item: 'licence',
    name: '行政许可信息',
    fields: [
      ...common('XK'),
      field('XK_XKWS', '行政许可决定文书名称', 'documentTitle'),
      field('XK_WSH', '行政许可决定文书号', 'documentNumber'),
      field('XK_XKLB', '许可类别', 'categories', { type: 'multiEnum' }),
      field('XK_XKZS', '许可证书名称', undefined),
      field('XK_XKBH', '许可编号', 'certificateNumber'),
      field('XK_NR', '许可内容', 'content', { length: 4000 }),
      field('XK_JDRQ', '许可决定日期', 'decidedOn', { type: 'date' }),
      field('XK_YXQZ', '有效期自', 'effectiveFrom', { type: 'date' }),
      field('XK_YXQZI', '有效期至', 'effectiveTo', { type: 'date' }),
      field('XK_XKJG', '许可机关', 'decidingBody'),
      field('XK_XKJGDM', '许可机关统一社会信用代码', 'decidingBodyCode'),
      field('XK_LYDW', '数据来源单位', 'sourceBody'),
      field('XK_LYDWDM', '数据来源单位统一社会信用代码', 'sourceBodyCode'),
      field('BZ', '备注', 'remark', { publicity: 'government' }),
    ],
  },
  penalty: {
    item: 'penalty',
    name: '行政处罚信息',
    fields: [
      ...common('CF'),
      field('CF_WSH', '行政处罚决定书文号', 'documentNumber'),
      field('CF_WFXW', '违法行为类型', 'conduct'),
      field('CF_SY', '违法事实', 'facts'),
      field('CF_YJ', '处罚依据', 'legalGround'),
      field('CF_CFLB', '处罚类别', 'categories', { type: 'multiEnum' }),
      field('CF_NR', '处罚内容', 'content'),
      field('CF_NR_FK', '罚款金额（万元）', 'amount', { type: 'amount10k' }),
      field('CF_NR_WFFF', '没收违法所得、没收非法财物的金额（万元）', 'confiscated', { type: 'amount10k' }),
      field('CF_JDRQ', '处罚决定日期', 'decidedOn', { type: 'date' }),
      field('CF_YXQ', '处罚有效期', 'effectiveTo', { type: 'date' }),
      field('CF_GSJZQ', '公示截止期', 'disclosedUntilReported', { type: 'date' }),
      field('CF_CFJG', '处罚机关', 'decidingBody'),
      field('CF_CFJGDM', '处罚机关统一社会信用代码', 'decidingBodyCode'),
      field('CF_SJLY', '数据来源单位', 'sourceBody'),
    ],
  },
};

export function fakeReportPolicy(): PolicyRuntime {
  const base = { ...fakePolicy() };
  const known = base.catalogueItem;
  const standardOf = (key: string) => {
    const found = standards[key];
    if (!found) throw new Error(`no standard ${key}`);
    const name = { zh: found.name, en: key };
    return {
      standard: key,
      item: found.item,
      fields: found.fields,
      editions: [],
      keyRoles: [],
      name,
      hash: `std-${key}`,
    };
  };
  const own: Partial<PolicyRuntime> = {
    standard: standardOf,
    standards: () => Object.keys(standards).map(standardOf),
    catalogue: () => ({
      edition: '2024年版',
      categories: [{ key: 'administration', number: 3, name: { zh: '行政管理信息', en: 'Administrative acts' } }],
      items: [],
      hash: 'catalogue-hash',
    }),
    catalogueItem: (key) => {
      const item = known(key);
      return (
        item && {
          ...item,
          ...(key === 'licence' || key === 'penalty' ? { section: key === 'licence' ? 'licences' : 'penalties' } : {}),
        }
      );
    },
    codeTable: () => ({ values: [] }),
    industry: () => undefined,
    purposes: () => [
      {
        key: 'bidding',
        name: { zh: '资格审查', en: 'Qualification' },
        roles: ['departmentOfficer', 'operator'],
        acts: ['report'],
        publicity: 'internal',
        matter: 'optional',
        caseNumber: 'optional',
        basis: [],
      },
    ],
  };
  return Object.assign(base as { -readonly [Key in keyof PolicyRuntime]: PolicyRuntime[Key] }, own);
}

export const fakeSubject: ReportSubject = {
  subjectId: '01900000-0000-7000-8000-000000000001',
  kind: 'enterprise',
  name: '示范市启明建筑工程有限公司',
  unifiedCode: '91370214661297710X',
  status: '存续（在营、开业、在册）',
  provisional: false,
  establishedOn: '1989-03-24',
  address: '示范市滨江区沧湖东路8号',
  industry: 'E 建筑业',
  region: '370214',
  formerNames: [{ name: '启明土木工程队', from: '1998-01-01', to: '2005-06-30' }],
  register: {
    legalRepresentative: '欧阳建国',
    companyType: '有限责任公司（自然人投资或控股）',
    registrationAuthority: '示范市市场监督管理局',
    registeredCapital: '2500 万元人民币',
    businessScope:
      '许可项目：建设工程施工；住宅室内装饰装修。（依法须经批准的项目，经相关部门批准后方可开展经营活动，具体经营项目以审批结果为准）一般项目：土石方工程施工；园林绿化工程施工；工程管理服务；建筑材料销售；机械设备租赁。',
  },
};

const bureaus = ['示范市住房和城乡建设局', '示范市应急管理局', '示范市市场监督管理局', '示范市城市管理综合行政执法局'];
const bureau = (at: number): string => bureaus[at % bureaus.length] ?? '';

const day = (at: number, base: string): string =>
  new Date(Date.parse(`${base}T00:00:00Z`) - at * 86_400_000).toISOString().slice(0, 10);

export function fakePenalty(at: number, change: Partial<ReportRecord> = {}): ReportRecord {
  const decidedOn = day(at, '2026-11-18');
  return {
    recordId: `penalty-${String(at).padStart(6, '0')}`,
    item: 'penalty',
    standard: 'penalty',
    documentNumber: `示住建罚〔2026〕${117 + at} 号`,
    decidedOn,
    effectiveFrom: null,
    effectiveTo: '2099-12-31',
    decidingBody: bureau(at),
    sourceBody: bureau(at),
    categories: ['罚款'],
    domain: null,
    severity: at % 3 === 0 ? 'general' : null,
    amountFen: 2_000_000n + BigInt(at) * 1_234n,
    confiscatedFen: null,
    payload: {
      CF_XDR_MC: fakeSubject.name,
      CF_FRDB: '欧阳建国',
      CF_FR_ZJHM: 'pt_TOKENTOKENTOKENTOKENTOKEN',
      CF_WSH: `示住建罚〔2026〕${117 + at} 号`,
      CF_WFXW: '未取得施工许可证擅自施工',
      CF_SY:
        '当事人承建的滨江区沧湖东路综合楼项目，在未取得建筑工程施工许可证的情况下于2026年9月3日擅自组织施工，至检查之日已完成基础工程。',
      CF_YJ: '《中华人民共和国建筑法》第六十四条、《建筑工程施工许可管理办法》第十二条',
      CF_CFLB: ['罚款'],
      CF_NR: '责令停止施工，限期改正，并处罚款人民币贰万元整。',
      CF_JDRQ: decidedOn,
      CF_YXQ: '2099-12-31',
      CF_CFJG: bureau(at),
      CF_CFJGDM: '11370200004276540R',
      CF_SJLY: bureau(at),
    },
    events: [],
    submissionId: '01900000-0000-7000-8000-00000000abcd',
    rowNo: at + 1,
    policySetId: 1,
    recordedAt: '2026-11-19T02:03:04.000Z',
    ...change,
  };
}

export function fakeLicence(at: number, change: Partial<ReportRecord> = {}): ReportRecord {
  const decidedOn = day(at * 3, '2026-10-08');
  return {
    ...fakePenalty(at),
    recordId: `licence-${String(at).padStart(6, '0')}`,
    item: 'licence',
    standard: 'licence',
    documentNumber: `示审建许〔2026〕${at + 1} 号`,
    decidedOn,
    effectiveFrom: decidedOn,
    effectiveTo: at % 2 === 0 ? '2029-10-07' : '2099-12-31',
    categories: ['普通'],
    severity: null,
    amountFen: null,
    payload: {
      XK_XDR_MC: fakeSubject.name,
      XK_XKWS: '建筑业企业资质证书准予行政许可决定书',
      XK_WSH: `示审建许〔2026〕${at + 1} 号`,
      XK_XKLB: ['普通'],
      XK_XKZS: '建筑业企业资质证书',
      XK_XKBH: `D337${String(100_000 + at)}`,
      XK_NR: '建筑工程施工总承包贰级；市政公用工程施工总承包贰级；地基基础工程专业承包贰级。',
      XK_JDRQ: decidedOn,
      XK_YXQZ: decidedOn,
      XK_YXQZI: at % 2 === 0 ? '2029-10-07' : '2099-12-31',
      XK_XKJG: '示范市行政审批服务局',
      XK_XKJGDM: '11370200MB28535437',
      XK_LYDW: '示范市行政审批服务局',
      XK_LYDWDM: '11370200MB28535437',
    },
    decidingBody: '示范市行政审批服务局',
    sourceBody: '示范市行政审批服务局',
    ...change,
  };
}

export function disclosed(
  records: readonly ReportRecord[],
  on: string,
  policy: PolicyRuntime,
  subject: ReportSubject = fakeSubject,
): DisclosedRecord[] {
  return records.map((record) => {
    const facts: DisclosureFacts = { ...record, procedure: null, subjectKind: subject.kind, counterpartyPerson: false };
    return { record, disclosure: discloseRecord(facts, record.events, on, policy) };
  });
}

export const fakeIssue: ReportIssue = {
  number: 'CR-370200-20261122-7K2M9QX4TD',
  issuedAt: '2026-11-22T01:00:05.000Z',
  contentHash: '0'.repeat(64),
  requester: '社会公众',
  purpose: null,
  verifyUrl: 'http://127.0.0.1:8080/verify/CR-370200-20261122-7K2M9QX4TD?h=0123456789abcdef',
  site: '信用中国（示范市）',
};
