/**
 * What stands between the widget in a page and the platform: the integrator's own server. It knows who is signed in there, holds
 * the key, and passes on what the widget may ask and nothing else. Without it the key would be in every officer's browser.
 */
import type { CheckRequest, FeedbackRequest } from '@chengxin/contract';
import type { ChengxinClient } from './client.ts';
import { ChengxinError } from './problems.ts';

export interface WidgetAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface WidgetCheck {
  readonly code: string;
  readonly matter: string;
  readonly purpose: string;
  readonly caseNumber: string;
}

export interface WidgetFeedback extends Omit<FeedbackRequest, 'action' | 'measure'> {
  readonly receipt: string;
  readonly measure: string;
  /** Lifting is a later act of the body, not one of the page of a case. */
  readonly action: 'applied' | 'notApplied';
}

export interface ProxyRules {
  /**
   * Whether whoever is signed in may ask this now: it is their case, of this applicant, and not decided. Answer false and the
   * widget says so; nothing is asked of the platform.
   */
  readonly mayCheck: (check: WidgetCheck) => boolean | Promise<boolean>;
  readonly mayFeedBack: (feedback: WidgetFeedback) => boolean | Promise<boolean>;
  /** Keep the receipt with the case: the decision needs it. */
  readonly onChecked?: (
    check: WidgetCheck,
    answer: Awaited<ReturnType<ChengxinClient['check']>>,
  ) => void | Promise<void>;
  readonly onFedBack?: (feedback: WidgetFeedback) => void | Promise<void>;
}

const problem = (status: number, zh: string, en: string): WidgetAnswer => ({
  status,
  body: { status, code: status === 403 ? 'forbidden' : 'invalid-request', detail: zh, detailEn: en },
});
const notYours = problem(403, '这不是您正在办理的事项，不能核查或者反馈。', 'This is no open case of yours.');
const malformed = problem(
  400,
  '请求内容有误，请刷新页面后重试。',
  'The request is not valid. Reload the page and try again.',
);

const text = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value.trim() !== '' && value.length <= most;
const optional = (value: unknown, most: number): boolean => value === undefined || text(value, most);

function readCheck(body: unknown): WidgetCheck | null {
  if (typeof body !== 'object' || body === null) return null;
  const { code, matter, purpose, caseNumber } = body as Partial<Record<keyof WidgetCheck, unknown>>;
  if (!text(code, 40) || !text(matter, 40) || !text(purpose, 80) || !text(caseNumber, 100)) return null;
  return { code, matter, purpose, caseNumber };
}

function readFeedback(body: unknown): WidgetFeedback | null {
  if (typeof body !== 'object' || body === null) return null;
  const { receipt, measure, list, action, document, reason } = body as Partial<Record<keyof WidgetFeedback, unknown>>;
  if (!text(receipt, 40) || !text(measure, 10)) return null;
  if (action !== 'applied' && action !== 'notApplied') return null;
  if (!optional(list, 10) || !optional(document, 200) || !optional(reason, 2000)) return null;
  return { receipt, measure, action, ...given({ list, document, reason }) };
}

const given = (fields: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));

async function passOn(work: () => Promise<unknown>): Promise<WidgetAnswer> {
  try {
    return { status: 200, body: await work() };
  } catch (error) {
    if (!(error instanceof ChengxinError)) throw error;
    // Who the platform does not know is this server's matter, not the officer's.
    const status = error.status === 0 || error.status === 401 ? 502 : error.status;
    const { zh: detail, en: detailEn } = error.words;
    return { status, body: { status, code: error.code, detail, detailEn, requestId: error.requestId } };
  }
}

/** `path`: `check` or `feedback`, as the widget calls them below its `endpoint`. Never throws for what the platform says. */
export async function answerWidget(
  client: Pick<ChengxinClient, 'check' | 'giveFeedback'>,
  rules: ProxyRules,
  path: string,
  body: unknown,
): Promise<WidgetAnswer> {
  if (path === 'check') {
    const asked = readCheck(body);
    if (asked === null) return malformed;
    if (!(await rules.mayCheck(asked))) return notYours;
    return passOn(async () => {
      const request: CheckRequest = { ...asked, embedded: true };
      const answer = await client.check(request);
      await rules.onChecked?.(asked, answer);
      return answer;
    });
  }
  if (path !== 'feedback') return problem(404, '没有这个地址。', 'There is no such address.');
  const feedback = readFeedback(body);
  if (feedback === null) return malformed;
  if (!(await rules.mayFeedBack(feedback))) return notYours;
  const { receipt, ...rest } = feedback;
  return passOn(async () => {
    const told = await client.giveFeedback(receipt, rest);
    await rules.onFedBack?.(feedback);
    return told;
  });
}
