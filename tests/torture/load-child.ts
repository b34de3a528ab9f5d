/** The process that is killed: receives the file (once, by its batch number) and works it off, telling how far it is. */
import { createReadStream } from 'node:fs';
import { buildContext } from '../../server/src/build-context.ts';
import { processSubmission, receiveFile } from '../../server/src/modules/collection/index.ts';
import { ensureProvisionalBody, operatorActor } from '../../server/src/modules/identity/index.ts';
import { loadConfig } from '../../server/src/platform/config.ts';
import { withTransaction } from '../../server/src/platform/db.ts';

const [file, standard, org] = process.argv.slice(2);
if (!file || !standard || !org) throw new Error('file, standard and code of the body');
const ctx = await buildContext(loadConfig(process.env));
const { body } = await withTransaction(ctx.db.app, (tx) => ensureProvisionalBody(tx, { code: org }, ctx.clock));
const { submissionId } = await receiveFile(ctx, operatorActor(ctx, 'torture'), {
  source: createReadStream(file),
  fileName: 'torture.csv',
  standard,
  bodyId: body.bodyId,
  channel: 'cli',
  batchNo: 'torture',
  enqueue: false,
});
process.stdout.write('at 0\n');
await processSubmission(ctx, submissionId, { onProgress: (done) => process.stdout.write(`at ${done}\n`) });
await ctx.close();
