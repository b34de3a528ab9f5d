/**
 * Pages that explain. What this platform does not take online yet is said plainly, with the way it is done today:
 * the national site or the window. Nothing here promises a day that policy does not set.
 */
import { type Html, html } from './html.ts';
import { layout, type PageContext, searchForm } from './layout.ts';

export const helpTopics = ['report', 'repair', 'objection', 'access'] as const;
export type HelpTopic = (typeof helpTopics)[number];

const national = html`<a href="https://www.creditchina.gov.cn/" rel="external">www.creditchina.gov.cn</a>`;

interface Topic {
  title: string;
  body: Html;
  search?: boolean;
}

const zh: Record<HelpTopic | 'about', Topic> = {
  report: {
    title: '下载信用报告',
    search: true,
    body: html`<ol><li>查到企业，打开它的公共信用档案。</li><li>点“下载信用报告（PDF）”。公开版不用登录，不收费。</li><li>报告封面有编号和二维码，任何人可以在<a href="/verify">报告核验</a>页核对真伪。</li></ol>
<h2>报告里有什么</h2><p>公开版只含依法公开且在公示期内的信息，每条注明作出机关、文号、日期和数据来源。它列出事实，不打分，不评级。</p>`,
  },
  repair: {
    title: '申请信用修复',
    body: html`<p>信用修复是企业的权利，办理不收费。收费代办“修复”的，请勿相信。</p>
<h2>哪些能修复、最早哪天</h2><p>打开自己的档案，在每条行政处罚下可以看到“怎样修复（最早某年某月某日）”。到了这一天，并且已经纠正失信行为、履行完处罚决定的义务、作出信用承诺的，可以申请终止公示。依据：《信用修复管理办法》（国家发展改革委令第36号）。</p>
<h2>现在到哪里办</h2><p>本平台的网上申请尚未开通。请这样办：</p><ol><li>在“信用中国”网站 ${national} 的“信用修复”栏目提交申请；或者</li><li>到本市政务服务大厅的信用服务窗口，由工作人员帮助提交。</li></ol>
<p>申请由作出处罚的机关审核（谁认定、谁修复）。批准后，本站同步停止公示。</p>
<h2>要带什么</h2><p>履行义务的证明（如罚款缴纳凭证、整改材料）和信用承诺书；代办的另带授权委托书。</p>`,
  },
  objection: {
    title: '提出异议',
    body: html`<p>认为公示的信息有错误、遗漏，或者不应当公开的，可以提出异议，不收费。</p>
<h2>现在到哪里办</h2><p>本平台的网上异议尚未开通。请这样办：</p><ol><li>记下信息的文号和“来源”单位（写在每条信息旁）；</li><li>向来源单位提出，或者到本市政务服务大厅的信用服务窗口提交；也可以在“信用中国”网站 ${national} 的“异议申诉”栏目提交；</li><li>附上能说明问题的材料，如决定书、更正文书、法院裁判。</li></ol>
<p>核查期间，该条信息会标注“异议处理中”。核实有误的，更正后立即停止公示原信息。</p>
<p>对行政处罚决定本身不服的，应依法申请行政复议或提起行政诉讼。</p>`,
  },
  access: {
    title: '谁看过我的信息',
    body: html`<p>部门查看完整档案必须写明用途，每一次查看都与查看行为同时记入日志，写不进日志就不能查看。日志只能增加，不能修改或删除。</p>
<h2>现在怎样查阅</h2><p>企业网上查阅的功能尚未开通。法定代表人或其委托的人可以凭营业执照和身份证明，到本市政务服务大厅的信用服务窗口申请查阅本企业的查询记录。</p>
<p>本站公开页面的浏览不登录，不记录浏览者是谁。</p>`,
  },
  about: {
    title: '公示说明',
    body: html`<h2>这里公示什么</h2><p>各部门依法作出并报送的行政许可、行政处罚等信息，限于全国公共信用信息基础目录和本地补充目录中可以公开的条目。每条都注明作出机关、文号、日期和来源单位。</p>
<h2>公示多久、为什么</h2><p>公示期限由国家规定，按每条信息的决定日期计算。期限届满当天之后，页面不再显示。每条信息旁都可以展开“为什么是这一天？”，看到依据的文件和条款。</p>
<h2>不公示什么</h2><ul><li>轻微失信、简易程序处罚、警告和通报批评等依规定不公示的；</li><li>超过公示期限的、已经修复的、被撤销的；</li><li>国家秘密、商业秘密、个人隐私，以及未成年人信息。</li></ul>
<h2>自然人信息不提供查询</h2><p>本站只公示单位和个体工商户的经营信息。自然人不能被查询，不被打分，不被排名。法定代表人和经营者的姓名只显示姓氏；个体工商户的住所只显示到街道。</p>
<h2>怎样看待这些信息</h2><p>本站列出事实，不对任何主体评级。没有公示信息不等于没有受过处罚；有公示信息也不等于现在仍有问题。请以作出机关的文书为准。</p>
<h2>更正和投诉</h2><p>信息有误，见<a href="/help/objection">提出异议</a>；申请修复，见<a href="/help/repair">申请信用修复</a>。</p>`,
  },
};

const en: Record<HelpTopic | 'about', Topic> = {
  report: {
    title: 'Download a credit report',
    search: true,
    body: html`<ol><li>Find the organisation and open its public credit archive.</li><li>Choose “Download the credit report (PDF)”. The public version needs no sign-in and is free.</li><li>The cover has a number and a QR code; anybody can <a href="/verify">verify the report</a>.</li></ol>
<h2>What is in it</h2><p>Only what the law makes public and what is within its period of display; each fact with the deciding body, document number, date and source. It states facts: no score, no grade.</p>`,
  },
  repair: {
    title: 'Apply for credit repair',
    body: html`<p>Repair is a right of the organisation and free of charge. Do not believe anybody who sells it.</p>
<h2>What can be repaired, and from when</h2><p>In your archive each penalty says “How to repair (from …)”. From that day, once the conduct is corrected, the duties of the decision are fulfilled and a commitment is made, you may apply to end the display. Basis: Measures for Credit Repair (NDRC Order No. 36).</p>
<h2>Where it is done today</h2><p>This platform does not take applications online yet. Instead:</p><ol><li>apply at Credit China, ${national}, under “信用修复”; or</li><li>go to the credit window in the city’s government service hall, where staff file it with you.</li></ol>
<p>The body that imposed the penalty decides. Once granted, display stops here too.</p>
<h2>What to bring</h2><p>Proof that the duties are fulfilled (receipt of the fine, evidence of correction) and the commitment; an agent also brings an authorisation.</p>`,
  },
  objection: {
    title: 'Object to a record',
    body: html`<p>Whoever finds a record wrong, incomplete or unlawfully public may object, free of charge.</p>
<h2>Where it is done today</h2><p>This platform does not take objections online yet. Instead:</p><ol><li>note the document number and the source body (beside each fact);</li><li>turn to the source body or the credit window in the city’s government service hall, or file at Credit China, ${national}, under “异议申诉”;</li><li>enclose what shows the error: the decision, a correction, a judgment.</li></ol>
<p>While it is examined, the record is marked “Objection in progress”. If it proves wrong it is corrected and the old entry is taken down at once.</p>
<p>Against the penalty itself there is administrative review or litigation.</p>`,
  },
  access: {
    title: 'Who looked at my record',
    body: html`<p>A department must state its purpose before it opens a full archive. Every look is logged in the same act: what cannot be logged cannot be seen. The log is only ever added to.</p>
<h2>How to see it today</h2><p>Organisations cannot read it online yet. The legal representative or an authorised person may ask at the credit window in the city’s government service hall, with the licence and proof of identity.</p>
<p>Reading the public pages needs no sign-in; who reads them is not recorded.</p>`,
  },
  about: {
    title: 'What is published here',
    body: html`<h2>What is shown</h2><p>Licences, penalties and other acts that departments decided and reported, limited to the items that the national catalogue and the local supplement make public; each with the deciding body, document number, date and source.</p>
<h2>For how long, and why</h2><p>The periods are set by national rules and run from the date of the decision. After the last day it is not shown. “Why this day?” beside each fact opens the document and article.</p>
<h2>What is not shown</h2><ul><li>minor matters, simple-procedure penalties, warnings and public criticism, which the rules exempt;</li><li>what is past its period, repaired or revoked;</li><li>state and trade secrets, privacy, and anything about minors.</li></ul>
<h2>Natural persons cannot be searched</h2><p>This site is about organisations and the business of sole traders. Persons are not searched, scored or ranked. Of a legal representative or operator only the surname is shown; of a sole trader’s dwelling only the street.</p>
<h2>How to read it</h2><p>The site states facts and rates nobody. No entry does not mean that there never was a penalty; an entry does not mean that something is still wrong. The deciding body’s document prevails.</p>
<h2>Corrections</h2><p>See <a href="/help/objection">objections</a> and <a href="/help/repair">credit repair</a>.</p>`,
  },
};

export function helpPage(page: PageContext, topic: HelpTopic | 'about'): string {
  const { title, body, search } = (page.language === 'zh' ? zh : en)[topic];
  const section = topic === 'repair' || topic === 'objection' || topic === 'about' ? topic : undefined;
  return layout(
    page,
    { title, ...(section ? { section } : {}) },
    html`<div class="wide"><article class="prose"><h1>${title}</h1>${search && searchForm(page, '', {})}${body}</article></div>`,
  );
}
