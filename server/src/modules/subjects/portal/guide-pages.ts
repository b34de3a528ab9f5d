/**
 * 办事向导: three questions lead to a procedure, its conditions, time and form. The tree is policy (`wizard`); the days of a
 * procedure of this platform come from its own policy, so that they are said once. Links only: it works without script.
 */
import type { Bilingual, PolicyRuntime, Wizard, WizardOutcome, WizardQuestion } from '../../policy/types.ts';
import { type Html, html } from './html.ts';
import { layout, type PageContext, t } from './layout.ts';

/** Question after which each question may come: how far one has come. Pure. */
export function depthOf(wizard: Wizard, key: string): number {
  let level = [wizard.start];
  for (let depth = 1; depth <= wizard.questions.length; depth++) {
    if (level.includes(key)) return depth;
    level = wizard.questions
      .filter((question) => level.includes(question.key))
      .flatMap((question) => question.answers.flatMap((answer) => answer.next ?? []));
  }
  return 1;
}

/** The most questions that any path asks. */
export function deepest(wizard: Wizard): number {
  return Math.max(...wizard.questions.map((question) => depthOf(wizard, question.key)));
}

export type GuideNode =
  | { readonly kind: 'question'; readonly question: WizardQuestion }
  | { readonly kind: 'outcome'; readonly outcome: WizardOutcome };

/** A question or an outcome by its key; null where there is none. */
export function guideNode(wizard: Wizard, key: string): GuideNode | null {
  const question = wizard.questions.find((one) => one.key === key);
  if (question) return { kind: 'question', question };
  const outcome = wizard.outcomes.find((one) => one.key === key);
  return outcome ? { kind: 'outcome', outcome } : null;
}

const guidePath = (key: string): string => `/guide/${encodeURIComponent(key)}`;

export function guideQuestionPage(page: PageContext, wizard: Wizard, question: WizardQuestion): string {
  const w = t(page);
  const step = depthOf(wizard, question.key);
  const items = question.answers.map(
    (answer) =>
      html`<li><a href="${guidePath(answer.next ?? answer.outcome ?? wizard.start)}"><strong>${answer.text[page.language]}</strong></a></li>`,
  );
  return layout(
    page,
    { title: w.guideTitle },
    html`<div class="wide"><div class="prose guide"><p class="meta">${w.guideTitle} · ${w.guideStep(step, deepest(wizard))}</p>
<h1>${question.text[page.language]}</h1>
<ul class="answers">${items}</ul>
${step > 1 && html`<p><a href="/guide">${w.guideAgain}</a></p>`}</div></div>`,
  );
}

interface ClockLine {
  readonly name: Bilingual;
  readonly days: number;
}

const clockNames: Readonly<Record<string, Bilingual>> = {
  forward: { zh: '转认定单位', en: 'forwarded' },
  accept: { zh: '受理', en: 'taken up' },
  decide: { zh: '作出决定', en: 'decided' },
  provider: { zh: '提供单位核查', en: 'checked by the source' },
  explain: { zh: '被投诉单位说明', en: 'explained by the body' },
  review: { zh: '审核', en: 'read' },
  total: { zh: '全部办结', en: 'the whole' },
};

/** The clocks that the public is told of; what only moves papers between offices is left out. */
function clocksOf(policy: PolicyRuntime, procedure: string): ClockLine[] {
  if (!policy.procedureKeys().includes(procedure)) return [];
  return policy.procedure(procedure).clocks.flatMap((clock) => {
    const name = clockNames[clock.key];
    return name ? [{ name, days: clock.days }] : [];
  });
}

function timeOf(page: PageContext, policy: PolicyRuntime, outcome: WizardOutcome): Html {
  const w = t(page);
  const lines = clocksOf(policy, outcome.procedure);
  if (lines.length === 0) return html`<p>${outcome.time?.[page.language] ?? w.guideNoTime}</p>`;
  return html`<ul>${lines.map(({ name, days }) => html`<li>${w.guideDays(name[page.language], days)}</li>`)}</ul>${outcome.time && html`<p>${outcome.time[page.language]}</p>`}`;
}

export function guideOutcomePage(page: PageContext, policy: PolicyRuntime, outcome: WizardOutcome): string {
  const w = t(page);
  const { language } = page;
  const { document, number, article } = outcome.basis;
  const basis = [document, number, article].filter((part) => part !== undefined && part !== '').join(' ');
  return layout(
    page,
    { title: outcome.name[language] },
    html`<div class="wide"><article class="prose guide"><p class="meta">${w.guideTitle}</p>
<h1>${outcome.name[language]}</h1>
<p>${outcome.summary[language]}</p>
${outcome.form && html`<p><a class="go" href="${outcome.form.path}">${outcome.form.label[language]}</a></p>${outcome.form.also && html`<p class="meta">${outcome.form.also[language]}</p>`}`}
${outcome.conditions.length > 0 && html`<h2>${w.guideConditions}</h2><ul>${outcome.conditions.map((condition) => html`<li>${condition[language]}</li>`)}</ul>`}
<h2>${w.guideTime}</h2>${timeOf(page, policy, outcome)}
<h2>${w.guideFee}</h2><p>${w.guideFree}</p>
<p class="meta">${w.guideBasis}${language === 'zh' ? '：' : ': '}${basis}</p>
<p>${outcome.help && html`<a href="${outcome.help}">${w.guideMore}</a> · `}<a href="/guide">${w.guideAgain}</a></p></article></div>`,
  );
}
