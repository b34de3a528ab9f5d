/** The plain page for people that shows a problem, until the portal sets its own. Works without script and style. */
import type { Problem } from '../errors.ts';

export const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

export function plainProblemPage(problem: Problem): string {
  const id = problem.requestId ? `<p>请求编号 Request id: <code>${escapeHtml(problem.requestId)}</code></p>` : '';
  return `<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${problem.status} · 城信</title></head>
<body><main>
<h1>${escapeHtml(problem.detail)}</h1>
<p lang="en">${escapeHtml(problem.detailEn)}</p>
${id}
<p><a href="/">返回首页 Home</a></p>
</main></body>
</html>
`;
}
