/** Words of the sheets for what policy files hold as keys. */
import type { FieldRole } from '../policy/index.ts';

export interface Word<T extends string> {
  readonly all: readonly string[];
  readonly first: T;
  say(value: T): string;
  read(text: string): T | undefined;
}
function table<T extends string>(entries: Readonly<Record<T, string>>): Word<T> {
  const keys = Object.keys(entries) as T[];
  return {
    all: keys.map((key) => entries[key]),
    first: keys[0] as T,
    say: (value) => entries[value],
    read: (text) => keys.find((key) => entries[key] === text || key === text),
  };
}

export const words = {
  publicity: table({ public: '公开', authorised: '授权查询', government: '政务共享', internal: '内部' }),
  subjects: table({ enterprise: '企业', soleTrader: '个体工商户', organisation: '社会组织', person: '自然人' }),
  fieldType: table({
    text: '文本',
    enum: '单选',
    multiEnum: '多选',
    date: '日期',
    amount10k: '万元金额',
    nameList: '名称列表',
  }),
  required: table({ always: '必填', conditional: '按规则', never: '选填' }),
  person: table({ document: '证件', name: '姓名' }),
  severity: table({ correct: '更正', warn: '提示', doubt: '存疑', refuse: '拒收' }),
  class: table({ minor: '轻微', general: '一般', serious: '严重' }),
};

export const factLabels: Readonly<Record<string, string>> = {
  categories: '处罚种类',
  amountFen: '罚款金额（分）',
  confiscatedFen: '没收金额（分）',
  procedure: '适用程序',
  subjectKind: '主体种类',
  decidedOn: '决定日期',
  domain: '领域',
};

export const roleLabels: Readonly<Record<FieldRole, string>> = {
  subjectName: '主体名称',
  subjectCategory: '主体类别',
  unifiedCode: '统一社会信用代码',
  registrationNumber: '工商注册号',
  organisationCode: '组织机构代码',
  taxNumber: '税务登记号',
  institutionNumber: '事业单位证书号',
  socialNumber: '社会组织登记证号',
  legalRepresentative: '法定代表人',
  legalRepresentativeDocumentType: '法定代表人证件类型',
  legalRepresentativeDocument: '法定代表人证件号码',
  personDocumentType: '证件类型',
  personDocument: '证件号码',
  documentTitle: '文书名称',
  documentNumber: '文书号',
  certificateNumber: '证书编号',
  decidedOn: '决定日期',
  effectiveFrom: '有效期自',
  effectiveTo: '有效期至',
  endedOn: '终止日期',
  disclosedUntilReported: '公示截止期',
  decidingBody: '作出机关',
  decidingBodyCode: '作出机关代码',
  sourceBody: '数据来源单位',
  sourceBodyCode: '数据来源单位代码',
  categories: '种类',
  content: '内容',
  facts: '事实',
  conduct: '行为类型',
  legalGround: '法律依据',
  amount: '金额',
  confiscated: '没收金额',
  suspendedCertificate: '暂扣证照',
  recordStatus: '记录状态',
  procedure: '适用程序',
  remark: '备注',
  status: '登记状态',
  companyType: '企业类型',
  establishedOn: '成立日期',
  registrationAuthority: '登记机关',
  formerNames: '曾用名',
  address: '住所',
  industry: '行业',
  businessScope: '经营范围',
  registeredCapital: '注册资本',
};
