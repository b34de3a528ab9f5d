/** The process that is killed: makes and sends the messages that are due, over the database of the test. */
import { buildContext } from '../../server/src/build-context.ts';
import { runCourierOnce } from '../../server/src/modules/exchange/index.ts';
import { loadConfig } from '../../server/src/platform/config.ts';

const ctx = await buildContext(loadConfig(process.env), { migrate: false });
await runCourierOnce(ctx);
await ctx.close();
