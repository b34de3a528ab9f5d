/**
 * Guardrail G8 (natural persons): what may never be collected about a person, whatever a local file says. It is not
 * policy that a place may edit, so it is in code (征信业管理条例 art. 14; 山东省社会信用条例 art. 42; 河南 art. 45).
 */
import type { Bilingual } from './types.ts';

interface Prohibited {
  topic: Bilingual;
  words: RegExp;
}

export const prohibitedInputs: readonly Prohibited[] = [
  { topic: { zh: '宗教信仰', en: 'religion' }, words: /宗教|信仰|\breligio/i },
  {
    topic: { zh: '基因和生物识别', en: 'genes and biometrics' },
    words: /基因|指纹|人脸|虹膜|声纹|生物识别|\bgene(s|tic)?\b|biometric|fingerprint/i,
  },
  {
    topic: { zh: '血型、疾病和病史', en: 'blood type and health' },
    words: /血型|疾病|病史|患病|体检|健康状况|\bblood|\bdisease|medical history/i,
  },
  {
    topic: { zh: '政治观点、信访、投诉', en: 'political views, petitions, complaints' },
    words: /政治面貌|政治观点|党派|信访|上访|petition|political/i,
  },
  {
    topic: { zh: '言论和社交', en: 'speech and contacts' },
    words: /言论|社交|微博|微信|朋友圈|通讯录|联系人关系|social media/i,
  },
  {
    topic: { zh: '亲属、邻居、朋友', en: 'relatives, neighbours, friends' },
    words: /亲属|配偶|父母|子女|家庭成员|邻居|朋友|relatives|spouse|children/i,
  },
  {
    topic: { zh: '民族、性别、婚育', en: 'ethnicity, sex, marital state' },
    words: /民族|性别|婚姻|生育|计生|ethnic|gender|marital/i,
  },
  { topic: { zh: '行踪轨迹', en: 'location traces' }, words: /行踪|轨迹|位置信息|出行记录|location trace/i },
  {
    topic: { zh: '消费和浏览记录', en: 'consumption and browsing' },
    words: /消费记录|消费明细|购物|浏览记录|browsing/i,
  },
  {
    topic: {
      zh: '收入、存款、证券、保险、不动产、纳税数额',
      en: 'income, deposits, securities, insurance, property, tax amounts',
    },
    words: /收入|存款|有价证券|股票|商业保险|不动产|房产|纳税数额|纳税额|\bincome|deposits?\b|securities/i,
  },
  {
    topic: { zh: '学业成绩和在校表现', en: 'school marks and conduct' },
    words: /学习成绩|考试成绩|学业|在校表现|操行|school marks/i,
  },
  {
    topic: {
      zh: '轻微交通违法、垃圾分类、物业费和水电气欠费',
      en: 'minor traffic acts, waste sorting, property fees, utility arrears',
    },
    words:
      /闯红灯|行人违法|垃圾分类|物业费|物业缴费|(水|电|气|燃气|供热|暖气)费?欠费|欠缴(水|电|气|燃气|热)费|jaywalk|waste sorting/i,
  },
  { topic: { zh: '献血、无偿献血', en: 'blood donation' }, words: /献血/ },
];

/** The prohibited topic that a text names, if any. */
export function prohibitedTopic(text: string): Bilingual | undefined {
  return prohibitedInputs.find((entry) => entry.words.test(text))?.topic;
}
