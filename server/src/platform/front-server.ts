/** The port before the application has it: a progress page, so that whoever installs this sees that something happens. */
import { createServer, type Server } from 'node:http';
import { answerProgress, type ProgressStep } from '../../../scripts/lib/progress-page.mjs';
import type { Config } from './config.ts';
import { EnvironmentError } from './errors.ts';

export type { ProgressStep } from '../../../scripts/lib/progress-page.mjs';

export interface FrontServer {
  /** What the page says from now on. */
  show(step: ProgressStep): void;
  /**
   * Ends the page. Returns the descriptor of the listening socket that the launcher handed over (nobody is refused in
   * between), or undefined: then the port is free for the application.
   */
  release(): Promise<number | undefined>;
}

const nothing: FrontServer = { show: () => undefined, release: async () => undefined };

function inheritedSockets(): readonly [number, number] | null {
  const match = /^(\d+),(\d+)$/.exec(process.env.CHENGXIN_LISTEN_FDS ?? '');
  delete process.env.CHENGXIN_LISTEN_FDS;
  return match ? [Number(match[1]), Number(match[2])] : null;
}

function listen(server: Server, config: Config, fd: number | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(config, error)));
    server.listen(fd === undefined ? { host: config.host, port: config.port } : { fd }, resolve);
  });
}

function listenError(config: Config, error: NodeJS.ErrnoException): EnvironmentError {
  if (error.code === 'EADDRINUSE') {
    return new EnvironmentError(
      `端口 ${config.port} 已被占用（也许城信已在运行）。请停止占用它的程序，或换一个端口：PORT=8081`,
      `Port ${config.port} is taken (perhaps Chengxin runs already). Stop the program that holds it, or use another: PORT=8081`,
      error,
    );
  }
  return new EnvironmentError(
    `不能在 ${config.host}:${config.port} 上监听（${error.code}），请检查 HOST 和 PORT（小于 1024 的端口需要授权）。`,
    `Cannot listen on ${config.host}:${config.port} (${error.code}). Check HOST and PORT (ports below 1024 need permission).`,
    error,
  );
}

/** Takes the port (or the launcher's socket) and answers with the progress page. With TLS there is none. */
export async function openFrontServer(config: Config): Promise<FrontServer> {
  const sockets = inheritedSockets();
  if (config.tls && !sockets) return nothing;
  let step: ProgressStep = { zh: '正在启动……', en: 'Starting …' };
  const server = createServer((request, response) => answerProgress(request, response, step));
  await listen(server, config, sockets?.[0]);
  let released: Promise<number | undefined> | undefined;
  const release = async (): Promise<number | undefined> => {
    const timer = setTimeout(() => server.closeAllConnections(), 500);
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
    });
    clearTimeout(timer);
    return sockets?.[1];
  };
  return {
    show(next) {
      step = next;
    },
    release() {
      released ??= release();
      return released;
    },
  };
}
