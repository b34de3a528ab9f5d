// The officer's page: receive, check (by the widget), answer each measure, decide. It knows no key and no platform.
const texts = {
  zh: {
    title: '审批系统（模拟）',
    receive: '收件',
    code: '申请单位统一社会信用代码',
    cases: '申请',
    other: 'English',
    number: '办件编号',
    grant: '准予',
    refuse: '不予',
    open: '办理中',
    granted: '已准予',
    refused: '已不予',
    changed: '须重新核查',
    none: '还没有申请，请先收件。',
  },
  en: {
    title: 'Approval system (simulator)',
    receive: 'Receive',
    code: 'Unified code of the applicant',
    cases: 'Applications',
    other: '中文',
    number: 'Case number',
    grant: 'Grant',
    refuse: 'Refuse',
    open: 'open',
    granted: 'granted',
    refused: 'refused',
    changed: 'check again',
    none: 'Nothing yet: receive an application first.',
  },
};
let language = new URLSearchParams(location.search).get('lang') === 'en' ? 'en' : 'zh';
let chosen = null;
let shown = '';
const words = () => texts[language];
const $ = (selector) => document.querySelector(selector);

function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

async function call(path, body) {
  const options = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const answer = await fetch(path, { ...options, headers: { 'content-type': 'application/json' } });
  const value = await answer.json();
  if (!answer.ok) throw new Error(language === 'en' ? value.detailEn : value.detail);
  return value;
}

const stateOf = (one) => (one.state === 'open' && one.changed ? words().changed : words()[one.state]);

function showList(items) {
  const nav = $('#cases');
  nav.setAttribute('aria-label', words().cases);
  if (items.length === 0) return nav.replaceChildren(el('p', {}, words().none));
  nav.replaceChildren(
    ...items.map((one) => {
      const button = el('button', { type: 'button', ...(one.id === chosen ? { 'aria-current': 'true' } : {}) });
      button.append(`${one.caseNumber} `, el('span', { class: one.changed ? 'changed' : '' }, stateOf(one)));
      button.addEventListener('click', () => choose(one.id));
      return button;
    }),
  );
}

function showCase(one) {
  const section = $('#case');
  section.hidden = false;
  const widget = el('chengxin-check', {
    endpoint: '/api/credit',
    code: one.code,
    matter: one.matter,
    purpose: one.purpose,
    'case-number': one.caseNumber,
    lang: language,
  });
  const problem = el('p', { role: 'alert', class: 'problem' });
  const decide = (decision, word) => {
    const button = el('button', { type: 'button' }, word);
    button.addEventListener('click', async () => {
      problem.textContent = '';
      await call(`/api/applications/${one.id}/decide`, { decision }).then(refresh, (error) => {
        problem.textContent = error.message;
      });
    });
    return button;
  };
  const facts = el(
    'p',
    {},
    `${words().number} ${one.caseNumber} · ${one.code} · `,
    el('strong', { id: 'state' }, stateOf(one)),
  );
  section.replaceChildren(el('h2', {}, one.caseNumber), facts);
  if (one.state === 'open')
    section.append(
      widget,
      el('div', { class: 'row' }, decide('granted', words().grant), decide('refused', words().refuse)),
      problem,
    );
}

async function refresh() {
  const { items } = await call('/api/applications');
  showList(items);
  const one = items.find(({ id }) => id === chosen);
  if (!one) return;
  // What is being typed stays: the case is drawn anew only when it is another one, or was decided.
  const now = `${one.id} ${one.state} ${language}`;
  if (now !== shown) showCase(one);
  shown = now;
  const state = $('#state');
  if (state) state.textContent = stateOf(one);
  const widget = $('chengxin-check');
  if (one.changed && one.state === 'open' && widget?.receipt) widget.askAgain();
}

function choose(id) {
  chosen = id;
  return refresh();
}

function speak() {
  document.documentElement.lang = language === 'en' ? 'en' : 'zh-CN';
  document.title = words().title;
  $('h1').textContent = words().title;
  $('#receive-title').textContent = words().receive;
  $('#receive label').firstChild.textContent = words().code;
  $('#receive button').textContent = words().receive;
  $('#language').textContent = words().other;
  $('#language').lang = language === 'en' ? 'zh-CN' : 'en';
}

$('#receive').addEventListener('submit', async (event) => {
  event.preventDefault();
  const { id } = await call('/api/applications', { code: new FormData(event.target).get('code') });
  event.target.reset();
  await choose(id);
});
$('#language').addEventListener('click', () => {
  language = language === 'en' ? 'zh' : 'en';
  speak();
  return refresh();
});
document.addEventListener('chengxin-checked', () => {
  // What was wrong before the check is not wrong any more.
  document.querySelector('.problem')?.replaceChildren();
  return refresh();
});
document.addEventListener('chengxin-feedback', refresh);
speak();
refresh();
// A real system would push; looking is enough to show what a webhook does.
setInterval(refresh, 1000);
