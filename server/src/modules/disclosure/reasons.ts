import type { Bilingual, SeverityClass } from '../policy/types.ts';
import { chineseDay, chineseMonths, englishMonths } from './dates.ts';
import type { Ruling } from './periods.ts';
import type { EventState } from './record-state.ts';
import type { DisclosureState } from './types.ts';

const classNames: Readonly<Record<SeverityClass, Bilingual>> = {
  minor: { zh: '轻微', en: 'minor' },
  general: { zh: '一般', en: 'general' },
  serious: { zh: '严重', en: 'serious' },
};

/** Why a record is shown until its last day, or not shown: one sentence an officer would say to a citizen. */
export function reasonOf(state: DisclosureState, ruling: Ruling, events: EventState): Bilingual {
  switch (state) {
    case 'withdrawn':
    case 'annulled':
    case 'repaired':
    case 'suspended':
    case 'masked':
      return reasonOfEvent(state, events);
    case 'neverShown':
      return reasonNever(ruling);
    case 'notYet':
      return ruling.from === null
        ? { zh: '这条信息缺少起始日期，暂不公示。', en: 'It carries no starting date and is not shown yet.' }
        : { zh: `自${chineseDay(ruling.from)}起公示。`, en: `It will be shown from ${ruling.from}.` };
    case 'expired':
      return reasonExpired(ruling);
    case 'shown':
      return ruling.kind === 'effective' ? reasonEffective(ruling) : reasonPeriod(ruling);
  }
}

function reasonOfEvent(state: DisclosureState, events: EventState): Bilingual {
  const zhDay = events.since === null ? '' : `${chineseDay(events.since)}`;
  const enDay = events.since === null ? '' : ` on ${events.since}`;
  switch (state) {
    case 'withdrawn':
      return events.erased
        ? { zh: `该信息已于${zhDay}依法删除。`, en: `It was lawfully erased${enDay}.` }
        : { zh: `报送单位已于${zhDay}撤回该信息。`, en: `The source withdrew it${enDay}.` };
    case 'annulled':
      return { zh: `原决定已于${zhDay}被撤销，不再公示。`, en: `The decision was annulled${enDay}; it is not shown.` };
    case 'repaired':
      return { zh: `已于${zhDay}完成信用修复，停止公示。`, en: `It was repaired${enDay}; it is no longer shown.` };
    case 'suspended':
      return {
        zh: `自${zhDay}起决定停止执行，期间暂停公示。`,
        en: `The decision is suspended since${enDay.slice(3)}; it is not shown meanwhile.`,
      };
    default:
      return {
        zh: `自${zhDay}起依重整或和解程序暂时屏蔽。`,
        en: `It is temporarily withheld since${enDay.slice(3)} for a reorganisation or settlement.`,
      };
  }
}

function reasonNever(ruling: Ruling): Bilingual {
  if (ruling.neverName) {
    return { zh: `“${ruling.neverName.zh}”依规定不公示。`, en: `By rule it is never shown: ${ruling.neverName.en}.` };
  }
  if (ruling.severity === null) {
    return { zh: '这类信息没有公示依据，不公示。', en: 'No rule provides for showing this kind of information.' };
  }
  const name = classNames[ruling.severity];
  return {
    zh: `属于“${name.zh}”失信信息，原则上不公示${ruling.severityConfirmed ? '' : '（类别待认定单位确认）'}。`,
    en: `It counts as ${name.en}, which in principle is not shown${ruling.severityConfirmed ? '' : ' (class not yet confirmed)'}.`,
  };
}

function reasonExpired(ruling: Ruling): Bilingual {
  if (ruling.until === null) return { zh: '已不在有效期内，停止公示。', en: 'It is no longer in effect.' };
  return ruling.kind === 'effective'
    ? { zh: `有效期已于${chineseDay(ruling.until)}届满，停止公示。`, en: `Its term ended on ${ruling.until}.` }
    : {
        zh: `公示期已于${chineseDay(ruling.until)}届满，停止公示。`,
        en: `The disclosure period ended on ${ruling.until}.`,
      };
}

function reasonEffective(ruling: Ruling): Bilingual {
  return ruling.until === null
    ? { zh: '有效期为长期，有效期内公示。', en: 'It is in effect without an end and is shown meanwhile.' }
    : {
        zh: `在有效期内公示，到${chineseDay(ruling.until)}为止。`,
        en: `It is shown while in effect, until ${ruling.until}.`,
      };
}

function reasonPeriod(ruling: Ruling): Bilingual {
  const name = classNames[ruling.severity ?? 'minor'];
  const from = ruling.from ?? '';
  const until = ruling.until ?? '';
  const zhClass = ruling.severityConfirmed ? `属于“${name.zh}”` : `按种类暂按“${name.zh}”计（待认定单位确认）`;
  const enClass = ruling.severityConfirmed ? `class ${name.en}` : `provisionally class ${name.en}`;
  return {
    zh: `${zhClass}，自决定之日（${chineseDay(from)}）起最长公示${chineseMonths(ruling.maxMonths)}，到${chineseDay(until)}自动停止。`,
    en: `It is ${enClass}: shown for at most ${englishMonths(ruling.maxMonths)} from the decision (${from}) and taken down by itself after ${until}.`,
  };
}
