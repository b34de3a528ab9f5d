/**
 * `/own`: the door to the own record of a person. Nothing about anybody stands in the page; its script reads the record after
 * a proof of identity, with a secret that stays in the tab (persons/own-session.ts).
 */
import { html } from './html.ts';
import { layout, type PageContext } from './layout.ts';

const words = {
  zh: {
    title: '我的信用信息',
    lead: '看到平台保存的关于您的全部信息、谁查过您，并可以要求更正、删除、说明或投诉。不打分，不评级，不公开。',
    noScript: '网上查阅需要浏览器允许运行脚本。您也可以携带本人有效证件，到政务服务大厅的信用服务窗口当面查阅。',
    rights: '有哪些权利、怎样提出',
  },
  en: {
    title: 'My own record',
    lead: 'See everything that is held about you and who looked, and ask for correction, erasure, an explanation, or complain. No score, no grade, not public.',
    noScript:
      'Reading it online needs a browser that may run scripts. You may also come to the credit window in the government service hall with your document.',
    rights: 'What your rights are and how to use them',
  },
} as const;

export function ownPage(page: PageContext): string {
  const w = words[page.language];
  return layout(
    page,
    { title: w.title, noIndex: true, script: page.assets.own.path },
    html`<div class="wide prose"><h1>${w.title}</h1>
<p>${w.lead} <a href="/help/privacy">${w.rights}</a></p>
<div class="own" id="own"></div>
<noscript><p>${w.noScript}</p></noscript>
</div>`,
  );
}
