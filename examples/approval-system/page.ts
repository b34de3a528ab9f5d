/** The page of the officer. The widget comes from the platform, at one version and with its hash: another file is not run. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const kit = join(import.meta.dirname, '..', '..', 'packages', 'client');
const { version } = JSON.parse(readFileSync(join(kit, 'package.json'), 'utf8')) as { version: string };
/** An integrator copies both from docs/reference/kit.md; here they are read from the file beside. */
const integrity = `sha384-${createHash('sha384')
  .update(readFileSync(join(kit, 'widget', 'chengxin-check.js')))
  .digest('base64')}`;

export const pageOf = (platform: string): string => `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>审批系统（模拟）</title>
<link rel="stylesheet" href="/style.css">
<script type="module" src="${platform}/kit/${version}/chengxin-check.js" integrity="${integrity}" crossorigin="anonymous"></script>
<script type="module" src="/app.js"></script>
</head>
<body>
<header><h1>审批系统（模拟）</h1><button id="language" type="button" lang="en">English</button></header>
<main>
<form id="receive" aria-labelledby="receive-title">
<h2 id="receive-title">收件</h2>
<label>申请单位统一社会信用代码<input name="code" required maxlength="40" autocomplete="off"></label>
<button type="submit">收件</button>
</form>
<nav id="cases" aria-label="申请"></nav>
<section id="case" hidden></section>
</main>
</body>
</html>
`;
