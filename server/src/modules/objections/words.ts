/** The states, commands, parties and clocks of an objection in words, and what each command asks for. */
import type { CaseWords } from '../casework/index.ts';
import type { Bilingual } from '../policy/index.ts';
import type { ObjectionCommand, ObjectionParty, ObjectionState } from './state.ts';

const states: Readonly<Record<ObjectionState, Bilingual>> = {
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

const commands: Readonly<Record<ObjectionCommand, Bilingual>> = {
  accept: { zh: '受理', en: 'Take up' },
  refuseAcceptance: { zh: '不予受理', en: 'Do not take up' },
  withdraw: { zh: '撤回异议', en: 'Withdraw the objection' },
  forward: { zh: '转提供单位核查', en: 'Forward to the source' },
  answer: { zh: '答复', en: 'Answer' },
  proposeCorrection: { zh: '填写更正内容', en: 'Fill in the correction' },
  beginExpertReview: { zh: '送检验、鉴定、评审', en: 'Send to experts' },
  endExpertReview: { zh: '检验、鉴定、评审结束', en: 'Experts have answered' },
  uphold: { zh: '异议成立', en: 'Uphold' },
  upholdPartly: { zh: '部分成立', en: 'Uphold in part' },
  dismiss: { zh: '异议不成立', en: 'Dismiss' },
  leaveUndetermined: { zh: '无法核实', en: 'Cannot be settled' },
  notify: { zh: '告知并办结', en: 'Tell and close' },
  reopen: { zh: '重新办理', en: 'Reopen' },
};

const parties: Readonly<Record<ObjectionParty, Bilingual>> = {
  subject: { zh: '信息主体', en: 'The organisation' },
  platform: { zh: '信用主管单位', en: 'The credit office' },
  provider: { zh: '信息提供单位', en: 'The source body' },
};

const clocks: Readonly<Record<string, Bilingual>> = {
  accept: { zh: '受理时限', en: 'Acceptance' },
  provider: { zh: '提供单位核查时限', en: 'The source’s check' },
  total: { zh: '办结时限', en: 'Whole procedure' },
};

const remedy = {
  key: 'remedy',
  label: { zh: '处理方式', en: 'What follows' },
  required: true,
  options: [
    { key: 'withdraw', name: { zh: '撤回该条信息，立即停止公示', en: 'Withdraw the record; it is shown no more' } },
    {
      key: 'correct',
      name: { zh: '按填写的更正内容更正', en: 'Correct it as filled in' },
    },
    { key: 'stopDisplay', name: { zh: '停止公示', en: 'End its display' } },
    { key: 'reclassify', name: { zh: '重新认定失信程度', en: 'Determine the severity class anew' } },
  ],
};
const severity = {
  key: 'severity',
  label: { zh: '失信程度', en: 'Severity class' },
  required: true,
  when: { key: 'remedy', values: ['reclassify'] },
  options: [
    { key: 'minor', name: { zh: '轻微', en: 'Minor' } },
    { key: 'general', name: { zh: '一般', en: 'General' } },
    { key: 'serious', name: { zh: '严重', en: 'Serious' } },
  ],
};

export const objectionWords: CaseWords = {
  states,
  commands,
  parties,
  clocks,
  opened: { zh: '提交异议', en: 'Submitted' },
  asks: {
    accept: { tone: 'primary' },
    refuseAcceptance: {
      note: 'required',
      noteLabel: { zh: '告知申请人的说明', en: 'What the applicant is told' },
      confirm: {
        zh: '不予受理后，申请人会收到理由和救济渠道。',
        en: 'The applicant is told the reason and the ways against it.',
      },
    },
    withdraw: {
      note: 'none',
      confirm: { zh: '撤回后不再核查，标注同时去除。', en: 'It is examined no further and the mark goes.' },
      tone: 'danger',
    },
    forward: {
      noteLabel: { zh: '平台核对情况（提供单位可见）', en: 'What the platform found (the source reads it)' },
      tone: 'primary',
    },
    answer: {
      note: 'required',
      noteLabel: { zh: '核查情况和意见', en: 'What was found' },
      tone: 'primary',
    },
    uphold: {
      note: 'required',
      noteLabel: { zh: '认定的事实和理由', en: 'Findings and reasons' },
      choices: [remedy, severity],
      confirm: { zh: '处理结果立即生效，并告知异议人。', en: 'It takes effect at once and the applicant is told.' },
      tone: 'primary',
    },
    upholdPartly: {
      note: 'required',
      noteLabel: { zh: '认定的事实和理由', en: 'Findings and reasons' },
      choices: [remedy, severity],
      confirm: { zh: '处理结果立即生效，并告知异议人。', en: 'It takes effect at once and the applicant is told.' },
    },
    dismiss: {
      note: 'required',
      noteLabel: { zh: '认定的事实和理由', en: 'Findings and reasons' },
      confirm: {
        zh: '异议标注随即去除，异议人会收到理由和救济渠道。',
        en: 'The mark goes at once; the applicant is told the reasons and the ways against it.',
      },
    },
    leaveUndetermined: {
      note: 'required',
      noteLabel: {
        zh: '核查记录（将与异议内容一并附在信息旁）',
        en: 'Record of the check (kept beside the record with the objection)',
      },
    },
    notify: { noteLabel: { zh: '告知方式和时间', en: 'How and when it was told' }, tone: 'primary' },
    reopen: { note: 'required' },
  },
};
