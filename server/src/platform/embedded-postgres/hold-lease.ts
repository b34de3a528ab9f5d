/** A process for the life-cycle tests: takes a lease, says what it found, gives it back when its input ends. */
import { acquireCluster, type LeaseKind } from './cluster.ts';

const [root, dataDir, kind] = process.argv.slice(2);
if (!root || !dataDir) throw new Error('usage: hold-lease.ts ROOT DATA_DIR [KIND]');
const lease = await acquireCluster({ root, dataDir, kind: (kind ?? 'command') as LeaseKind, forTests: true });
process.stdout.write(`${JSON.stringify({ found: lease.found, pid: lease.pid, port: lease.port })}\n`);
process.stdin.resume();
process.stdin.once('end', () => {
  void lease.release().then(() => process.exit(0));
});
