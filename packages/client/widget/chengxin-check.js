/**
 * `<chengxin-check endpoint="/credit" code="…" matter="…" purpose="…" case-number="…">`: a check inside the page of a system that
 * decides. It asks the integrator's own server below `endpoint` (`POST check`, `POST feedback`; see `@chengxin/client/proxy`),
 * never the platform: no key is in the page. One file without any other, served as it stands, so that its hash is that of what
 * can be read here. Nothing inline: its style is a constructed sheet, its text is set as text.
 *
 * Attributes: `lang` (zh, en; else the page's), `auto` (asks at once), `readonly` (no feedback).
 * Events, which bubble: `chengxin-checked` {receipt, validUntil, required, permitted}, `chengxin-feedback` {receipt, measure, list,
 * action, open}, `chengxin-error` {status, code}, `chengxin-expired` {receipt}. Method: `askAgain()`, when the webhook came.
 */

/** @typedef {import('@chengxin/contract').CheckAnswer} CheckAnswer */
/** @typedef {import('@chengxin/contract').CheckedMeasure} CheckedMeasure */
/** @typedef {'zh' | 'en'} Language */
/** @typedef {{ status: number, code: string, zh: string, en: string }} Failure */

const words = {
  title: ['信用核查', 'Credit check'],
  ask: ['核查', 'Check'],
  again: ['重新核查', 'Check again'],
  asking: ['正在核查……', 'Checking …'],
  incomplete: ['缺少代码、事项、用途或者办件编号，不能核查。', 'Code, matter, purpose or case number is missing.'],
  clear: ['没有应当适用或者可以适用的措施。', 'No measure bears on this matter.'],
  required: ['应当适用', 'Required'],
  permitted: ['可以适用', 'Permitted'],
  incentive: ['激励', 'Incentive'],
  list: ['名单', 'List'],
  document: ['文书', 'Document'],
  article: ['依据', 'Basis'],
  relevance: ['关联性', 'Relevance'],
  proportion: ['适当性', 'Proportion'],
  condition: ['条件', 'Condition'],
  until: ['有效至', 'Until'],
  untilGone: ['至列入原因消除', 'until its cause is gone'],
  notes: ['标注', 'Annotations'],
  receipt: ['回执编号', 'Receipt'],
  checkedAt: ['核查时间', 'Checked at'],
  validUntil: ['结果有效至', 'Valid until'],
  stale: ['名单数据滞后，所依据的名单截至：', 'The lists are behind; they are as of: '],
  never: ['尚未更新', 'never'],
  expired: [
    '核查结果已过有效期，请重新核查后再作决定。',
    'The result is no longer valid. Check again before you decide.',
  ],
  changed: ['核查之后情况有变化，请重新核查后再作决定。', 'Something has changed. Check again before you decide.'],
  decisionDocument: ['办理文书', 'Document of your decision'],
  reason: ['关联性和适当性说明', 'Reason: relevance and proportion'],
  whyNot: ['未适用的原因（已适用的不必填写）', 'Why it was not applied (only then)'],
  applied: ['已适用', 'Applied'],
  notApplied: ['未适用', 'Not applied'],
  leave: ['不适用', 'Do not apply'],
  free: ['可以不适用，无须说明，也不影响任何考核。', 'You may leave it: no word is needed, and it costs nothing.'],
  needsDocument: ['请填写办理文书的名称或者文号。', 'Name the document of your decision.'],
  needsReason: [
    '请写明与办理事项的关联性和适用的适当性。',
    'Say how it bears on the matter and why it is proportionate.',
  ],
  needsWhy: ['请说明未适用的原因。', 'Say why it was not applied.'],
  sending: ['正在提交……', 'Sending …'],
  told: ['已反馈：', 'Fed back: '],
  failed: ['未能连接本系统的服务器，请稍后重试。', 'The server of this system was not reached. Try again later.'],
  unanswered: ['未取得核查结果，不得据此作出决定。', 'There is no result: nothing may be decided by it.'],
  objectionInProgress: ['异议处理中', 'objection in progress'],
  reviewInProgress: ['行政复议中', 'administrative review in progress'],
  litigationInProgress: ['诉讼中', 'litigation in progress'],
  reorganisationInProgress: ['重整中', 'reorganisation in progress'],
};

const style = `
:host { display: block; color: #1f2328; font: 14px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; }
:host([hidden]) { display: none; }
* { box-sizing: border-box; }
section { border: 1px solid #8c959f; border-radius: 6px; padding: 12px 16px; background: #fff; }
h2 { font-size: 16px; margin: 0 0 8px; }
h3 { font-size: 15px; margin: 0 0 6px; }
h2:focus { outline: none; }
p { margin: 6px 0; }
article { border-top: 1px solid #d0d7de; padding: 10px 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 12px; margin: 0; }
dt { color: #57606a; }
dd { margin: 0; overflow-wrap: anywhere; }
.force { display: inline-block; padding: 0 8px; border-radius: 4px; margin-inline-end: 8px; font-size: 13px; font-weight: 600; }
.required { background: #b42318; color: #fff; }
.permitted { background: #fff3d6; color: #6b4400; border: 1px solid #6b4400; }
.incentive { background: #dafbe1; color: #0f5323; border: 1px solid #0f5323; }
.bad { color: #b42318; font-weight: 600; }
.warn { color: #6b4400; background: #fff3d6; padding: 6px 10px; border-radius: 4px; }
.good { color: #0f5323; font-weight: 600; }
.quiet { color: #57606a; }
form { margin-top: 8px; display: grid; gap: 6px; max-width: 640px; }
label { display: grid; gap: 2px; font-weight: 600; }
input, textarea { font: inherit; font-weight: 400; padding: 6px 8px; border: 1px solid #6e7781; border-radius: 4px; width: 100%; color: inherit; background: #fff; }
textarea { min-height: 64px; resize: vertical; }
button { font: inherit; min-height: 36px; padding: 4px 16px; border-radius: 4px; border: 1px solid #0b5cad; background: #0b5cad; color: #fff; cursor: pointer; }
button.second { background: #fff; color: #0b5cad; }
button[disabled] { opacity: .6; cursor: default; }
:focus-visible { outline: 3px solid #0b5cad; outline-offset: 2px; }
.row { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
section > .row { margin-top: 12px; }
form p:empty { display: none; }
@media (max-width: 480px) { section { padding: 10px 12px; } dl { grid-template-columns: 1fr; } dt { margin-top: 4px; } }
@media print { form, button { display: none; } }
`;

/** @type {CSSStyleSheet | null} */
let sheet = null;
function sheetOf() {
  if (sheet === null) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
  }
  return sheet;
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * @param {string} url
 * @param {unknown} body
 * @returns {Promise<{ value: unknown, failure: null } | { value: null, failure: Failure }>}
 */
async function post(url, body) {
  const unreached = { status: 0, code: 'unreachable', zh: words.failed[0] ?? '', en: words.failed[1] ?? '' };
  try {
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    const answer = await fetch(url, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      credentials: 'same-origin',
    });
    const value = await answer.json().catch(() => null);
    if (answer.ok && value !== null) return { value, failure: null };
    const { code, detail, detailEn } = value ?? {};
    if (typeof detail !== 'string') return { value: null, failure: { ...unreached, status: answer.status } };
    const en = typeof detailEn === 'string' ? detailEn : detail;
    return { value: null, failure: { status: answer.status, code: String(code), zh: detail, en } };
  } catch {
    return { value: null, failure: unreached };
  }
}

/** The longest delay that a timer takes; a result is valid for a day or so. */
const longestTimer = 2_147_483_647;

class ChengxinCheck extends HTMLElement {
  static observedAttributes = ['code', 'matter', 'purpose', 'case-number', 'lang', 'endpoint', 'readonly'];

  #root = this.attachShadow({ mode: 'open' });
  /** @type {'idle' | 'asking' | 'failed' | 'told'} */
  #state = 'idle';
  /** @type {CheckAnswer | null} */
  #answer = null;
  /** @type {Failure | null} */
  #failure = null;
  /** What was fed back, by list and measure. @type {Map<string, string>} */
  #done = new Map();
  #outdated = false;
  #changed = false;
  #round = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  connectedCallback() {
    this.#root.adoptedStyleSheets = [sheetOf()];
    this.#render();
    if (this.hasAttribute('auto') && this.#state === 'idle') void this.check();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  /**
   * @param {string} name
   * @param {string | null} before
   * @param {string | null} now
   */
  attributeChangedCallback(name, before, now) {
    if (before === now || !this.isConnected) return;
    // Another organisation or another case: what was told says nothing of it.
    if (name !== 'lang' && name !== 'readonly') this.#reset();
    this.#render();
  }

  /** The webhook came: the page says so, and the result is no ground any more. */
  askAgain() {
    this.#changed = true;
    this.#render();
  }

  /** The receipt of a result that may be decided by; null when there is none, or no longer. */
  get receipt() {
    return this.#answer !== null && !this.#outdated && !this.#changed ? this.#answer.receipt : null;
  }

  async check() {
    const asked = this.#asked();
    if (asked === null || this.#state === 'asking') return;
    this.#reset();
    this.#state = 'asking';
    this.#render();
    const round = this.#round;
    const { value, failure } = await post(`${this.#endpoint()}/check`, asked);
    // Another organisation or case was set meanwhile: this answer is not about it.
    if (round !== this.#round) return;
    this.#failure = failure;
    this.#answer = failure === null ? /** @type {CheckAnswer} */ (value) : null;
    this.#state = failure === null ? 'told' : 'failed';
    this.#render();
    if (this.#answer !== null) this.#announce(this.#answer);
    else this.#emit('chengxin-error', { status: failure?.status ?? 0, code: failure?.code ?? '' });
    this.#root.querySelector('h2')?.focus();
  }

  /** @param {CheckAnswer} answer */
  #announce(answer) {
    const measures = answer.results.flatMap((one) => one.measures);
    /** @param {string} force */
    const count = (force) => measures.filter((one) => one.force === force).length;
    const { receipt, validUntil } = answer;
    this.#emit('chengxin-checked', {
      receipt,
      validUntil,
      required: count('required'),
      permitted: count('permitted'),
    });
    const left = Date.parse(validUntil) - Date.now();
    this.#timer = setTimeout(
      () => {
        this.#outdated = true;
        this.#render();
        this.#emit('chengxin-expired', { receipt });
      },
      Math.max(0, Math.min(left, longestTimer)),
    );
  }

  #reset() {
    this.#round += 1;
    clearTimeout(this.#timer);
    this.#state = 'idle';
    this.#answer = null;
    this.#failure = null;
    this.#outdated = false;
    this.#changed = false;
    this.#done.clear();
  }

  /** @returns {Language} */
  #language() {
    const lang = this.getAttribute('lang') ?? this.closest('[lang]')?.getAttribute('lang') ?? '';
    return /^en/i.test(lang) ? 'en' : 'zh';
  }

  /** @param {keyof typeof words} key */
  #say(key) {
    return words[key][this.#language() === 'en' ? 1 : 0] ?? '';
  }

  #endpoint() {
    return (this.getAttribute('endpoint') ?? '').replace(/\/+$/, '');
  }

  #asked() {
    const [code, matter, purpose, caseNumber] = ['code', 'matter', 'purpose', 'case-number'].map(
      (name) => this.getAttribute(name)?.trim() || null,
    );
    return code && matter && purpose && caseNumber ? { code, matter, purpose, caseNumber } : null;
  }

  /**
   * @param {string} name
   * @param {object} detail
   */
  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  /** @param {string} instant */
  #time(instant) {
    const locale = this.#language() === 'en' ? 'en-GB' : 'zh-CN';
    return new Date(instant).toLocaleString(locale, { timeZone: 'Asia/Shanghai', hour12: false });
  }

  #render() {
    const heading = el('h2', { tabindex: '-1' }, this.#say('title'));
    const section = el('section', { 'aria-busy': String(this.#state === 'asking'), lang: this.#language() }, heading);
    if (this.#asked() === null) section.append(el('p', { class: 'quiet' }, this.#say('incomplete')));
    else if (this.#state === 'asking') section.append(el('p', { role: 'status' }, this.#say('asking')));
    else {
      if (this.#failure !== null) section.append(...this.#failed(this.#failure));
      if (this.#answer !== null) section.append(...this.#told(this.#answer));
      section.append(this.#askButton());
    }
    this.#root.replaceChildren(section);
  }

  #askButton() {
    const first = this.#state === 'idle' || this.#outdated || this.#changed;
    const button = el('button', { type: 'button', class: first ? '' : 'second' });
    button.textContent = this.#say(this.#state === 'idle' ? 'ask' : 'again');
    button.addEventListener('click', () => void this.check());
    return el('div', { class: 'row' }, button);
  }

  /** @param {Failure} failure */
  #failed(failure) {
    const text = this.#language() === 'en' ? failure.en : failure.zh;
    return [el('p', { role: 'alert', class: 'bad' }, text), el('p', {}, this.#say('unanswered'))];
  }

  /** @param {CheckAnswer} answer */
  #told(answer) {
    /** @type {Node[]} */
    const parts = [];
    if (this.#changed) parts.push(el('p', { role: 'alert', class: 'warn' }, this.#say('changed')));
    else if (this.#outdated) parts.push(el('p', { role: 'alert', class: 'warn' }, this.#say('expired')));
    if (answer.feeds.stale) {
      const asOf = answer.feeds.listsAsOf;
      parts.push(el('p', { class: 'warn' }, this.#say('stale'), asOf === null ? this.#say('never') : this.#time(asOf)));
    }
    for (const result of answer.results) {
      if (result.measures.length === 0)
        parts.push(el('p', { class: this.#changed || this.#outdated ? 'quiet' : 'good' }, this.#say('clear')));
      for (const measure of result.measures) parts.push(this.#measure(answer, measure, result.annotations));
      for (const incentive of result.incentives) parts.push(this.#incentive(incentive));
    }
    parts.push(
      this.#facts([
        ['receipt', answer.receipt],
        ['checkedAt', this.#time(answer.checkedAt)],
        ['validUntil', this.#time(answer.validUntil)],
      ]),
    );
    return parts;
  }

  /** @param {[keyof typeof words, string][]} rows */
  #facts(rows) {
    return el('dl', {}, ...rows.flatMap(([key, text]) => [el('dt', {}, this.#say(key)), el('dd', {}, text)]));
  }

  /**
   * @param {'required' | 'permitted' | 'incentive'} force
   * @param {{ zh: string, en: string }} name
   */
  #headline(force, name) {
    return el('h3', {}, el('span', { class: `force ${force}` }, this.#say(force)), name[this.#language()]);
  }

  /** @param {CheckAnswer['results'][number]['incentives'][number]} incentive */
  #incentive({ name, condition, article, until }) {
    return el(
      'article',
      {},
      this.#headline('incentive', name),
      this.#facts([
        ['condition', condition[this.#language()]],
        ['article', article],
        ['until', until ?? this.#say('untilGone')],
      ]),
    );
  }

  /**
   * @param {CheckAnswer} answer
   * @param {CheckedMeasure} measure
   * @param {CheckAnswer['results'][number]['annotations']} annotations
   */
  #measure(answer, measure, annotations) {
    const language = this.#language();
    const notes = annotations
      .filter(({ list, document: number }) => list === measure.list && number === measure.document)
      .map(({ kind }) => (Object.hasOwn(words, kind) ? this.#say(/** @type {keyof typeof words} */ (kind)) : kind));
    /** @type {[keyof typeof words, string][]} */
    const rows = [
      ['list', measure.listName[language]],
      ['document', measure.document],
      ['article', measure.article],
      ['relevance', measure.relevance[language]],
      ['proportion', measure.proportion[language]],
      ['until', measure.until ?? this.#say('untilGone')],
    ];
    if (notes.length > 0) rows.push(['notes', notes.join('、')]);
    const article = el('article', {}, this.#headline(measure.force, measure.name), this.#facts(rows));
    const done = this.#done.get(`${measure.list} ${measure.id}`);
    if (done !== undefined) {
      const word = done === 'applied' ? 'applied' : measure.force === 'permitted' ? 'leave' : 'notApplied';
      article.append(el('p', { role: 'status', class: 'good' }, this.#say('told'), this.#say(word)));
    } else if (!this.hasAttribute('readonly') && !this.#outdated && !this.#changed)
      article.append(this.#form(answer, measure));
    return article;
  }

  /**
   * A permitted measure is applied with a reason or left without a word; a required one is applied, or it is said why not.
   * @param {CheckAnswer} answer
   * @param {CheckedMeasure} measure
   */
  #form(answer, measure) {
    const permitted = measure.force === 'permitted';
    const number = el('input', { name: 'document', maxlength: '200', autocomplete: 'off' });
    const reason = el('textarea', { name: 'reason', maxlength: '2000' });
    const problem = el('p', { role: 'alert', class: 'bad' });
    const apply = el('button', { type: 'submit' }, this.#say('applied'));
    const leave = el('button', { type: 'button', class: 'second' }, this.#say(permitted ? 'leave' : 'notApplied'));
    /** @type {Node[]} */
    const parts = [
      el('label', {}, this.#say('decisionDocument'), number),
      el('label', {}, this.#say(permitted ? 'reason' : 'whyNot'), reason),
    ];
    if (permitted) parts.unshift(el('p', { class: 'quiet' }, this.#say('free')));
    const form = el(
      'form',
      { 'aria-label': `${measure.name[this.#language()]} ${measure.listName[this.#language()]}` },
      ...parts,
      problem,
    );
    form.append(el('div', { class: 'row' }, apply, leave));
    form.noValidate = true;
    /**
     * @param {HTMLElement} field
     * @param {keyof typeof words} key
     */
    const lack = (field, key) => {
      problem.textContent = this.#say(key);
      field.setAttribute('aria-invalid', 'true');
      field.focus();
    };
    /** @param {'applied' | 'notApplied'} action */
    const send = async (action) => {
      const [document_, why] = [number.value.trim(), reason.value.trim()];
      for (const field of [number, reason]) field.removeAttribute('aria-invalid');
      problem.textContent = '';
      if (action === 'applied' && document_ === '') return lack(number, 'needsDocument');
      if (action === 'applied' && permitted && why === '') return lack(reason, 'needsReason');
      if (action === 'notApplied' && !permitted && why === '') return lack(reason, 'needsWhy');
      const wait = el('span', { role: 'status' }, this.#say('sending'));
      apply.after(wait);
      apply.disabled = leave.disabled = true;
      const failed = await this.#feedBack(answer, measure, {
        action,
        ...(action === 'applied' ? { document: document_ } : {}),
        ...(why === '' ? {} : { reason: why }),
      });
      wait.remove();
      apply.disabled = leave.disabled = false;
      if (failed !== null) {
        problem.textContent = this.#language() === 'en' ? failed.en : failed.zh;
        apply.focus();
      }
    };
    form.addEventListener('input', () => {
      problem.textContent = '';
    });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void send('applied');
    });
    leave.addEventListener('click', () => void send('notApplied'));
    return form;
  }

  /**
   * @param {CheckAnswer} answer
   * @param {CheckedMeasure} measure
   * @param {{ action: 'applied' | 'notApplied', document?: string, reason?: string }} given
   * @returns {Promise<Failure | null>}
   */
  async #feedBack(answer, measure, given) {
    const { receipt } = answer;
    const { id, list } = measure;
    const { failure } = await post(`${this.#endpoint()}/feedback`, { receipt, measure: id, list, ...given });
    if (failure !== null || this.#answer !== answer) return failure;
    this.#done.set(`${list} ${id}`, given.action);
    this.#keepTyped(() => this.#render());
    const open = answer.results.flatMap((one) => one.measures).length - this.#done.size;
    this.#emit('chengxin-feedback', { receipt, measure: id, list, action: given.action, open });
    this.#root.querySelector('h2')?.focus();
    return null;
  }

  /**
   * What was typed for other measures stays when one is fed back.
   * @param {() => void} work
   */
  #keepTyped(work) {
    /** @type {Map<string, string>} */
    const typed = new Map();
    /** @param {(key: string, field: HTMLInputElement | HTMLTextAreaElement) => void} visit */
    const each = (visit) => {
      for (const form of this.#root.querySelectorAll('form'))
        for (const field of form.querySelectorAll(/** @type {'input'} */ ('input, textarea')))
          visit(`${form.getAttribute('aria-label')} ${field.name}`, field);
    };
    each((key, field) => typed.set(key, field.value));
    work();
    each((key, field) => {
      field.value = typed.get(key) ?? '';
    });
  }
}

if (!customElements.get('chengxin-check')) customElements.define('chengxin-check', ChengxinCheck);
