/** The states, commands, parties and clocks of an objection, in words. */
import type { Bilingual } from '../policy/index.ts';
import type { ObjectionCommand, ObjectionParty, ObjectionState } from './state.ts';

export const stateWords: Readonly<Record<ObjectionState, Bilingual>> = {
  submitted: { zh: '已提交，待受理', en: 'Submitted, waiting to be taken up' },
  refusedAcceptance: { zh: '不予受理', en: 'Not taken up' },
  withdrawn: { zh: '已撤回', en: 'Withdrawn' },
  accepted: { zh: '已受理，平台核查中', en: 'Taken up; the platform is checking' },
  forwarded: { zh: '已转信息提供单位核查', en: 'With the body that reported it' },
  expertReview: { zh: '检验、鉴定或专家评审中', en: 'With experts' },
  answered: { zh: '提供单位已答复，待处理', en: 'Answered; to be decided' },
  upheld: { zh: '异议成立，待告知', en: 'Upheld; to be told' },
  partlyUpheld: { zh: '部分成立，待告知', en: 'Partly upheld; to be told' },
  dismissed: { zh: '异议不成立，待告知', en: 'Dismissed; to be told' },
  undetermined: { zh: '无法核实，待告知', en: 'Cannot be settled; to be told' },
  closed: { zh: '已办结', en: 'Closed' },
};

export const commandWords: Readonly<Record<ObjectionCommand, Bilingual>> = {
  accept: { zh: '受理', en: 'Take up' },
  refuseAcceptance: { zh: '不予受理', en: 'Do not take up' },
  withdraw: { zh: '撤回', en: 'Withdraw' },
  forward: { zh: '转提供单位核查', en: 'Forward to the source' },
  answer: { zh: '答复', en: 'Answer' },
  beginExpertReview: { zh: '送检验、鉴定、评审', en: 'Send to experts' },
  endExpertReview: { zh: '检验、鉴定、评审结束', en: 'Experts have answered' },
  uphold: { zh: '异议成立', en: 'Uphold' },
  upholdPartly: { zh: '部分成立', en: 'Uphold in part' },
  dismiss: { zh: '异议不成立', en: 'Dismiss' },
  leaveUndetermined: { zh: '无法核实', en: 'Cannot be settled' },
  notify: { zh: '告知并办结', en: 'Tell and close' },
  reopen: { zh: '重新办理', en: 'Reopen' },
};

const partyWords: Readonly<Record<ObjectionParty | 'clock' | 'handler' | 'superior', Bilingual>> = {
  subject: { zh: '信息主体', en: 'The organisation' },
  platform: { zh: '信用主管单位', en: 'The credit office' },
  provider: { zh: '信息提供单位', en: 'The source body' },
  clock: { zh: '时限', en: 'The clock' },
  handler: { zh: '承办人', en: 'The handler' },
  superior: { zh: '负责人', en: 'The superior' },
};

const eventWords: Readonly<Record<string, Bilingual>> = {
  opened: { zh: '提交异议', en: 'Submitted' },
  reminder: { zh: '临期提醒', en: 'Reminder' },
  escalation: { zh: '逾期，已报上级', en: 'Overdue; the superior was told' },
  extensionAsked: { zh: '申请延期', en: 'Extension asked for' },
  extensionGranted: { zh: '同意延期', en: 'Extension granted' },
  extensionRefused: { zh: '不同意延期', en: 'Extension refused' },
};

export const clockWords: Readonly<Record<string, Bilingual>> = {
  accept: { zh: '受理时限', en: 'Acceptance' },
  provider: { zh: '提供单位核查时限', en: 'The source’s check' },
  total: { zh: '办结时限', en: 'Whole procedure' },
};

const same = (text: string): Bilingual => ({ zh: text, en: text });

export const stateLabel = (state: string): Bilingual => stateWords[state as ObjectionState] ?? same(state);
export const partyLabel = (party: string): Bilingual => partyWords[party as ObjectionParty] ?? same(party);
export const eventLabel = (kind: string, name: string): Bilingual =>
  (kind === 'command' ? commandWords[name as ObjectionCommand] : eventWords[kind]) ?? same(name);
export const clockLabel = (key: string): Bilingual => clockWords[key] ?? same(key);
