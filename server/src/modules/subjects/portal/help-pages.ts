/**
 * Pages that explain. What this platform does not take online yet is said plainly, with the way it is done today:
 * the national site or the window. Nothing here promises a day that policy does not set.
 */
import { type Html, html } from './html.ts';
import { layout, type PageContext, searchForm } from './layout.ts';

export const helpTopics = ['report', 'repair', 'objection', 'access', 'privacy'] as const;
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
<h2>怎样办</h2><ol><li><strong>网上</strong>：企业代表<a href="/desk/objections/new">登录工作台</a>，从本单位档案中选一条信息，写明哪里不对、依据是什么，附上证明；</li><li><strong>窗口</strong>：到本市政务服务大厅的信用服务窗口，由工作人员代为提交；</li><li>也可以在“信用中国”网站 ${national} 的“异议申诉”栏目提交。</li></ol>
<h2>多久</h2><p>一个工作日内决定是否受理，需要提供单位核查的，七个工作日内办结；每一步和到期日都能在网上看到。</p>
<p>想在信息旁写一份说明的，见“主体说明”；不清楚走哪条路的，见<a href="/guide">办事向导</a>。</p>
<p>核查期间，该条信息会标注“异议处理中”。核实有误的，更正后立即停止公示原信息。</p>
<p>对行政处罚决定本身不服的，应依法申请行政复议或提起行政诉讼。</p>`,
  },
  access: {
    title: '谁看过我的信息',
    body: html`<p>部门查看完整档案必须写明用途，每一次查看都与查看行为同时记入日志，写不进日志就不能查看。日志只能增加，不能修改或删除。</p>
<h2>现在怎样查阅</h2><p>企业网上查阅的功能尚未开通。法定代表人或其委托的人可以凭营业执照和身份证明，到本市政务服务大厅的信用服务窗口申请查阅本企业的查询记录。</p>
<p>本站公开页面的浏览不登录，不记录浏览者是谁。</p>`,
  },
  privacy: {
    title: '个人信息权利',
    body: html`<p>本平台面向单位。自然人不打分、不评级、不排名，没有个人名单，也不能按姓名查找。依法归集到的个人许可等信息以密文单独保存，不公开。</p>
<h2>您可以要求</h2><ul><li><strong>查阅、复制、转移</strong>：看到平台持有的关于您的全部信息，取得副本；</li><li><strong>更正、补充</strong>：信息不准确、不完整的；</li><li><strong>删除</strong>：处理目的已实现、保存期限已满、处理违法或者您撤回同意的；</li><li><strong>限制或者拒绝处理</strong>；</li><li><strong>解释说明</strong>处理规则；</li><li><strong>看到谁查过您</strong>：单位、事项、案号和时间，一次不少。</li></ul>
<p>不满十八周岁的，由监护人代为提出；自然人死亡的，近亲属可以查阅、复制、更正、删除，平台同时冻结其信息。依据：《中华人民共和国个人信息保护法》第四十四条至第五十条。</p>
<h2>怎样提出</h2><ol><li>在<a href="/own">我的信用信息</a>页，通过本市统一身份认证实名核验后网上查阅和提出（本市接入后开通）；或者</li><li>携带本人有效证件到政务服务大厅的信用服务窗口，当面提出。监护人、近亲属另带关系证明。</li></ol>
<p>请不要通过电话、邮件发送证件号码。办理不收费。</p>
<h2>什么时候答复</h2><p>一般十五个工作日内答复，情况复杂的可以延长一次并告知您。拒绝的一定说明理由和依据。对答复不服的，可以投诉，也可以向人民法院起诉。</p>
<h2>谁可以查询您</h2><p>只有依法负有核查义务的单位，在办理具体事项时，写明目的和案号，凭完整证件号码一次查一人，次数有上限。没有模糊查询、批量查询和导出。</p>
<h2>同意和撤回</h2><p>本平台现在没有以您的同意为依据的项目。今后如有，只会带来便利，不参加没有任何不利；同意可以随时一步撤回，撤回后一年内不再询问。</p>`,
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
<h2>How</h2><ol><li><strong>Online</strong>: the representative <a href="/desk/objections/new">signs in</a>, chooses the record among the organisation’s own, says what is wrong and what shows it, and adds proof;</li><li><strong>at the credit window</strong> in the city’s government service hall, where staff file it with you;</li><li>or at Credit China, ${national}, under “异议申诉”.</li></ol>
<h2>How long</h2><p>Within one working day you learn whether it is taken up; where the source must check, it ends within seven. Each step and its due day can be read online.</p>
<p>To say something beside a record, make a statement. Not sure which way is yours? <a href="/guide">Three questions</a>.</p>
<p>While it is examined, the record is marked “Objection in progress”. If it proves wrong it is corrected and the old entry is taken down at once.</p>
<p>Against the penalty itself there is administrative review or litigation.</p>`,
  },
  access: {
    title: 'Who looked at my record',
    body: html`<p>A department must state its purpose before it opens a full archive. Every look is logged in the same act: what cannot be logged cannot be seen. The log is only ever added to.</p>
<h2>How to see it today</h2><p>Organisations cannot read it online yet. The legal representative or an authorised person may ask at the credit window in the city’s government service hall, with the licence and proof of identity.</p>
<p>Reading the public pages needs no sign-in; who reads them is not recorded.</p>`,
  },
  privacy: {
    title: 'Your rights as a person',
    body: html`<p>This platform is about organisations. Persons are not scored, graded or ranked; there is no list of persons and no search by name. What is lawfully reported about a person, such as a licence, is kept apart, encrypted, and is not public.</p>
<h2>You may ask for</h2><ul><li><strong>access, a copy, a transfer</strong>: everything that is held about you;</li><li><strong>correction and completion</strong>;</li><li><strong>erasure</strong>, when the purpose is fulfilled, the term is over, the processing is unlawful or you withdraw your consent;</li><li><strong>restriction or refusal</strong> of processing;</li><li><strong>an explanation</strong> of the rules;</li><li><strong>who looked</strong>: body, matter, case and time, every one.</li></ul>
<p>For somebody under eighteen the guardian asks. Relatives of the deceased may see, copy, correct and erase; the data are frozen at the same time. Basis: Personal Information Protection Law, art. 44 to 50.</p>
<h2>How to ask</h2><ol><li>online under <a href="/own">My own record</a>, after proving your identity through the city’s identity service (once the city has connected it); or</li><li>at the credit window in the city’s government service hall, with your document. Guardians and relatives also bring proof of it.</li></ol>
<p>Please send no document number by telephone or e-mail. It is free of charge.</p>
<h2>When you get an answer</h2><p>As a rule within fifteen working days; a difficult case may be extended once, and you are told. A refusal gives its reason and basis. You may complain or go to court.</p>
<h2>Who may look you up</h2><p>Only a body that a statute obliges to check, inside a matter, for a stated purpose and case, with your whole document number, one person at a time and within limits. There is no search by part, no batch and no export.</p>
<h2>Consent</h2><p>Nothing here rests on your consent today. If that changes, it only brings benefits, not taking part has no drawback, you withdraw in one step, and nobody asks again for a year.</p>`,
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
