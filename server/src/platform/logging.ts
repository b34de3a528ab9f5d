import { type DestinationStream, destination, type Logger, type LoggerOptions, pino } from 'pino';
import type { LogLevel } from './config.ts';

export type { Logger } from 'pino';

/** Never in a log: credentials, cookies, and bodies (they hold person identifiers). */
const redact = [
  'req.headers.authorization',
  'req.headers.cookie',
  'req.body',
  'res.headers["set-cookie"]',
  '*.password',
  '*.token',
  '*.secret',
];

export function loggerOptions(level: LogLevel): LoggerOptions {
  return {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    redact: { paths: redact, censor: '[hidden]' },
  };
}

/** One JSON line per event on standard error: standard output belongs to the commands' results. */
export function createLogger(level: LogLevel, stream?: DestinationStream): Logger {
  return pino(loggerOptions(level), stream ?? destination({ dest: 2, sync: true }));
}
