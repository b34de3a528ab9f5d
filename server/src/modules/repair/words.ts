/** The states, commands, parties and clocks of a repair in words that an applicant understands, and what each command asks. */
import type { CaseWords } from '../casework/index.ts';
import type { Bilingual } from '../policy/index.ts';
import type { RepairCommand, RepairParty, RepairState } from './state.ts';

const states: Readonly<Record<RepairState, Bilingual>> = {
  draft: { zh: '填写中，尚未提交', en: 'Being filled in' },
  submitted: { zh: '已提交', en: 'Handed in' },
  forwarded: { zh: '待受理', en: 'Waiting to be accepted' },
  supplementRequested: { zh: '待补正材料', en: 'More material is needed' },
  accepted: { zh: '已受理', en: 'Accepted' },
  notAccepted: { zh: '不予受理', en: 'Not accepted' },
  inReview: { zh: '审查中', en: 'Being reviewed' },
  expertReview: { zh: '检验、鉴定、评审中', en: 'With experts' },
  approved: { zh: '同意修复，已停止公示', en: 'Repaired; no longer shown' },
  rejected: { zh: '不同意修复', en: 'Rejected' },
  synced: { zh: '已修复，结果已报送', en: 'Repaired; the result was passed on' },
  confirmed: { zh: '已修复，各处均已停止公示', en: 'Repaired; taken down everywhere' },
  withdrawn: { zh: '已撤回', en: 'Withdrawn' },
  moot: { zh: '已终结，无需修复', en: 'Ended: no repair is needed' },
  revoked: { zh: '修复已撤销', en: 'The repair was revoked' },
};

const commands: Readonly<Record<RepairCommand, Bilingual>> = {
  submit: { zh: '提交申请', en: 'Hand in' },
  forward: { zh: '推送认定单位', en: 'Handed on' },
  accept: { zh: '受理', en: 'Accept' },
  refuseAcceptance: { zh: '不予受理', en: 'Refuse acceptance' },
  requestSupplement: { zh: '一次性告知补正', en: 'Ask for what is missing' },
  supplement: { zh: '提交补正', en: 'Hand in what was missing' },
  beginReview: { zh: '开始审查', en: 'Begin the review' },
  beginExpertReview: { zh: '送检验、鉴定、评审', en: 'Send to experts' },
  endExpertReview: { zh: '检验、鉴定、评审结束', en: 'Experts have answered' },
  approve: { zh: '同意修复', en: 'Approve' },
  reject: { zh: '不同意修复', en: 'Reject' },
  sync: { zh: '结果已报送信用中国', en: 'Result passed on' },
  confirm: { zh: '各处已停止公示', en: 'Taken down everywhere' },
  withdraw: { zh: '撤回申请', en: 'Withdraw' },
  closeMoot: { zh: '终结', en: 'Ended' },
  revoke: { zh: '撤销修复', en: 'Revoke the repair' },
  reopen: { zh: '重新办理', en: 'Reopen' },
};

const parties: Readonly<Record<RepairParty, Bilingual>> = {
  subject: { zh: '申请人', en: 'The applicant' },
  recogniser: { zh: '认定单位', en: 'The recognising body' },
  platform: { zh: '信用平台', en: 'The credit platform' },
};

const clocks: Readonly<Record<string, Bilingual>> = {
  draft: { zh: '填写提醒', en: 'Reminder to finish' },
  forward: { zh: '推送', en: 'Handing on' },
  accept: { zh: '决定是否受理', en: 'Acceptance' },
  supplement: { zh: '补正', en: 'Supplement' },
  decide: { zh: '作出决定', en: 'Decision' },
  total: { zh: '全程办结', en: 'The whole procedure' },
  sync: { zh: '报送结果', en: 'Passing the result on' },
  confirm: { zh: '各处停止公示', en: 'Taking down everywhere' },
};

const allDuties = (required: boolean) => ({
  key: 'dutiesConfirmed',
  label: { zh: '义务履行情况', en: 'Duties' },
  required,
  options: [
    {
      key: 'all',
      name: { zh: '已核实：全部义务均已履行完毕', en: 'Checked: every duty is fulfilled' },
    },
  ],
});
const told = { zh: '告知申请人的理由', en: 'What the applicant is told' };

export const repairWords: CaseWords = {
  states,
  commands,
  parties,
  clocks,
  opened: { zh: '开始申请', en: 'Begun' },
  asks: {
    submit: { note: 'none', tone: 'primary' },
    supplement: { note: 'optional', tone: 'primary' },
    accept: { note: 'optional', tone: 'primary' },
    refuseAcceptance: {
      note: 'required',
      noteLabel: told,
      confirm: {
        zh: '不予受理后，理由和救济渠道会告知申请人，并报送信用中国。',
        en: 'The applicant is told the reason and the ways against it; the national site too.',
      },
    },
    requestSupplement: {
      note: 'required',
      noteLabel: {
        zh: '需要补正的全部材料（只能告知一次，每行一项）',
        en: 'Everything that is missing (named once; one a line)',
      },
    },
    approve: {
      note: 'optional',
      choices: [allDuties(true)],
      confirm: {
        zh: '同意后，该信息立即在门户、接口、报告、核查中停止公示和使用，并通知收到过它的单位。',
        en: 'The record is shown and used nowhere from this moment on, and whoever received it is told.',
      },
      tone: 'primary',
    },
    reject: {
      note: 'required',
      noteLabel: told,
      confirm: {
        zh: '不同意修复的理由和救济渠道会告知申请人，并报送信用中国。',
        en: 'The applicant is told the reason and the ways against it; the national site too.',
      },
    },
    withdraw: {
      note: 'none',
      tone: 'danger',
      confirm: { zh: '撤回后本件不再办理，以后可以重新申请。', en: 'It is handled no further; you may apply again.' },
    },
    revoke: {
      note: 'required',
      tone: 'danger',
      confirm: {
        zh: '撤销后恢复公示剩余期限，申请人在规定年限内不得再申请信用修复。',
        en: 'Display resumes for the time that is left, and the applicant is barred for the years of policy.',
      },
    },
    sync: { note: 'optional', tone: 'primary' },
    confirm: { note: 'optional', tone: 'primary' },
    reopen: { note: 'required' },
  },
};
