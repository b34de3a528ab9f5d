/** What a channel says when it does not go on: in both languages, with what to do. Nothing of the error's own text: it may hold a login. */
import { DomainError } from '../../../platform/errors.ts';
import { SourceUnavailable, SourceUnusable } from './sources/connector.ts';
import type { ChannelProblem } from './types.ts';

export function problemOf(error: unknown, at: string): ChannelProblem {
  if (error instanceof SourceUnavailable) {
    return {
      code: 'source-unavailable',
      message: {
        zh: '来源数据库连接不上，或在读取途中断开；这一批没有入库，已入库的不受影响。',
        en: 'The source database cannot be reached or broke off; nothing of this batch was taken, what was taken before stays.',
      },
      fix: {
        zh: '平台会自动重试，从断开处继续，不会重复。长时间不恢复的，请联系该单位的数据库管理员。',
        en: 'It is tried again by itself and goes on where it stopped, without doubling. If it lasts, ask the database administrator of the body.',
      },
      at,
    };
  }
  if (error instanceof SourceUnusable) {
    return {
      code: 'source-unusable',
      message: {
        zh: '来源数据库拒绝了请求：账号、表、视图或列有误，或者没有读取权限。',
        en: 'The source refused: the login, table, view or a column is wrong, or the right to read is missing.',
      },
      fix: {
        zh: '请核对连接设置和只读账号的权限，改正后点“立即重试”。',
        en: 'Check the settings and the rights of the read-only login, then retry.',
      },
      at,
    };
  }
  if (error instanceof DomainError) {
    return {
      code: error.code,
      message: { zh: error.zh, en: error.en },
      fix: { zh: '处理后点“立即重试”。', en: 'Put it right, then retry.' },
      at,
    };
  }
  const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
  return {
    code: full ? 'disk-full' : 'interrupted',
    message: full
      ? { zh: '服务器磁盘已满，没有取数。', en: 'The disk of the server is full; nothing was taken.' }
      : { zh: '平台内部出错，这一次没有完成。', en: 'Something failed inside the platform; the run did not finish.' },
    fix: {
      zh: '平台会自动重试，不会丢失也不会重复；一再出现的请联系系统管理员查看日志。',
      en: 'It is tried again by itself, nothing is lost or doubled; if it recurs, ask the system administrator to look at the log.',
    },
    at,
  };
}
