/** Benchmarks by name. A new one is one line here; each runs what it is compared with in the same run. */
import type { AppContext } from '../server/src/context.ts';
import type { Config } from '../server/src/platform/config.ts';
import type { BenchResult, BenchSize } from './result.ts';

export { type BenchResult, type BenchSize, machine } from './result.ts';

export interface BenchHost {
  readonly config: Config;
  /** The city's own context, for those that measure on its data. */
  openContext(): Promise<AppContext>;
  readonly onNote: (text: string) => void;
  /** Runs at the end, at Ctrl-C too. */
  readonly onEnd: (work: () => Promise<void>) => void;
}

/** Files of one's own that a benchmark may be given. */
export interface BenchFiles {
  readonly names?: string | undefined;
  readonly pairs?: string | undefined;
}

export type Benchmark = (host: BenchHost, size: BenchSize, files?: BenchFiles) => Promise<readonly BenchResult[]>;

/** Read when asked for: a benchmark brings what it measures. */
export const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  collect: async () => {
    const { benchCollect } = await import('./collect.ts');
    return (host, size) => benchCollect(host.config, { size, onNote: host.onNote, onEnd: host.onEnd });
  },
  'verify-log': async () => {
    const { benchVerifyLog } = await import('./verify-log.ts');
    return (host, size) => benchVerifyLog(host.config, { size, onNote: host.onNote, onEnd: host.onEnd });
  },
  match: async () => {
    const { benchMatch } = await import('./match.ts');
    return (host, size, files) => benchMatch(host.config, { size, ...files, onNote: host.onNote, onEnd: host.onEnd });
  },
  search: async () => {
    const { benchSearch } = await import('./search.ts');
    return (host, size, files) =>
      benchSearch(host.config, { size, names: files?.names, onNote: host.onNote, onEnd: host.onEnd });
  },
  takedown: async () => {
    const { benchTakedown } = await import('./takedown.ts');
    return (host, size) => benchTakedown(host.config, { size, onNote: host.onNote, onEnd: host.onEnd });
  },
  check: async () => {
    const { benchCheck } = await import('./check.ts');
    return (host, size) => benchCheck(host.config, { size, onNote: host.onNote, onEnd: host.onEnd });
  },
  report: async () => {
    const { benchReport } = await import('./report.ts');
    return async (host, size) => benchReport(await host.openContext(), { size });
  },
};
