/**
 * `npm start`: takes the port at once and shows progress there; installs and builds when needed; then the server (Node 26,
 * server/src/cli/main.ts serve) inherits the listening socket, so that no request is ever refused in between.
 */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { answerProgress } from './lib/progress-page.mjs';
import { EnvironmentProblem, exitWith } from './lib/say.mjs';
import { childEnv, ensureInstalled, exitCodeOf, nodeBinary, root, stopChildren } from './lib/tree.mjs';
import { ensureWebBuilt } from './lib/web-build.mjs';

const host = process.env.HOST?.trim() || '127.0.0.1';
const port = Number(process.env.PORT?.trim() || '8080');
let step = { zh: '正在准备……', en: 'Getting ready …' };
let stopping = null;
let child = null;

function listenProblem(error) {
  if (error.code === 'EADDRINUSE') {
    return new EnvironmentProblem(
      `端口 ${port} 已被占用（也许城信已在运行）。请停止占用它的程序，或换一个端口：PORT=8081 npm start`,
      `Port ${port} is taken (perhaps Chengxin runs already). Stop the program that holds it, or use another: PORT=8081 npm start`,
    );
  }
  return new EnvironmentProblem(
    `不能在 ${host}:${port} 上监听（${error.code ?? error.message}），请检查 HOST 和 PORT（小于 1024 的端口需要授权）。`,
    `Cannot listen on ${host}:${port} (${error.code ?? error.message}). Check HOST and PORT (ports below 1024 need permission).`,
  );
}

/** With TLS in this process a plain page would only confuse the browser: then the server itself takes the port. */
async function takePort() {
  if (process.env.TLS_CERT_FILE || !Number.isInteger(port) || port < 0 || port > 65_535) return null;
  const front = createServer((request, response) => answerProgress(request, response, step));
  await new Promise((done, fail) => {
    front.once('error', (error) => fail(listenProblem(error)));
    front.listen({ host, port }, done);
  });
  return front;
}

function stop(signal) {
  if (stopping) return;
  stopping = signal;
  if (child) child.kill(signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM');
  else {
    stopChildren(signal);
    process.exit(exitCodeOf(null, signal));
  }
}

/** When npm or its shell is killed, nobody could stop this process by Ctrl-C any more: it would hold the port. */
function watchParent() {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop('SIGTERM');
  }, 1000).unref();
}

async function serve(front) {
  const node = nodeBinary();
  // Portal, API and commands do without the desk's pages: a failed build is said, and the rest starts.
  if (!process.env.CHENGXIN_SKIP_WEB_BUILD)
    await ensureWebBuilt(node).catch((error) => process.stderr.write(`${error.message}\n`));
  if (stopping) return;
  const fd = front?._handle?.fd;
  const shared = typeof fd === 'number' && fd > 2;
  // Twice the same socket: one for the progress page of the server, one for the application after it.
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc', ...(shared ? [fd, fd] : [])];
  if (front && !shared) await new Promise((done) => front.close(done));
  child = spawn(node, [join(root, 'server', 'src', 'cli', 'main.ts'), 'serve', '--demo', ...process.argv.slice(2)], {
    stdio,
    env: childEnv(node, { CHENGXIN_LAUNCHED: '1', ...(shared ? { CHENGXIN_LISTEN_FDS: '4,5' } : {}) }),
  });
  if (shared) front.close();
  child.once('error', exitWith);
  child.once('exit', (code, signal) => {
    if (stopping) process.exit(stopping === 'SIGINT' ? 130 : 0);
    if (signal) {
      process.stderr.write(
        `服务器进程被终止（${signal}），数据库中的数据不受影响，重新启动即可。 The server process was ended (${signal}). The data is safe; just start again.\n`,
      );
    }
    process.exit(exitCodeOf(code, signal));
  });
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal));
watchParent();
try {
  const front = await takePort();
  if (front) {
    process.stderr.write(`城信正在启动，进度见 Chengxin is starting, progress at  http://${host}:${port}/\n`);
  }
  step = {
    zh: '正在安装依赖并构建界面，首次约需几分钟……',
    en: 'Installing packages and building the interface; the first time takes a few minutes …',
  };
  await ensureInstalled();
  await serve(front);
} catch (error) {
  exitWith(error);
}
