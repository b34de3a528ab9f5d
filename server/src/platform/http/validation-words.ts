/** What is wrong with a field and what to enter, from the validator's findings, in both languages. */
import type { ProblemDetail } from '../errors.ts';

export interface ValidationFinding {
  readonly keyword?: string;
  readonly instancePath?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

const formatWords: Readonly<Record<string, readonly [string, string]>> = {
  uuid: ['应为编号（uuid），请使用列表或响应中给出的 id', 'must be an id (uuid) as given in lists and answers'],
  date: ['应为日期，形如 2026-03-01', 'must be a day such as 2026-03-01'],
  'date-time': ['应为时间，形如 2026-03-01T08:00:00Z', 'must be an instant such as 2026-03-01T08:00:00Z'],
};

const typeWords: Readonly<Record<string, readonly [string, string]>> = {
  string: ['文本', 'text'],
  integer: ['整数', 'a whole number'],
  number: ['数字', 'a number'],
  boolean: ['true 或 false', 'true or false'],
  array: ['列表', 'a list'],
  object: ['对象', 'an object'],
};

type Words = readonly [zh: string, en: string];

function typeName(value: unknown): Words {
  const names = (Array.isArray(value) ? value : [value]).map(
    (name) => typeWords[String(name)] ?? [String(name), String(name)],
  );
  return [names.map((name) => name[0]).join('或'), names.map((name) => name[1]).join(' or ')];
}

const say = (zh: string, en: string): Words => [zh, en];

const words: Readonly<Record<string, (params: Readonly<Record<string, unknown>>) => Words>> = {
  type: (p) => {
    const [zh, en] = typeName(p.type);
    return say(`应为${zh}`, `must be ${en}`);
  },
  format: (p) =>
    formatWords[String(p.format)] ?? say(`格式应为 ${String(p.format)}`, `must have the format ${String(p.format)}`),
  minLength: (p) => say(`至少 ${String(p.limit)} 个字符`, `needs at least ${String(p.limit)} characters`),
  maxLength: (p) =>
    say(`最多 ${String(p.limit)} 个字符，请缩短`, `takes at most ${String(p.limit)} characters; shorten it`),
  minItems: (p) => say(`至少 ${String(p.limit)} 项`, `needs at least ${String(p.limit)} items`),
  maxItems: (p) =>
    say(`最多 ${String(p.limit)} 项，请分批提交`, `takes at most ${String(p.limit)} items; send them in parts`),
  minimum: (p) => say(`不能小于 ${String(p.limit)}`, `must be at least ${String(p.limit)}`),
  maximum: (p) => say(`不能大于 ${String(p.limit)}`, `must be at most ${String(p.limit)}`),
  pattern: (p) => say(`格式不符：${String(p.pattern)}`, `does not match ${String(p.pattern)}`),
};

/** At most this many places are named: a body of a thousand wrong rows need not be answered by a thousand texts. */
const maxDetails = 50;

/** JSON pointer of the field, after the part of the request it is in (`body`, `querystring` …). */
const fieldOf = (context: string, path: string): string => `${context}${path}`;

function allowedValues(findings: readonly ValidationFinding[], path: string): string[] {
  return findings
    .filter((finding) => finding.keyword === 'const' && finding.instancePath === path)
    .map((finding) => String(finding.params?.allowedValue));
}

function missing(context: string, path: string, name: unknown): ProblemDetail {
  return {
    field: fieldOf(context, `${path}/${String(name)}`),
    code: 'required',
    zh: '缺少此项，请填写',
    en: 'is missing; give a value',
  };
}

function unknownField(context: string, path: string, name: unknown): ProblemDetail {
  return {
    field: fieldOf(context, `${path}/${String(name)}`),
    code: 'unknown',
    zh: '没有此项，请删除（见接口文档）',
    en: 'is not a field here; remove it (see the API documentation)',
  };
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** `context` is the part of the request: body, querystring, params or headers. */
export function validationDetails(findings: readonly ValidationFinding[], context: string): ProblemDetail[] {
  const details: ProblemDetail[] = [];
  const told = new Set<string>();
  const add = (detail: ProblemDetail): void => {
    const key = `${detail.field}\n${detail.code}`;
    if (told.has(key) || details.length >= maxDetails) return;
    told.add(key);
    details.push(detail);
  };
  for (const finding of findings) {
    const path = finding.instancePath ?? '';
    const params = finding.params ?? {};
    const keyword = finding.keyword ?? '';
    if (keyword === 'required') {
      for (const name of asList(params.requiredProperties)) add(missing(context, path, name));
    } else if (keyword === 'additionalProperties') {
      for (const name of asList(params.additionalProperties)) add(unknownField(context, path, name));
    } else if (keyword === 'anyOf' || keyword === 'enum' || keyword === 'const') {
      const allowed = keyword === 'enum' ? asList(params.allowedValues).map(String) : allowedValues(findings, path);
      const zh = allowed.length > 0 ? `应为其中之一：${allowed.join('、')}` : '不符合要求的格式';
      const en = allowed.length > 0 ? `must be one of ${allowed.join(', ')}` : 'does not have the expected form';
      add({ field: fieldOf(context, path), code: 'choice', zh, en });
    } else if (keyword !== 'boolean') {
      const [zh, en] = words[keyword]?.(params) ?? ['不符合要求', 'is not valid'];
      add({ field: fieldOf(context, path), code: keyword, zh, en });
    }
  }
  return details;
}
