/** A readable page of the OpenAPI description: no script, one style sheet, prints well. */
import { escapeHtml } from './problem-page.ts';

interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly description?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

interface Media {
  readonly schema?: Schema;
}

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly {
    name: string;
    in: string;
    required?: boolean;
    description?: string;
    schema?: Schema;
  }[];
  readonly requestBody?: { content?: Readonly<Record<string, Media>> };
  readonly responses?: Readonly<Record<string, { description?: string; content?: Readonly<Record<string, Media>> }>>;
  readonly 'x-permission'?: string;
}

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;
const maxDepth = 6;

function typeWords(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.anyOf) return schema.anyOf.map(typeWords).join(' | ');
  if (schema.type === 'array') return `${typeWords(schema.items ?? {})}[]`;
  const base = typeof schema.type === 'string' ? schema.type : (schema.type?.join(' | ') ?? 'object');
  const limits = [schema.format, schema.maxLength && `≤ ${schema.maxLength}`, rangeWords(schema)].filter(Boolean);
  return limits.length > 0 ? `${base} (${limits.join(', ')})` : base;
}

function rangeWords(schema: Schema): string {
  if (schema.minimum === undefined && schema.maximum === undefined) return '';
  return `${schema.minimum ?? ''}…${schema.maximum ?? ''}`;
}

/** The object behind lists, nullable unions and intersections, whose fields are worth a table. */
function objectsIn(schema: Schema): readonly Schema[] {
  if (schema.properties) return [schema];
  if (schema.items) return objectsIn(schema.items);
  return [...(schema.anyOf ?? []), ...(schema.allOf ?? [])].flatMap(objectsIn);
}

function fieldRows(schema: Schema, prefix: string, depth: number): string {
  if (depth > maxDepth) return '';
  return objectsIn(schema)
    .flatMap((object) =>
      Object.entries(object.properties ?? {}).map(([name, field]) => {
        const path = prefix ? `${prefix}.${name}` : name;
        const required = object.required?.includes(name) ? '是 yes' : '';
        const row = `<tr><td><code>${escapeHtml(path)}</code></td><td>${escapeHtml(typeWords(field))}</td><td>${required}</td><td>${escapeHtml(field.description ?? '')}</td></tr>`;
        return row + fieldRows(field, field.type === 'array' ? `${path}[]` : path, depth + 1);
      }),
    )
    .join('');
}

function fieldTable(title: string, rows: string): string {
  if (!rows) return '';
  return `<h4>${title}</h4><div class="wide"><table><thead><tr><th>字段 Field</th><th>类型 Type</th><th>必填 Required</th><th>说明 Meaning</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function parameterRows(operation: Operation): string {
  return (operation.parameters ?? [])
    .map(
      (parameter) =>
        `<tr><td><code>${escapeHtml(parameter.name)}</code> <small>${escapeHtml(parameter.in)}</small></td><td>${escapeHtml(typeWords(parameter.schema ?? {}))}</td><td>${parameter.required ? '是 yes' : ''}</td><td>${escapeHtml(parameter.description ?? parameter.schema?.description ?? '')}</td></tr>`,
    )
    .join('');
}

function operationHtml(method: string, path: string, operation: Operation): string {
  const body = Object.entries(operation.requestBody?.content ?? {});
  const answers = Object.entries(operation.responses ?? {}).filter(([status]) => status !== 'default');
  const permission = operation['x-permission'] ?? 'public';
  const parts = [
    `<h3><span class="method">${method.toUpperCase()}</span> <code>${escapeHtml(path)}</code></h3>`,
    operation.summary ? `<p><b>${escapeHtml(operation.summary)}</b></p>` : '',
    operation.description ? `<p>${escapeHtml(operation.description)}</p>` : '',
    `<p>权限 Permission: <code>${escapeHtml(permission)}</code></p>`,
    fieldTable('参数 Parameters', parameterRows(operation)),
    ...body.map(([type, media]) =>
      fieldTable(`请求 Request <small>${escapeHtml(type)}</small>`, fieldRows(media.schema ?? {}, '', 0)),
    ),
    ...answers.map(([status, answer]) =>
      Object.values(answer.content ?? {})
        .map((media) => fieldTable(`响应 Answer ${escapeHtml(status)}`, fieldRows(media.schema ?? {}, '', 0)))
        .join(''),
    ),
  ];
  return `<section>${parts.join('\n')}</section>`;
}

export function openApiPage(document: unknown): string {
  const paths = (document as { paths?: Record<string, Record<string, Operation>> }).paths ?? {};
  const operations = Object.entries(paths)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([path, item]) =>
      methods.flatMap((method) => (item[method] ? [operationHtml(method, path, item[method])] : [])),
    );
  return `<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>接口文档 API · 城信</title><link rel="stylesheet" href="docs.css"></head>
<body><main>
<h1>接口文档 <span lang="en">API reference</span></h1>
<p>机器可读版本 Machine-readable: <a href="openapi.json">openapi.json</a> (OpenAPI 3.1)</p>
<p>错误一律为 RFC 9457 问题对象；列表一律为 <code>{items, nextCursor, dataAsOf}</code>。 Every error is an RFC 9457 problem; every list is <code>{items, nextCursor, dataAsOf}</code>.</p>
${operations.join('\n')}
</main></body>
</html>
`;
}

export const openApiStyle = `:root { color-scheme: light; }
body { margin: 0; font: 16px/1.6 "Noto Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif; color: #1a1a1a; background: #fff; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.6rem; } h3 { font-size: 1.05rem; margin: 0; } h4 { margin: 1rem 0 .3rem; font-size: .95rem; }
section { border-top: 1px solid #d0d5dd; padding: 1.2rem 0; }
.method { display: inline-block; min-width: 4rem; font-weight: 700; color: #0b5394; }
code { font: .9em ui-monospace, Consolas, monospace; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; border-bottom: 1px solid #e4e7ec; padding: .3rem .6rem .3rem 0; }
th { font-weight: 600; }
a { color: #0b5394; }
`;
