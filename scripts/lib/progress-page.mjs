/** What the port answers before the application does. Used by the launcher (Node 20) and by the server (Node 26). */
import { createHash } from 'node:crypto';

const style = `
:root { color-scheme: light dark; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #f5f7fa; color: #1f2d3d;
  font: 16px/1.7 "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "Source Han Sans SC", system-ui, sans-serif; }
main { max-width: 34rem; margin: 1rem; padding: 2.5rem 2.75rem; background: #fff; border-radius: 8px; border-top: 4px solid #1a5fb4;
  box-shadow: 0 1px 3px #0002, 0 8px 24px #0001; }
h1 { margin: 0 0 1.25rem; font-size: 1.375rem; line-height: 1.4; font-weight: 600; letter-spacing: .02em; }
h1 .en { display: block; font-weight: 400; letter-spacing: 0; }
p { margin: .25rem 0; }
.en { color: #5a6b7d; font-size: .875rem; }
.bar { height: 4px; margin: 1.5rem 0; border-radius: 2px; overflow: hidden; background: #e3e9f1; }
.bar i { display: block; width: 40%; height: 100%; border-radius: 2px; background: #1a5fb4; animation: slide 1.6s ease-in-out infinite; }
.failed { border-top-color: #b3261e; }
.failed .bar i { width: 100%; background: #b3261e; animation: none; }
@keyframes slide { from { transform: translateX(-100%); } to { transform: translateX(250%); } }
@media (prefers-reduced-motion: reduce) { .bar i { width: 100%; animation: none; opacity: .5; } }
@media (prefers-color-scheme: dark) {
  body { background: #14181d; color: #e6ebf1; } main { background: #1e242b; } .en { color: #9aa8b7; } .bar { background: #323b45; }
}
`;
const styleHash = createHash('sha256').update(style).digest('base64');

const escapeHtml = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

function page(step) {
  const title = step.failed ? '城信未能启动' : '城信正在启动';
  const titleEn = step.failed ? 'Chengxin could not start' : 'Chengxin is starting';
  const next = step.failed
    ? ['请查看终端中的说明，处理后重新启动。', 'See the terminal for what to do, then start again.']
    : ['本页会自动刷新，准备好后即进入系统。', 'This page reloads by itself and opens the system when it is ready.'];
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${step.failed ? '' : '<meta http-equiv="refresh" content="2">'}
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<main${step.failed ? ' class="failed"' : ''} role="status">
<h1>${title} <span class="en" lang="en">${titleEn}</span></h1>
<p>${escapeHtml(step.zh)}</p>
<p class="en" lang="en">${escapeHtml(step.en)}</p>
<div class="bar"><i></i></div>
<p class="en">${next[0]}<br><span lang="en">${next[1]}</span></p>
</main>
</body>
</html>
`;
}

function isForPrograms(path, accept) {
  return path.startsWith('/api/') || path === '/metrics' || (!/text\/html/.test(accept) && /json/.test(accept));
}

export function answerProgress(request, response, step) {
  const path = (request.url ?? '/').split('?')[0];
  const headers = { 'cache-control': 'no-store', 'retry-after': '2', 'x-content-type-options': 'nosniff' };
  // One answer a connection: none of them may outlive this page and hold the port.
  response.shouldKeepAlive = false;
  request.resume();
  const json = (status, type, body) => {
    response.writeHead(status, { ...headers, 'content-type': type });
    response.end(request.method === 'HEAD' ? undefined : `${JSON.stringify(body)}\n`);
  };
  if (path === '/healthz') return json(200, 'application/json', { status: 'starting' });
  if (path === '/readyz') return json(503, 'application/json', { status: 'not-ready', step: step.en, stepZh: step.zh });
  if (isForPrograms(path, request.headers.accept ?? '')) {
    return json(503, 'application/problem+json', {
      type: 'urn:chengxin:problem:unavailable',
      title: 'The service is not available at the moment. Try again later.',
      status: 503,
      code: 'unavailable',
      detail: `系统正在启动：${step.zh}`,
      detailEn: `The system is starting: ${step.en}`,
    });
  }
  response.writeHead(503, {
    ...headers,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
  });
  response.end(request.method === 'HEAD' ? undefined : page(step));
}
