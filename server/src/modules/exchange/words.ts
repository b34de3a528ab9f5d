/** What happened to messages, in words for the office. */
import type { Bilingual } from '../policy/index.ts';
import type { AlarmKind } from './alarm-queries.ts';
import { receiptProblemWords } from './take-receipt.ts';

const outcomes: Readonly<Record<string, Bilingual>> = {
  receipt: { zh: '已收到回执', en: 'Receipt received' },
  taken: { zh: '对方已接收，等待回执', en: 'Taken; the receipt is awaited' },
  timeout: { zh: '对方未在时限内应答', en: 'No answer in time' },
  connection: { zh: '连接不上对方地址', en: 'The address cannot be connected to' },
  name: { zh: '对方域名无法解析', en: 'The name of the address cannot be resolved' },
  address: { zh: '域名指向不允许的内网地址，已拦截', en: 'The name points to an address that is not allowed; blocked' },
  tls: { zh: '对方证书或加密连接有误', en: 'The certificate or the encrypted connection is wrong' },
  tooLarge: { zh: '对方应答过长', en: 'The answer is too long' },
  redirect: { zh: '对方要求跳转到别的地址，已拒绝', en: 'A redirect, which is not followed' },
};

export function outcomeWords(word: string): Bilingual {
  const known = Object.hasOwn(outcomes, word) ? outcomes[word] : undefined;
  if (known) return known;
  const [kind = '', rest = ''] = word.split(' ');
  if (kind === 'receipt') {
    const words = receiptProblemWords(rest);
    return { zh: `回执未被接受：${words.zh}`, en: `The receipt was not accepted: ${words.en}` };
  }
  return { zh: `对方返回错误（HTTP ${rest}）`, en: `Answered with an error (HTTP ${rest})` };
}

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

export function alarmWords(kind: AlarmKind, facts: Readonly<Record<string, unknown>>): Bilingual {
  switch (kind) {
    case 'unreachable': {
      const problem = outcomeWords(text(facts.problem));
      return {
        zh: `连续 ${text(facts.failures)} 次发送未成功：${problem.zh}`,
        en: `${text(facts.failures)} attempts in a row failed: ${problem.en}`,
      };
    }
    case 'overdue':
      return {
        zh: `应于 ${text(facts.dueOn)} 前回执，至今未收到`,
        en: `A receipt was due on ${text(facts.dueOn)} and has not come`,
      };
    case 'wrongReceipt': {
      const problem = receiptProblemWords(text(facts.problem));
      return { zh: `回执未被接受：${problem.zh}`, en: `The receipt was not accepted: ${problem.en}` };
    }
    case 'declined': {
      const reason = text(facts.reason);
      return {
        zh: `接收方表示仍保留该记录${reason === '' ? '，未说明理由' : `：${reason}`}`,
        en: `The receiver says that it keeps the record${reason === '' ? ' and gives no reason' : `: ${reason}`}`,
      };
    }
  }
}

const endings: Readonly<Record<string, Bilingual>> = {
  answersAgain: { zh: '对方已恢复应答', en: 'The address answers again' },
  receipted: { zh: '已收到回执', en: 'The receipt came' },
  receiverEnded: { zh: '接收方已停用', en: 'The receiver was ended' },
};

/** What happened, or the reason that the office gave. */
export const endingWords = (closing: string): Bilingual =>
  (Object.hasOwn(endings, closing) ? endings[closing] : undefined) ?? { zh: closing, en: closing };
