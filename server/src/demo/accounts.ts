/** Accounts of the demonstration city. Their password is public: while one of them is enabled only this machine is served. */
import type { Role } from '../context.ts';
import type { DepartmentKey } from './bodies.ts';

export const DEMO_PASSWORD = 'Shifan-City-2026';

export interface DemoAccount {
  readonly login: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** Key of the body; null for the administrators. */
  readonly body: DepartmentKey | 'credit' | 'district1' | null;
  readonly kind?: 'vendor';
  readonly can: { readonly zh: string; readonly en: string };
}

const officer = (
  login: string,
  name: string,
  body: DepartmentKey | 'district1',
  zh: string,
  en: string,
): DemoAccount => ({
  login,
  name,
  roles: ['departmentOfficer'],
  body,
  can: { zh, en },
});

/** Reads with an organisation's authorisation; its bank and the company below are made when the city is loaded. */
export const readerAccount: DemoAccount = {
  login: 'yh',
  name: '示范银行·方晴',
  roles: ['authorisedReader'],
  body: null,
  can: { zh: '示范银行（经企业授权查询）', en: 'a bank, with the company’s authorisation' },
};
export const representativeAccount: DemoAccount = {
  login: 'qy',
  name: '企业代表·沈杉',
  roles: ['companyRepresentative'],
  body: null,
  can: { zh: '企业代表（授权、撤回、看使用）', en: 'a company, gives and revokes' },
};

const DEMO_ACCOUNTS: readonly DemoAccount[] = [
  {
    login: 'xyb',
    name: '信用办·林和',
    roles: ['creditOffice'],
    body: 'credit',
    can: { zh: '市信用办', en: 'credit office' },
  },
  officer(
    'scjg',
    '市场监管·周敏',
    'market',
    '市市场监管局经办（录入需复核）',
    'market supervision, enters (a second reader decides)',
  ),
  officer('scjg-fh', '市场监管·郑刚', 'market', '市市场监管局复核', 'market supervision, second reader'),
  officer('zjj', '住建·吴涛', 'housing', '市住建局经办', 'housing and construction'),
  officer('jtj', '交通·王磊', 'transport', '市交通运输局经办', 'transport'),
  officer(
    'jtj-b',
    '交通·沈悦',
    'transport',
    '市交通运输局，代理请假的王磊',
    'transport, deputy of jtj who is on leave',
  ),
  officer('sthj', '生态环境·冯静', 'ecology', '市生态环境局经办', 'ecology and environment'),
  officer('yjj', '应急·陈勇', 'emergency', '市应急局经办', 'emergency management'),
  officer('wjw', '卫健·许娜', 'health', '市卫健委经办', 'health'),
  officer('swj', '税务·何杰', 'tax', '市税务局经办', 'tax'),
  officer('cqzf', '东城·孙丽', 'district1', '区经办', 'officer of a district'),
  {
    login: 'qgl',
    name: '区账号管理·刘洋',
    roles: ['accountManager'],
    body: 'district1',
    can: { zh: '区账号管理员', en: 'account manager of a district' },
  },
  {
    login: 'wb-yw',
    name: '外包运维·赵强',
    roles: ['departmentOfficer'],
    body: 'transport',
    kind: 'vendor',
    can: { zh: '外包人员（未启用，不能登录）', en: 'vendor, switched off: cannot sign in' },
  },
  {
    login: 'xtgl',
    name: '系统管理员',
    roles: ['systemAdmin'],
    body: null,
    can: { zh: '系统管理员', en: 'system administrator' },
  },
  {
    login: 'aqgl',
    name: '安全管理员',
    roles: ['securityAdmin'],
    body: null,
    can: { zh: '安全管理员', en: 'security administrator' },
  },
  {
    login: 'sjgl',
    name: '审计管理员',
    roles: ['auditAdmin'],
    body: null,
    can: { zh: '审计管理员', en: 'audit administrator' },
  },
];

/** For printing and for tests. */
export const demoAccounts = (): readonly DemoAccount[] => [...DEMO_ACCOUNTS, readerAccount, representativeAccount];
/** Those that need nothing but their body. */
export const firstAccounts = (): readonly DemoAccount[] => DEMO_ACCOUNTS;

const width = (text: string): number =>
  [...text].reduce((sum, character) => sum + (character.charCodeAt(0) > 0xff ? 2 : 1), 0);

/** Lines for the terminal. */
export function accountLines(): string[] {
  return [
    `  演示账号 demonstration accounts（口令 password: ${DEMO_PASSWORD}）`,
    ...demoAccounts().map(
      ({ login, can }) => `    ${login.padEnd(9)} ${can.zh}${' '.repeat(Math.max(1, 34 - width(can.zh)))}${can.en}`,
    ),
  ];
}
