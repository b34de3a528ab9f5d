/** The templates of a dump: one file each, CSV or XLSX, found by their headings. `docs/operate/migrate.md` explains them. */

export const templateKeys = ['bodies', 'records', 'states', 'reports', 'accounts', 'cases'] as const;
export type TemplateKey = (typeof templateKeys)[number];

export interface TemplateColumn {
  readonly key: string;
  readonly heading: string;
  readonly required: boolean;
}

const must = (key: string, heading: string): TemplateColumn => ({ key, heading, required: true });
const may = (key: string, heading: string): TemplateColumn => ({ key, heading, required: false });

export interface Template {
  readonly key: TemplateKey;
  readonly name: { readonly zh: string; readonly en: string };
  readonly columns: readonly TemplateColumn[];
}

export const templates: Readonly<Record<TemplateKey, Template>> = {
  bodies: {
    key: 'bodies',
    name: { zh: '单位及承继关系', en: 'Bodies and their successors' },
    columns: [
      must('code', '单位代码'),
      must('name', '单位名称'),
      must('kind', '类别'),
      may('parent', '上级单位代码'),
      may('successor', '承继单位代码'),
      may('succeededOn', '承继日期'),
      may('document', '承继依据文号'),
    ],
  },
  records: {
    key: 'records',
    name: { zh: '信息文件目录', en: 'Files of records' },
    columns: [must('file', '文件名'), must('standard', '数据标准'), must('org', '报送单位代码')],
  },
  states: {
    key: 'states',
    name: { zh: '信息状态', en: 'States of records' },
    columns: [
      must('code', '统一社会信用代码'),
      must('standard', '数据标准'),
      must('document', '文书号'),
      may('decidedOn', '决定日期'),
      must('state', '状态'),
      must('on', '生效日期'),
      may('basis', '依据文号'),
      may('former', '原系统办件编号'),
      may('note', '说明'),
    ],
  },
  reports: {
    key: 'reports',
    name: { zh: '已出具报告', en: 'Reports issued' },
    columns: [must('number', '报告编号'), must('issuedOn', '出具日期'), may('hash', '内容摘要')],
  },
  accounts: {
    key: 'accounts',
    name: { zh: '账号', en: 'Accounts' },
    columns: [
      must('login', '登录名'),
      must('name', '姓名'),
      must('body', '单位代码'),
      may('role', '原角色'),
      may('grant', '角色'),
    ],
  },
  cases: {
    key: 'cases',
    name: { zh: '在办事项', en: 'Open cases' },
    columns: [
      must('former', '原系统办件编号'),
      must('type', '类型'),
      must('code', '统一社会信用代码'),
      may('document', '文书号'),
      may('decidedOn', '决定日期'),
      may('kind', '异议情形'),
      must('statement', '事实和理由'),
      may('wanted', '请求'),
      must('receivedOn', '收件日期'),
      may('acceptedOn', '受理日期'),
      may('commitmentOn', '承诺签署日期'),
    ],
  },
};
