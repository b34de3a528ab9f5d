import { statfsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';

export interface SettingsInput {
  readonly port: number;
  readonly socketDirectory: string;
  readonly logDirectory: string;
  /** Tests may lose everything with the machine, so nothing waits for the disk. */
  readonly forTests: boolean;
}

const MIB = 1024 * 1024;
const mb = (bytes: number): string => `${Math.max(1, Math.floor(bytes / MIB))}MB`;

/** Containers often give 64 MiB of /dev/shm, too little for parallel queries: "could not resize shared memory segment". */
function sharedMemoryType(): string {
  try {
    const shm = statfsSync('/dev/shm');
    return shm.bsize * shm.bavail >= 256 * MIB ? 'posix' : 'mmap';
  } catch {
    return 'mmap';
  }
}

/** Settings for one small machine that also runs the program itself. Given on the command line, so that they are always these. */
export function serverSettings(input: SettingsInput): Record<string, string> {
  const memory = totalmem();
  const settings: Record<string, string> = {
    port: String(input.port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: input.socketDirectory,
    unix_socket_permissions: '0700',
    password_encryption: 'scram-sha-256',
    max_connections: '100',
    shared_buffers: mb(Math.min(512 * MIB, memory / 8)),
    effective_cache_size: mb(memory / 2),
    work_mem: '16MB',
    maintenance_work_mem: mb(Math.min(512 * MIB, Math.max(64 * MIB, memory / 48))),
    max_wal_size: '4GB',
    min_wal_size: '256MB',
    wal_compression: 'on',
    synchronous_commit: 'on',
    checkpoint_timeout: '15min',
    checkpoint_completion_target: '0.9',
    random_page_cost: '1.1',
    jit: 'off',
    max_worker_processes: '8',
    max_parallel_workers: String(Math.max(2, availableParallelism())),
    max_parallel_workers_per_gather: String(Math.min(2, availableParallelism())),
    // A check of a table that is partitioned by year touches all its partitions.
    max_locks_per_transaction: '256',
    dynamic_shared_memory_type: sharedMemoryType(),
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    logging_collector: 'on',
    log_directory: input.logDirectory,
    log_filename: 'postgresql-%d.log',
    log_file_mode: '0600',
    log_rotation_age: '1d',
    log_rotation_size: '0',
    log_truncate_on_rotation: 'on',
    // The log must not hold personal data: no statements, no parameters, no key values.
    log_min_error_statement: 'panic',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
  };
  if (!input.forTests) return settings;
  return {
    ...settings,
    shared_buffers: mb(Math.min(128 * MIB, memory / 8)),
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '200',
    autovacuum_naptime: '10min',
    min_wal_size: '80MB',
    max_wal_size: '1GB',
  };
}
