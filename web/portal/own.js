// The own record of a person (F1). The secret of the half hour stays in this tab and goes out in a header, so that no other
// site can send it; nothing is written with innerHTML, and nothing about the person is kept after the tab is closed.
const zh = {
  read: '请先阅读告知书',
  readHint: '进入之前，请看清楚我们怎样处理您的个人信息。',
  go: (name) => `我已阅读，用“${name}”实名核验`,
  noProvider: '本市还没有接入网上实名核验',
  noProviderHint: '请携带本人有效证件到政务服务大厅的信用服务窗口，当面查阅或提出请求，不收费。',
  notProved: '核验没有完成，请重新开始。',
  until: (at) => `本次核验到 ${at} 失效，之后请重新核验。`,
  guardian: '您正以监护人身份为未成年人办理。',
  survivor: '您正以近亲属身份为已故者办理，其信息已冻结。',
  minor: '本人不满十八周岁或年龄不明：不参加任何自愿项目。',
  document: '证件',
  kinds: {
    citizenId: '居民身份证',
    passport: '护照',
    hongKongMacaoPermit: '港澳居民证件',
    taiwanPermit: '台湾居民证件',
    permanentResidence: '永久居留身份证',
  },
  copy: '下载全部（副本）',
  leave: '退出',
  held: '保存了哪些信息',
  heldNone: '没有保存您的业务信息。',
  heldHint: '只有本人和依法经办的人能看到，不公开，不打分。',
  decidedBy: '作出机关',
  decidedOn: '日期',
  source: '来源',
  keptUntil: '保存到',
  wrong: '有错误，要求更正',
  erase: '要求删除',
  looked: '谁查过我',
  lookedNone: '没有单位查过您。',
  lookedHint: '每一次查询都在这里，没有推迟或隐藏。',
  officer: '工作人员',
  matter: '事项',
  caseNumber: '案号',
  found: (n) => (n === 0 ? '没有查到信息' : `查到 ${n} 条`),
  dispute: '对这次查询有异议',
  restrictions: '已限制的处理',
  restriction: { restricted: '限制处理', objected: '拒绝处理', deceased: '已冻结' },
  whole: '全部信息',
  one: '一条信息',
  since: (at) => `${at} 起`,
  consents: '同意和撤回',
  consentsNone: '没有以您的同意为依据的处理。',
  consent: { active: '已同意', withdrawn: '已撤回', refused: '不同意' },
  notAsked: (on) => `${on} 以前不再询问`,
  withdraw: '撤回同意',
  withdrawn: '已撤回，立即生效；其他服务不受影响。',
  mayAgree: '可以自愿参加，不参加没有任何不利',
  seeNotice: '看告知书再决定',
  agree: '同意',
  refuse: '不同意',
  requests: '我的请求',
  requestsNone: '还没有提出过请求。',
  ask: '提出请求',
  askKind: '想要什么',
  askText: '请说明',
  askTextHint: '不要写证件号码。',
  askContact: '联系方式（可不填）',
  send: '提交',
  cancel: '取消',
  sent: (number, on) => `已收到，编号 ${number}，最晚 ${on} 答复。`,
  missing: '请写几句话说明。',
  about: { record: '关于这条信息', lookup: '关于这次查询' },
  kind: {
    access: '查阅',
    copy: '复制',
    transfer: '转移到别处',
    correct: '更正、补充',
    delete: '删除',
    restrict: '限制处理',
    refuse: '拒绝处理',
    explain: '解释说明',
    complain: '投诉',
  },
  state: {
    received: '已收到',
    supplement: '等您补充',
    accepted: '办理中',
    granted: '已同意并办理',
    partlyGranted: '部分同意',
    refused: '没有同意',
    withdrawn: '已撤回',
  },
  due: (on) => `最晚 ${on} 答复`,
  overdue: (on) => `应在 ${on} 前答复，已超期，您可以投诉`,
  extended: '已延长一次',
  open: '查看',
  said: '您写的',
  answer: '答复',
  reason: '理由',
  supply: '补充说明',
  withdrawRequest: '撤回请求',
  asOf: (at) => `截至 ${at}`,
  loading: '正在载入…',
  offline: '连不上服务器，请检查网络后重试。',
  again: '重试',
};
const en = {
  read: 'Please read this notice first',
  readHint: 'Before you go in, see how your personal information is processed.',
  go: (name) => `I have read it, prove my identity by ${name}`,
  noProvider: 'The city has not connected an identity service yet',
  noProviderHint:
    'Come to the credit window in the government service hall with your document to see or ask; it is free.',
  notProved: 'Your identity was not proved. Please begin again.',
  until: (at) => `This holds until ${at}; then prove your identity again.`,
  guardian: 'You act as the guardian of a minor.',
  survivor: 'You act as a relative of the deceased, whose data are frozen.',
  minor: 'Under eighteen or of unknown age: no voluntary programme.',
  document: 'Document',
  kinds: {
    citizenId: 'identity card',
    passport: 'passport',
    hongKongMacaoPermit: 'Hong Kong or Macao permit',
    taiwanPermit: 'Taiwan permit',
    permanentResidence: 'permanent residence card',
  },
  copy: 'Download everything (copy)',
  leave: 'Leave',
  held: 'What is held',
  heldNone: 'Nothing is held about you.',
  heldHint: 'You and those whose duty it is see it. It is not public and not scored.',
  decidedBy: 'Decided by',
  decidedOn: 'Day',
  source: 'Source',
  keptUntil: 'Kept until',
  wrong: 'It is wrong, correct it',
  erase: 'Erase it',
  looked: 'Who looked',
  lookedNone: 'Nobody looked.',
  lookedHint: 'Every look is here; none is delayed or hidden.',
  officer: 'Officer',
  matter: 'Matter',
  caseNumber: 'Case',
  found: (n) => (n === 0 ? 'nothing was found' : `${n} found`),
  dispute: 'I dispute this look',
  restrictions: 'Restricted',
  restriction: { restricted: 'restricted', objected: 'refused', deceased: 'frozen' },
  whole: 'everything',
  one: 'one entry',
  since: (at) => `since ${at}`,
  consents: 'Consent',
  consentsNone: 'Nothing rests on your consent.',
  consent: { active: 'agreed', withdrawn: 'withdrawn', refused: 'not agreed' },
  notAsked: (on) => `not asked again before ${on}`,
  withdraw: 'Withdraw',
  withdrawn: 'Withdrawn at once; nothing else changes.',
  mayAgree: 'You may take part; not taking part has no drawback',
  seeNotice: 'See the notice and decide',
  agree: 'Agree',
  refuse: 'Do not agree',
  requests: 'My requests',
  requestsNone: 'No request yet.',
  ask: 'Ask for something',
  askKind: 'What you want',
  askText: 'Please explain',
  askTextHint: 'Write no document number.',
  askContact: 'How to reach you (optional)',
  send: 'Send',
  cancel: 'Cancel',
  sent: (number, on) => `Received as ${number}; the answer is due on ${on}.`,
  missing: 'Please write a few words.',
  about: { record: 'about this entry', lookup: 'about this look' },
  kind: {
    access: 'access',
    copy: 'a copy',
    transfer: 'a transfer',
    correct: 'correction',
    delete: 'erasure',
    restrict: 'restriction',
    refuse: 'refusal of processing',
    explain: 'an explanation',
    complain: 'complaint',
  },
  state: {
    received: 'received',
    supplement: 'waits for you',
    accepted: 'being handled',
    granted: 'granted and done',
    partlyGranted: 'granted in part',
    refused: 'refused',
    withdrawn: 'withdrawn',
  },
  due: (on) => `answer due on ${on}`,
  overdue: (on) => `was due on ${on}; you may complain`,
  extended: 'extended once',
  open: 'Open',
  said: 'You wrote',
  answer: 'Answer',
  reason: 'Reason',
  supply: 'Add an explanation',
  withdrawRequest: 'Withdraw the request',
  asOf: (at) => `as of ${at}`,
  loading: 'Loading…',
  offline: 'The server was not reached. Check the network and try again.',
  again: 'Try again',
};
const english = document.documentElement.lang === 'en';
const t = english ? en : zh;
const w = (words) => (english ? words.en : words.zh) || words.zh;
const root = document.getElementById('own');
const kinds = Object.keys(zh.kind);

const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'short' });
const when = (at) => clock.format(new Date(at));

/** An element with its text and children; attributes by name, `on…` a listener. */
function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? '' : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}
const button = (label, act, attributes = {}) => el('button', { type: 'button', onclick: act, ...attributes }, label);
const section = (id, title, hint, ...children) =>
  el(
    'section',
    { 'aria-labelledby': id },
    el('h2', { id }, title),
    hint ? el('p', { class: 'hint' }, hint) : null,
    ...children,
  );
const fact = (label, value) => (value ? el('div', {}, el('dt', {}, label), el('dd', {}, value)) : null);

const keep = {
  get: (key) => sessionStorage.getItem(`own.${key}`),
  set: (key, value) => sessionStorage.setItem(`own.${key}`, value),
  clear: () => {
    for (const key of ['secret', 'until', 'nonce', 'notice', 'provider']) sessionStorage.removeItem(`own.${key}`);
  },
};

class Failed extends Error {
  constructor(status, problem) {
    super((english ? problem?.detailEn : null) ?? problem?.detail ?? t.offline);
    this.status = status;
  }
}
async function call(path, { method = 'GET', body } = {}) {
  const secret = keep.get('secret');
  const answer = await fetch(`/api/v1/own/${path}`, {
    method,
    cache: 'no-store',
    headers: {
      ...(secret ? { 'x-own-session': secret } : {}),
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    body: body ? JSON.stringify(body) : undefined,
  }).catch(() => null);
  if (!answer) throw new Failed(0, null);
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  throw new Failed(answer.status, await answer.json().catch(() => null));
}

function show(...nodes) {
  root.replaceChildren(...nodes.flat().filter(Boolean));
}
const alertOf = (text) => el('p', { class: 'own-alert', role: 'alert' }, text);
const doneOf = (text) => el('p', { class: 'own-done', role: 'status' }, text);

/** Runs an act; what fails is said above, and a session that is over leads back to the door. */
async function attempt(act) {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    if (error.status === 401) {
      keep.clear();
      await door(error.message);
      return undefined;
    }
    root.querySelector('.own-alert')?.remove();
    root.prepend(alertOf(error.message));
    root.querySelector('.own-alert').scrollIntoView({ block: 'center' });
    return undefined;
  }
}

// ── the door ──
async function door(message = null) {
  const [{ items }, notice] = await Promise.all([call('providers'), call('notice?purpose=ownRecord')]);
  const text = el(
    'div',
    { class: 'own-notice' },
    ...w(notice.text)
      .split('\n')
      .map((line) => el('p', {}, line)),
  );
  show(
    message ? alertOf(message) : null,
    section('own-read', t.read, t.readHint, text),
    items.length === 0
      ? section('own-none', t.noProvider, null, el('p', {}, t.noProviderHint))
      : el(
          'div',
          { class: 'own-actions' },
          ...items.map((one) => button(t.go(w(one.name)), () => leaveFor(one, notice), { class: 'main' })),
        ),
  );
}

/** To the identity service, with a number that only this tab knows: an answer made for another tab is not taken. */
function leaveFor(provider, notice) {
  const nonce =
    crypto.randomUUID?.() ??
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join('');
  keep.clear();
  keep.set('nonce', nonce);
  keep.set('notice', notice.hash);
  keep.set('provider', provider.key);
  const url = new URL(provider.startUrl);
  url.searchParams.set('redirect_uri', `${location.origin}/own`);
  url.searchParams.set('nonce', nonce);
  location.assign(url);
}

const nonceOf = (assertion) => {
  try {
    const part = assertion.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    return JSON.parse(atob(part)).nonce;
  } catch {
    return null;
  }
};

async function comeBack(assertion) {
  history.replaceState(null, '', location.pathname + location.search);
  const nonce = keep.get('nonce');
  if (!nonce || nonceOf(assertion) !== nonce) {
    keep.clear();
    return door(t.notProved);
  }
  return attempt(async () => {
    const opened = await call('session', {
      method: 'POST',
      body: { provider: keep.get('provider') ?? '', assertion, noticeHash: keep.get('notice') ?? '' },
    });
    keep.clear();
    keep.set('secret', opened.secret);
    keep.set('until', opened.expiresAt);
    await record();
  });
}

// ── the record ──
async function record(said = null) {
  const [view, askable] = await Promise.all([call('record'), call('consents')]);
  const acting = { guardian: t.guardian, survivor: t.survivor }[view.actingAs];
  show(
    said ? doneOf(said) : null,
    el(
      'div',
      { class: 'own-head' },
      view.document
        ? el('p', {}, `${t.document}：${t.kinds[view.document.kind] ?? view.document.kind} ${view.document.masked}`)
        : null,
      acting ? el('p', {}, acting) : null,
      view.minor ? el('p', {}, t.minor) : null,
      el('p', { class: 'hint' }, `${t.until(when(keep.get('until') ?? view.asOf))} ${t.asOf(when(view.asOf))}`),
      el('div', { class: 'own-actions' }, button(t.copy, download), button(t.leave, leave)),
    ),
    held(view),
    looked(view),
    consents(view, askable),
    requests(view),
  );
}

const held = (view) =>
  section(
    'own-held',
    t.held,
    t.heldHint,
    view.records.length === 0 ? el('p', {}, t.heldNone) : null,
    ...view.records.map((row) =>
      el(
        'article',
        {},
        el('h3', {}, w(row.itemName)),
        el(
          'dl',
          {},
          ...row.fields.map((field) => fact(w(field.label), field.value)),
          fact(t.decidedBy, row.decidingBody),
          fact(t.decidedOn, row.decidedOn),
          fact(t.source, row.sourceBody),
          fact(t.keptUntil, row.retainUntil),
        ),
        asking([
          [t.wrong, { kind: 'correct', recordId: row.recordId, about: t.about.record }],
          [t.erase, { kind: 'delete', recordId: row.recordId, about: t.about.record }],
        ]),
      ),
    ),
    view.restrictions.length === 0
      ? null
      : el(
          'ul',
          { 'aria-label': t.restrictions },
          ...view.restrictions.map((row) =>
            el(
              'li',
              {},
              `${t.restriction[row.kind] ?? row.kind} · ${row.recordId ? t.one : t.whole} · ${t.since(when(row.from))}`,
            ),
          ),
        ),
  );

const looked = (view) =>
  section(
    'own-looked',
    t.looked,
    t.lookedHint,
    view.lookups.length === 0 ? el('p', {}, t.lookedNone) : null,
    ...view.lookups.map((row) =>
      el(
        'article',
        {},
        el('h3', {}, row.body),
        el('p', { class: 'hint' }, `${when(row.at)} · ${w(row.purposeName)} · ${t.found(row.found)}`),
        el('dl', {}, fact(t.officer, row.officer), fact(t.matter, row.matter), fact(t.caseNumber, row.caseNumber)),
        asking([[t.dispute, { kind: 'complain', lookupId: row.lookupId, about: t.about.lookup }]]),
      ),
    ),
  );

/** One click gives (after the notice), one click takes back (PIPL art. 15). */
function consents(view, askable) {
  const rows = view.consents.map((row) =>
    el(
      'article',
      {},
      el('h3', {}, w(row.purposeName)),
      el(
        'p',
        { class: 'hint' },
        `${t.consent[row.status] ?? row.status} · ${when(row.endedAt ?? row.decidedAt)}${row.askAgainOn ? ` · ${t.notAsked(row.askAgainOn)}` : ''}`,
      ),
      row.status === 'active'
        ? el(
            'div',
            { class: 'own-actions' },
            button(t.withdraw, () =>
              attempt(async () => {
                await call('consents:withdraw', { method: 'POST', body: { purpose: row.purpose } });
                await record(t.withdrawn);
              }),
            ),
          )
        : null,
    ),
  );
  const asked = askable.purposes.map((purpose) => {
    const place = el('div', {});
    const decide = (notice, agree) => () =>
      attempt(async () => {
        await call('consents', { method: 'POST', body: { purpose: purpose.purpose, noticeHash: notice.hash, agree } });
        await record();
      });
    const open = () =>
      attempt(async () => {
        const notice = await call(`notice?purpose=${encodeURIComponent(purpose.purpose)}`);
        place.replaceChildren(
          el(
            'div',
            { class: 'own-notice' },
            ...w(notice.text)
              .split('\n')
              .map((line) => el('p', {}, line)),
          ),
          el(
            'div',
            { class: 'own-actions' },
            button(t.agree, decide(notice, true)),
            button(t.refuse, decide(notice, false)),
          ),
        );
      });
    return el(
      'article',
      {},
      el('h3', {}, w(purpose.name)),
      el('p', { class: 'hint' }, t.mayAgree),
      place,
      el('div', { class: 'own-actions' }, button(t.seeNotice, open)),
    );
  });
  return section(
    'own-consents',
    t.consents,
    null,
    rows.length + asked.length === 0 ? el('p', {}, t.consentsNone) : null,
    ...rows,
    ...asked,
  );
}

const requests = (view) =>
  section(
    'own-requests',
    t.requests,
    null,
    view.requests.length === 0 ? el('p', {}, t.requestsNone) : null,
    ...view.requests.map((row) => requestOf(row)),
    asking([[t.ask, {}]]),
  );

function requestOf(row) {
  const place = el('div', {});
  const clockLine = row.closedAt
    ? when(row.closedAt)
    : row.overdue
      ? t.overdue(row.dueOn)
      : row.state === 'supplement'
        ? ''
        : t.due(row.dueOn);
  const open = () => attempt(async () => place.replaceChildren(...detailOf(await call(`requests/${row.requestId}`))));
  return el(
    'article',
    {},
    el('h3', {}, `${t.kind[row.kind]} · ${t.state[row.state]}`),
    el('p', { class: row.overdue ? 'late' : 'hint' }, [row.number, clockLine].filter(Boolean).join(' · ')),
    place,
    el('div', { class: 'own-actions' }, button(t.open, open, { 'aria-label': `${t.open} ${row.number}` })),
  );
}

function detailOf(request) {
  const text = el('textarea', { rows: 3, maxlength: 4000, 'aria-label': t.supply });
  const move =
    (act, body = {}) =>
    () =>
      attempt(async () => {
        await call(`requests/${request.requestId}/act`, {
          method: 'POST',
          body: { act, version: request.version, ...body },
        });
        await record();
      });
  return [
    el(
      'dl',
      {},
      fact(t.said, request.statement),
      fact(t.answer, request.answer),
      fact(t.reason, request.reason ? `${w(request.reason)}（${request.reason.article}）` : null),
      fact('', request.extended ? t.extended : null),
    ),
    request.acts.includes('supply') ? text : null,
    el(
      'div',
      { class: 'own-actions' },
      request.acts.includes('supply') ? button(t.supply, () => move('supply', { text: text.value })()) : null,
      request.acts.includes('withdraw') ? button(t.withdrawRequest, move('withdraw')) : null,
    ),
  ].filter(Boolean);
}

/** Buttons that open a form where they stand. */
function asking(choices) {
  const place = el('div', {});
  const buttons = el(
    'div',
    { class: 'own-actions' },
    ...choices.map(([label, prefilled]) => button(label, () => open(prefilled))),
  );
  function open(prefilled) {
    place.replaceChildren(askForm(prefilled, () => place.replaceChildren(buttons)));
    place.querySelector('textarea').focus();
  }
  place.append(buttons);
  return place;
}

let forms = 0;
function askForm({ kind = 'access', recordId, lookupId, about = null }, close) {
  forms += 1;
  const id = (name) => `own-ask-${forms}-${name}`;
  const choice = el(
    'select',
    { id: id('kind') },
    ...kinds.map((one) => el('option', { value: one, selected: one === kind }, t.kind[one])),
  );
  const remark = el('p', { class: 'remark', id: id('remark') });
  const unsay = () => {
    remark.textContent = '';
    text.removeAttribute('aria-invalid');
  };
  const text = el('textarea', {
    id: id('text'),
    rows: 4,
    maxlength: 4000,
    'aria-describedby': `${id('hint')} ${id('remark')}`,
    oninput: unsay,
  });
  const contact = el('input', { id: id('contact'), maxlength: 200, autocomplete: 'tel' });
  const submit = (event) => {
    event.preventDefault();
    if (text.value.trim() === '') {
      remark.textContent = t.missing;
      text.setAttribute('aria-invalid', 'true');
      text.focus();
      return;
    }
    void attempt(async () => {
      const made = await call('requests', {
        method: 'POST',
        body: {
          kind: choice.value,
          statement: text.value.trim(),
          ...(contact.value.trim() ? { contact: contact.value.trim() } : {}),
          ...(recordId ? { recordId } : {}),
          ...(lookupId ? { lookupId } : {}),
        },
      });
      await record(t.sent(made.number, made.dueOn));
      root.querySelector('.own-done').scrollIntoView({ block: 'center' });
    });
  };
  return el(
    'form',
    { class: 'own-form', onsubmit: submit, novalidate: true },
    about ? el('p', { class: 'hint' }, about) : null,
    el('label', { for: id('kind') }, t.askKind),
    choice,
    el('label', { for: id('text') }, t.askText),
    text,
    el('p', { class: 'hint', id: id('hint') }, t.askTextHint),
    remark,
    el('label', { for: id('contact') }, t.askContact),
    contact,
    el(
      'div',
      { class: 'own-actions' },
      el('button', { type: 'submit', class: 'main' }, t.send),
      button(t.cancel, close),
    ),
  );
}

function download() {
  return attempt(async () => {
    const copy = await call('record/copy');
    const url = URL.createObjectURL(new Blob([JSON.stringify(copy, null, 2)], { type: 'application/json' }));
    const link = el('a', { href: url, download: 'own-record.json' });
    root.append(link);
    link.click();
    link.remove();
    URL.revokeObjectURL(url);
  });
}

async function leave() {
  await call('session', { method: 'DELETE' }).catch(() => null);
  keep.clear();
  await begin();
}

async function begin() {
  show(el('p', { role: 'status' }, t.loading));
  const assertion = new URLSearchParams(location.hash.slice(1)).get('assertion');
  try {
    if (assertion) await comeBack(assertion);
    else if (keep.get('secret')) await record();
    else await door();
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    if (error.status === 401) {
      keep.clear();
      await door(error.message);
      return;
    }
    show(
      alertOf(error.message),
      button(t.again, () => void begin()),
    );
  }
}
if (root) void begin();
