/** Figures about this process for Prometheus. One registry a context, so that tests do not share one. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface Telemetry {
  readonly registry: Registry;
  readonly requestSeconds: Histogram<'method' | 'route' | 'status'>;
  readonly jobs: Counter<'task' | 'outcome'>;
  readonly sealedRows: Counter<string>;
  /** Seconds since the sealer last finished a round. */
  readonly lastSealAt: Gauge<string>;
  readonly logFailures: Counter<string>;
}

const known = new WeakMap<object, Telemetry>();

/** The figures of a context (or of whatever object owns them); made at first use. */
export function telemetryOf(owner: object): Telemetry {
  const found = known.get(owner);
  if (found) return found;
  const registry = new Registry();
  const telemetry: Telemetry = {
    registry,
    requestSeconds: new Histogram({
      name: 'chengxin_http_request_seconds',
      help: 'Time to answer a request, by route pattern',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
      registers: [registry],
    }),
    jobs: new Counter({
      name: 'chengxin_jobs_total',
      help: 'Jobs that ended, by task and outcome',
      labelNames: ['task', 'outcome'],
      registers: [registry],
    }),
    sealedRows: new Counter({
      name: 'chengxin_log_sealed_rows_total',
      help: 'Rows of the access log that were sealed',
      registers: [registry],
    }),
    lastSealAt: new Gauge({
      name: 'chengxin_log_sealer_last_round_seconds',
      help: 'Unix time of the last finished round of the sealer',
      registers: [registry],
    }),
    logFailures: new Counter({
      name: 'chengxin_log_failures_total',
      help: 'Requests that were not answered because the access log could not be written',
      registers: [registry],
    }),
  };
  known.set(owner, telemetry);
  return telemetry;
}

/** Adds the figures of the process itself (memory, event loop, garbage collection); once, by the server. */
export function collectProcessMetrics(telemetry: Telemetry): void {
  collectDefaultMetrics({ register: telemetry.registry, prefix: 'chengxin_' });
}
