/** Words of the recognition of a list entry. */
import type { CaseWords } from '../casework/index.ts';

const label = (zh: string, en: string) => ({ zh, en });
const opinion = (zh: string, en: string) => ({ note: 'required', noteLabel: label(zh, en) }) as const;

export const listingWords: CaseWords = {
  states: {
    proposed: label('已提出，待事先告知', 'Proposed; notice to be served'),
    noticed: label('已告知，等待陈述申辩', 'Told; may be defended'),
    announced: label('认定前公示中', 'Announced'),
    defended: label('已陈述申辩，待复核', 'Heard; to be reviewed'),
    reviewed: label('已复核，待合法性审核', 'Reviewed; to be cleared'),
    cleared: label('审核通过，待作出决定', 'Cleared; to be decided'),
    decided: label('已作出决定，待送达', 'Decided; to be delivered'),
    delivered: label('已送达，待列入', 'Delivered; to be listed'),
    listed: label('已列入', 'Listed'),
    removalAsked: label('申请提前移出，办理中', 'Early removal is asked for'),
    removed: label('已提前移出', 'Removed early'),
    annulled: label('列入决定已撤销', 'Annulled'),
    expired: label('期满移出', 'Ended by its term'),
    dropped: label('不予列入', 'Not listed'),
    withdrawn: label('提议已撤回', 'Proposal withdrawn'),
  },
  commands: {
    serveNotice: label('确认告知书已送达', 'The notice was served'),
    announce: label('开始公示', 'Begin the announcement'),
    withdraw: label('撤回提议', 'Withdraw the proposal'),
    defend: label('陈述申辩', 'Defend'),
    waive: label('放弃陈述申辩', 'Waive the defence'),
    review: label('提交复核意见', 'Review'),
    clear: label('审核通过', 'Clear'),
    decide: label('作出列入决定', 'Decide'),
    deliver: label('确认决定书已送达', 'The decision was delivered'),
    list: label('列入名单', 'List'),
    drop: label('不予列入', 'Do not list'),
    askRemoval: label('申请提前移出', 'Ask for early removal'),
    withdrawRemoval: label('撤回移出申请', 'Withdraw the application'),
    grantRemoval: label('同意提前移出', 'Grant the removal'),
    refuseRemoval: label('不同意提前移出', 'Refuse the removal'),
    removeEarly: label('依职权提前移出', 'Remove early'),
    annul: label('撤销列入决定', 'Annul'),
    endByRepair: label('信用修复后移出', 'Ended by repair'),
    expire: label('期满移出', 'Ended by its term'),
  },
  parties: {
    subject: label('当事人', 'The organisation'),
    recogniser: label('认定单位', 'The recognising body'),
    platform: label('平台', 'The platform'),
    reader: label('信用主管单位', 'The credit office'),
  },
  clocks: {
    propose: label('告知时限', 'Notice'),
    defence: label('陈述申辩期', 'Defence'),
    announce: label('公示期', 'Announcement'),
    decide: label('作出决定时限', 'Decision'),
    deliver: label('送达和列入时限', 'Delivery and listing'),
    removal: label('移出申请办理时限', 'Application for removal'),
  },
  opened: label('提出列入建议', 'Proposed'),
  asks: {
    serveNotice: { tone: 'primary', note: 'none' },
    announce: { tone: 'primary', note: 'none' },
    withdraw: { tone: 'danger', ...opinion('撤回的理由', 'Why') },
    defend: {
      tone: 'primary',
      ...opinion('陈述申辩意见（事实、理由、证据）', 'Your defence: facts, reasons, evidence'),
    },
    waive: {
      note: 'none',
      confirm: label('放弃后认定单位可以立即复核。', 'The body may then review at once.'),
    },
    review: {
      tone: 'primary',
      ...opinion('复核意见：逐条回应陈述申辩', 'Findings, answering each point of the defence'),
    },
    clear: {
      tone: 'primary',
      ...opinion('审核意见', 'Opinion'),
      choices: [
        {
          key: 'how',
          label: label('审核方式', 'How'),
          required: true,
          options: [
            { key: 'legalityReview', name: label('合法性审核', 'Legality review') },
            { key: 'collectiveDiscussion', name: label('集体讨论', 'Collective discussion') },
          ],
        },
      ],
    },
    decide: {
      tone: 'primary',
      noteLabel: label('需要上级批准的，填写批准文号', 'Approval of the body above, where needed'),
    },
    deliver: { tone: 'primary', note: 'none' },
    list: {
      tone: 'primary',
      note: 'none',
      confirm: label(
        '列入后按规定公示和共享，并适用相应措施。',
        'It is shown and shared as the rule says, and measures follow.',
      ),
    },
    drop: opinion('说明', 'Explanation'),
    askRemoval: { tone: 'primary', ...opinion('申请理由和已完成的整改', 'Why, and what was corrected') },
    withdrawRemoval: { note: 'none' },
    grantRemoval: { tone: 'primary' },
    refuseRemoval: opinion('告知申请人的说明', 'What the applicant is told'),
    removeEarly: opinion('说明', 'Explanation'),
    annul: { tone: 'danger', ...opinion('撤销的事实和理由', 'Facts and reasons') },
  },
};
