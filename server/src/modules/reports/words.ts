/** The fixed words of the report: Chinese, as an officer would say them to a citizen. */
import type { ActorLevel } from '../../platform/authz/index.ts';
import type { DisclosureAnnotation, DisclosureNote, DisclosureState } from '../disclosure/index.ts';
import type { SeverityClass } from '../policy/types.ts';
import type { ReportKind, SectionState } from './types.ts';

export const kindNames: Readonly<Record<ReportKind, { zh: string; en: string }>> = {
  public: { zh: '公开版', en: 'Public version' },
  full: { zh: '政务版', en: 'Version for government bodies' },
  special: { zh: '专项', en: 'Special report' },
};

export const emptyWords: Readonly<Record<Exclude<SectionState, 'present'>, string>> = {
  none: '查询期内无相关信息。',
  notReceived: '本平台尚未收到此类信息的报送，不表示没有此类信息。',
  notCollected: '本平台尚未归集此类信息，不表示没有此类信息。',
  notPublic: '此类信息依目录不向社会公开，公开版报告不列，不表示没有此类信息。',
};

export const summaryWords: Readonly<Record<Exclude<SectionState, 'present'>, string>> = {
  none: '无相关信息',
  notReceived: '尚未收到报送',
  notCollected: '尚未归集',
  notPublic: '不向社会公开',
};

export const severityNames: Readonly<Record<SeverityClass, string>> = {
  minor: '轻微',
  general: '一般',
  serious: '严重',
};

export const annotationNames: Readonly<Record<DisclosureAnnotation, string>> = {
  objectionInProgress: '异议处理中',
  reviewInProgress: '行政复议中',
  litigationInProgress: '行政诉讼中',
  reorganisationInProgress: '重整或和解程序中',
};

/** A note beside a record in a sentence. */
export const noteWords = ({ kind, text, check, since }: DisclosureNote): string =>
  kind === 'statement'
    ? `信息主体说明（${since}）：${text}`
    : `异议无法核实（${since}）。异议内容：${text}${check === null ? '' : ` 核查记录：${check}`}`;

export const stateNames: Readonly<Record<DisclosureState, string>> = {
  shown: '公示中',
  neverShown: '不对外公示',
  notYet: '尚未到公示日期',
  expired: '公示期或有效期已满',
  withdrawn: '报送单位已撤回',
  annulled: '原决定已撤销',
  suspended: '暂停执行，暂停公示',
  repaired: '已修复',
  masked: '重整期间暂时屏蔽',
};

export const authorisedName = { zh: '授权版', en: 'Version with the organisation’s authorisation' };

const scopes = {
  public:
    '本报告为公开版，只收录依法可以向社会公开、且在数据截止时仍处于公示期或有效期内的信息；轻微失信信息、已完成修复的信息和公示期已满的信息不在其中。',
  authorised:
    '本报告为授权版，经主体授权向载明的单位提供，收录依法可以向社会公开的信息和主体授权的信息；轻微失信信息、已完成修复的信息和公示期已满的信息不在其中。只能用于授权载明的用途，不得转让或者再次提供，主体可以随时撤回授权。',
  government:
    '本报告为政务版，供国家机关履行法定职责使用，收录本平台依法归集的信息及其来源；已完成修复、已撤销、已撤回的信息依规定停止共享和使用，不在其中。不得对外提供，不得用于载明用途以外的事项。',
};

export function explanation(level: ActorLevel, edition: string): string[] {
  const scope = scopes[level === 'internal' ? 'government' : level];
  return [
    `本报告依据《全国公共信用信息基础目录》（${edition}）和公共信用信息报告标准生成，信息由各报送单位提供，每条信息均注明作出决定的机关和数据来源单位。`,
    scope,
    '“查询期内无相关信息”表示本平台归集此类信息而数据截止时没有记录；“尚未归集”“尚未收到报送”表示本平台没有此类信息的来源，不能据此认为没有此类信息。本平台不保证目录以外信息的完整。',
    '本报告是对已有记录的客观汇总，不构成对主体的评价、评级或担保。本报告没有法定有效期，数据以截止时间为准，是否采信由使用单位决定。',
    '认为信息有误、遗漏或侵犯合法权益的，可以向本平台或者信息提供单位提出异议；失信行为已经纠正、法定义务已经履行的，可以按“信用状况提升建议”所列日期申请信用修复。异议和修复均不收费。',
    '扫描封面二维码或者在网站输入报告编号，可以核验本报告的真伪，以及出具后信息有无更新。',
  ];
}

export const noSuggestions = '本报告没有需要修复的信息。';
export const noAnnotations = '本报告所列信息没有处于异议、复议、诉讼或者重整程序中的。';
