/** `./chengxin rotate-keys [--kind data|token|all] [--retire]`, with the server running or not. */
import { type Command, Option } from 'commander';
import { sealedDrafts } from '../../modules/collection/index.ts';
import { rotateSigningKey } from '../../modules/exchange/index.ts';
import { beginRotation, continueRotation, retireOldKeys, rotationState } from '../../modules/persons/index.ts';
import type { KeyKind } from '../../platform/crypto.ts';
import type { CommandContext } from '../context.ts';
import { logOperation } from '../installation.ts';

interface RotateOptions {
  readonly kind: KeyKind | 'all' | 'exchange';
  readonly retire?: boolean;
}

/** The key that signs take-down messages. Old public halves stay published; nothing is encrypted with it, nothing is retired. */
async function rotateExchange(
  ctx: Awaited<ReturnType<CommandContext['openContext']>>,
  context: CommandContext,
  retire: boolean,
): Promise<void> {
  if (retire) {
    context.note(
      '签名密钥不需要销毁：旧公钥供接收方核对旧通知。',
      'Signing keys are not destroyed: receivers check old messages with them.',
    );
    context.exit(2);
    return;
  }
  const keyId = rotateSigningKey(ctx.config.keysDir);
  await logOperation(ctx.db, context.osUser, 'keys.rotate', { exchange: keyId });
  context.print(
    { kind: 'exchange', keyId },
    `撤下通知自现在起由新密钥 ${keyId} 签名，请重新备份密钥。\nMessages are signed with key ${keyId} from now on. Back up the keys again.`,
  );
}

async function run(options: RotateOptions, context: CommandContext): Promise<void> {
  const ctx = await context.openContext();
  if (options.kind === 'exchange') return rotateExchange(ctx, context, options.retire ?? false);
  const kinds: readonly KeyKind[] = options.kind === 'all' ? ['data', 'token'] : [options.kind];
  const started = performance.now();
  const retired: string[] = [];
  for (const kind of kinds) {
    if (options.retire) {
      retired.push(...(await retireOldKeys(ctx, kind, [sealedDrafts])));
      continue;
    }
    await beginRotation(ctx, kind);
    await continueRotation(ctx, kind, [sealedDrafts], context.signal);
  }
  const states = [];
  for (const kind of kinds) states.push(await rotationState(ctx, kind, [sealedDrafts]));
  const keys = Object.fromEntries(states.map((state) => [state.kind, state.keys]));
  await logOperation(ctx.db, context.osUser, options.retire ? 'keys.retire' : 'keys.rotate', { keys, retired });
  const seconds = (performance.now() - started) / 1000;
  const left = states.reduce((sum, state) => sum + state.rowsLeft, 0);
  if (left > 0) context.exit(1);
  context.print(
    { states, retired, seconds },
    [
      ...states.map(
        (state) =>
          `${state.kind === 'data' ? '个人信息密钥 person key' : '标识密钥 token key'}: ${state.keys.join(', ')}，已处理 ${state.rowsDone} 行，剩余 ${state.rowsLeft} 行 (${state.rowsDone} rows done, ${state.rowsLeft} left)`,
      ),
      ...(retired.length > 0
        ? [
            `已销毁 destroyed: ${retired.join(', ')}。请重新备份密钥并销毁旧的密钥备份。Back up the keys again and destroy the old key backup.`,
          ]
        : [
            '请重新备份密钥：./chengxin backup 目录 --keys-only；10 分钟后可销毁旧密钥：./chengxin rotate-keys --retire',
            'Back up the keys again: ./chengxin backup DIR --keys-only. In ten minutes the old ones can be destroyed: ./chengxin rotate-keys --retire',
          ]),
    ].join('\n'),
  );
}

export default function register(program: Command, context: CommandContext): void {
  program
    .command('rotate-keys')
    .description(
      '更换密钥（服务可在运行）：个人信息（data、token）、撤下通知签名（exchange） Change keys, with the server running or not: of the person store, of take-down messages',
    )
    .addOption(
      new Option('--kind <kind>', '哪一种密钥 which key').choices(['data', 'token', 'exchange', 'all']).default('all'),
    )
    .option('--retire', '销毁已换下的旧密钥 destroy the old keys')
    .action((options: RotateOptions) => run(options, context));
}
