/** What a schema cannot say of notices and papers: what their words may name. */
import type { Report } from './check-files.ts';
import { type Notices, PAPER_FACTS, type PaperTemplate } from './types.ts';

/** A telephone is no place for what a record holds: only these may be named there. */
const smsParams: ReadonlySet<string> = new Set(['number', 'procedure', 'due', 'count', 'on']);

const namedIn = (text: string): string[] => [...text.matchAll(/\{(\w*)\}/g)].map((match) => match[1] ?? '');

export function checkNotices(
  key: string,
  body: Notices,
  seen: { readonly topics: Map<string, string> },
  report: Report,
): void {
  for (const [at, topic] of body.topics.entries()) {
    const path = `body.topics[${at}]`;
    const other = seen.topics.get(topic.topic);
    if (other !== undefined && other !== key)
      report(`${path}.topic`, `“${topic.topic}”在“${other}”中已有`, `"${topic.topic}" is in "${other}" already`);
    seen.topics.set(topic.topic, key);
    const known = new Set(topic.params);
    for (const [place, text] of [
      ['title.zh', topic.title.zh],
      ['title.en', topic.title.en],
      ['text.zh', topic.text.zh],
      ['text.en', topic.text.en],
      ['sms', topic.sms ?? ''],
    ] as const) {
      for (const name of namedIn(text)) {
        if (!known.has(name))
          report(`${path}.${place}`, `没有参数“${name}”`, `there is no parameter "${name}" in params`);
        else if (place === 'sms' && !smsParams.has(name))
          report(`${path}.sms`, `短信不得含“${name}”`, `a text message may not hold "${name}"`);
      }
    }
    const channels = Object.values(topic.channels).flat();
    if (channels.includes('sms') && topic.sms === undefined)
      report(`${path}.sms`, '使用短信须写明短信内容', 'the words of the text message are missing');
    if ((topic.on === undefined) !== (topic.to === undefined))
      report(`${path}.to`, '事件（on）和对象（to）须同时写明', 'events (on) and whom they concern (to) go together');
  }
}

export function checkPaper(body: PaperTemplate, report: Report): void {
  const known = new Set<string>(PAPER_FACTS);
  for (const [at, field] of body.fields.entries()) {
    if (known.has(field.key)) report(`body.fields[${at}].key`, `“${field.key}”重复`, `"${field.key}" is there already`);
    known.add(field.key);
  }
  const texts = [
    ...body.paragraphs.map((text, at) => [`body.paragraphs[${at}]`, text] as const),
    ...(body.annex ?? []).map((text, at) => [`body.annex[${at}]`, text] as const),
    ...(body.rows ?? []).map((row, at) => [`body.rows[${at}].value`, row.value] as const),
  ];
  for (const [path, text] of texts)
    for (const name of namedIn(text))
      if (!known.has(name)) report(path, `没有“${name}”这一项`, `there is no field "${name}"`);
  if (texts.length === 0) report('body.paragraphs', '文书没有正文', 'the paper has no text');
}
