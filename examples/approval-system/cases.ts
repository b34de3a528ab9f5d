/**
 * What an approval system does with the credit platform: it asks before it decides, with its case number; it answers each measure;
 * it decides only by a result that is valid and of which nothing has changed; and it says what it did.
 */
import { type CheckAnswer, type ChengxinClient, ChengxinError } from '@chengxin/client';

export const matter = 'PY-HONOURS';
export const purpose = 'honours';

/** Behaviours that the conformance test looks for, each of which can be broken here to see it found. */
export type Fault =
  | 'decidesWithoutAsking'
  | 'noCaseNumber'
  | 'ignoresRequired'
  | 'noReason'
  | 'noFeedback'
  | 'caches'
  | 'decidesOn503'
  | 'trustsAnyMessage'
  | 'acceptsReplay'
  | 'ignoresWebhook';

export interface Measure {
  readonly id: string;
  readonly list: string;
  readonly name: { readonly zh: string; readonly en: string };
  readonly force: 'required' | 'permitted';
  answered: 'applied' | 'notApplied' | null;
}

export interface Case {
  readonly id: string;
  readonly caseNumber: string;
  readonly code: string;
  readonly matter: string;
  readonly purpose: string;
  state: 'open' | 'granted' | 'refused';
  receipt: string | null;
  validUntil: string | null;
  measures: Measure[];
  /** The platform said that the answer would be another one now. */
  changed: boolean;
}

/** Why something is not done; shown to the officer. */
export class NotDone extends Error {
  readonly words: { readonly zh: string; readonly en: string };
  constructor(zh: string, en: string) {
    super(en);
    this.words = { zh, en };
  }
}

export interface Feedback {
  readonly measure: string;
  readonly list?: string;
  readonly action: 'applied' | 'notApplied';
  readonly document?: string;
  readonly reason?: string;
}

export interface DeskOptions {
  readonly client: ChengxinClient;
  readonly faults?: ReadonlySet<Fault>;
  readonly now?: () => number;
}

const maxCases = 1_000;

export class Desk {
  readonly #client: ChengxinClient;
  readonly #faults: ReadonlySet<Fault>;
  readonly #now: () => number;
  readonly #cases = new Map<string, Case>();
  #serial = 0;

  constructor({ client, faults = new Set(), now = Date.now }: DeskOptions) {
    this.#client = client;
    this.#faults = faults;
    this.#now = now;
  }

  list(): Case[] {
    return [...this.#cases.values()].reverse();
  }

  find(id: string): Case {
    const found = this.#cases.get(id);
    if (!found) throw new NotDone('没有这件申请。', 'There is no such application.');
    return found;
  }

  byNumber(caseNumber: string): Case | undefined {
    return this.list().find((one) => one.caseNumber === caseNumber);
  }

  byReceipt(receipt: string): Case | undefined {
    return this.list().find((one) => one.receipt === receipt);
  }

  open(code: string): Case {
    if (this.#cases.size >= maxCases)
      throw new NotDone('申请过多，请重新启动模拟系统。', 'Too many applications. Restart.');
    const id = String(++this.#serial);
    const made: Case = {
      id,
      caseNumber: `评优〔2026〕${id}号`,
      code: code.trim(),
      matter,
      purpose,
      state: 'open',
      receipt: null,
      validUntil: null,
      measures: [],
      changed: false,
    };
    this.#cases.set(id, made);
    return made;
  }

  /** Without the widget: what a system does that checks by itself. */
  async check(id: string): Promise<Case> {
    const one = this.find(id);
    const caseNumber = this.#faults.has('noCaseNumber') ? '0' : one.caseNumber;
    try {
      const { code } = one;
      this.keep(one, await this.#client.check({ code, matter: one.matter, purpose: one.purpose, caseNumber }));
    } catch (error) {
      const silent = error instanceof ChengxinError && error.withoutAnswer;
      if (!silent || !this.#faults.has('decidesOn503')) throw error;
      one.receipt = 'none';
      one.validUntil = new Date(this.#now() + 3_600_000).toISOString();
    }
    return one;
  }

  /** The result stays with the case: no decision without it. */
  keep(one: Case, answer: CheckAnswer): void {
    one.receipt = answer.receipt;
    one.validUntil = answer.validUntil;
    one.changed = false;
    one.measures = answer.results.flatMap(({ measures }) =>
      measures.map(({ id, list, name, force }) => ({ id, list, name, force, answered: null })),
    );
  }

  answered(one: Case, { measure, list, action }: Feedback): void {
    const found = one.measures.find(({ id, list: of }) => id === measure && (list === undefined || of === list));
    if (found) found.answered = action;
  }

  async feedBack(id: string, feedback: Feedback): Promise<Case> {
    const one = this.find(id);
    const about = one.measures.find(
      ({ id: measure, list }) =>
        measure === feedback.measure && (feedback.list === undefined || list === feedback.list),
    );
    if (!about || one.receipt === null) throw new NotDone('核查结果中没有这项措施。', 'No such measure was told.');
    const given = { ...feedback };
    if (about.force === 'permitted' && feedback.action === 'applied' && !feedback.reason) {
      if (!this.#faults.has('noReason'))
        throw new NotDone('请写明关联性和适当性。', 'Say how it bears on the matter and why it is proportionate.');
      Object.assign(given, { reason: '按规定' });
    }
    if (!this.#faults.has('noFeedback')) await this.#client.giveFeedback(one.receipt, given);
    this.answered(one, feedback);
    return one;
  }

  /** Null when it may be decided. */
  whyNot(one: Case): NotDone | null {
    if (one.state !== 'open') return new NotDone('已经作出决定。', 'It is decided already.');
    if (one.receipt === null || one.validUntil === null)
      return this.#faults.has('decidesWithoutAsking')
        ? null
        : new NotDone('尚未核查，不能作出决定。', 'It was not checked: nothing may be decided.');
    if (one.changed) return new NotDone('核查之后情况有变化，请重新核查。', 'Something has changed: check again.');
    if (Date.parse(one.validUntil) <= this.#now() && !this.#faults.has('caches'))
      return new NotDone('核查结果已过有效期，请重新核查。', 'The result is no longer valid: check again.');
    const open = one.measures.filter(({ answered }) => answered === null);
    if (open.length > 0 && !this.#faults.has('ignoresRequired'))
      return new NotDone('还有措施没有办理，请先填写。', 'There are measures without an answer.');
    return null;
  }

  async decide(id: string, decision: 'granted' | 'refused'): Promise<Case> {
    const one = this.find(id);
    const why = this.whyNot(one);
    if (why) throw why;
    one.state = decision;
    // The platform stops telling of changes; that it cannot be reached now changes no decision.
    if (one.receipt !== null && one.receipt !== 'none')
      await this.#client.decided(one.receipt).catch((error: unknown) => console.error(String(error)));
    return one;
  }

  /** Safe to be said twice: a message may come again. */
  change(receipt: string): void {
    const one = this.byReceipt(receipt);
    if (one?.state === 'open' && !this.#faults.has('ignoresWebhook')) one.changed = true;
  }
}
