/** What a system that decides must do (docs/guides/embedding.md), each tried by making it do its work against the stub platform. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebhookMessage } from '@chengxin/contract';
import type { Application, Driver } from './driver.ts';
import { newSigner, organisations, type SignedMessage, type Signer, type Stub, shortMs, signMessage } from './stub.ts';

export interface World {
  readonly driver: Driver;
  readonly stub: Stub;
  readonly signer: Signer;
  /** Where the system takes webhooks. */
  readonly webhook: string | null;
}

export interface Words {
  readonly zh: string;
  readonly en: string;
}

export interface Check {
  readonly id: string;
  readonly name: Words;
  /** Null when it holds; else what was seen. */
  readonly run: (world: World) => Promise<Words | null>;
}

const unknownCode = '91999900MA0000007G';
const document = '测试文书〔2026〕1号';
const reason = '与评选条件直接相关，仅限本次。';
const told = (zh: string, en: string): Words => ({ zh, en });

async function checked(world: World, code: string): Promise<Application> {
  const made = await world.driver.open(code);
  const { ok, words } = await world.driver.check(made.id);
  if (!ok) throw new Error(`the check itself failed: ${words}`);
  return made;
}

/** Checks that were asked since a moment, about one organisation. */
const askedSince = ({ stub }: World, from: number, code: string) =>
  stub.asked.slice(from).filter((one) => one.code === code && one.receipt !== null);

const receiptOf = (world: World, code: string): string => {
  const receipt = world.stub.asked.findLast((one) => one.code === code && one.receipt !== null)?.receipt;
  if (!receipt) throw new Error(`nothing was asked about ${code}`);
  return receipt;
};

async function asksBefore(world: World): Promise<Words | null> {
  const code = organisations.clear;
  const from = world.stub.asked.length;
  const { id } = await world.driver.open(code);
  const { ok } = await world.driver.grant(id);
  if (ok && askedSince(world, from, code).length === 0)
    return told('没有核查就作出了决定。', 'It decided without asking.');
  const done = ok ? { ok } : await world.driver.check(id);
  return done.ok ? null : told('核查本身不成功。', 'The check itself did not succeed.');
}

async function passesCase(world: World): Promise<Words | null> {
  const code = organisations.clear;
  const from = world.stub.asked.length;
  const { caseNumber } = await checked(world, code);
  const [one] = askedSince(world, from, code);
  if (world.stub.malformed.length > 0)
    return told(
      `请求不符合接口约定：${world.stub.malformed[0]}`,
      `A request breaks the contract: ${world.stub.malformed[0]}`,
    );
  if (one?.caseNumber === caseNumber) return null;
  return told(
    `核查所带办件编号为“${one?.caseNumber ?? '（无）'}”，应为“${caseNumber}”。`,
    `The check named the case "${one?.caseNumber ?? '(none)'}" instead of "${caseNumber}".`,
  );
}

async function appliesRequired(world: World): Promise<Words | null> {
  const { id } = await checked(world, organisations.required);
  if ((await world.driver.grant(id)).ok)
    return told('应当适用的措施没有办理就作出了决定。', 'It decided while a required measure had no answer.');
  const answered = await world.driver.answer(id, { measure: 'M07', list: 'SX06', action: 'applied', document });
  if (!answered.ok) return told(`不能适用应当适用的措施：${answered.words}`, 'The required measure cannot be applied.');
  const decided = await world.driver.grant(id);
  return decided.ok ? null : told(`办理之后仍不能决定：${decided.words}`, 'It cannot decide after all was answered.');
}

async function asksReason(world: World): Promise<Words | null> {
  const { id } = await checked(world, organisations.permitted);
  const applied = { measure: 'M07', list: 'SX02', action: 'applied', document } as const;
  if ((await world.driver.answer(id, applied)).ok)
    return told(
      '适用“可以适用”的措施时没有要求说明理由。',
      'It applied a permitted measure without asking for the reason.',
    );
  const withReason = await world.driver.answer(id, { ...applied, reason });
  if (!withReason.ok)
    return told(`写明理由后仍不能适用：${withReason.words}`, 'It cannot be applied with a reason either.');
  const { feedback } = world.stub.fedBack.at(-1) ?? {};
  return feedback === undefined || feedback.reason === reason
    ? null
    : told('反馈中的理由不是经办人所写。', 'The reason that was fed back is not what the officer wrote.');
}

async function feedsBack(world: World): Promise<Words | null> {
  const code = organisations.permitted;
  const { id } = await checked(world, code);
  const receipt = receiptOf(world, code);
  await world.driver.answer(id, { measure: 'M07', list: 'SX02', action: 'notApplied' });
  await world.driver.grant(id);
  const fed = world.stub.fedBack.some((one) => one.receipt === receipt && one.feedback.action === 'notApplied');
  return fed ? null : told('作出决定后没有反馈。', 'It decided and fed nothing back.');
}

async function keepsValidity(world: World): Promise<Words | null> {
  const code = organisations.short;
  const { id } = await checked(world, code);
  const from = world.stub.asked.length;
  await sleep(shortMs + 200);
  const { ok } = await world.driver.grant(id);
  return ok && askedSince(world, from, code).length === 0
    ? told('以过了有效期的核查结果作出了决定。', 'It decided by a result that was no longer valid.')
    : null;
}

async function waitsForAnswer(world: World): Promise<Words | null> {
  const { id } = await world.driver.open(organisations.silent);
  await world.driver.check(id);
  if ((await world.driver.grant(id)).ok)
    return told('平台没有应答（503）时作出了决定。', 'It decided although the platform gave no answer (503).');
  // An organisation that the platform does not know is not one that nothing bears on.
  const unknown = await world.driver.open(unknownCode);
  await world.driver.check(unknown.id);
  return (await world.driver.grant(unknown.id)).ok
    ? told('平台不知道该主体（404）时作出了决定。', 'It took an unknown organisation (404) for a clear one.')
    : null;
}

const post = async ({ url, headers, body }: SignedMessage): Promise<number> =>
  (await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: AbortSignal.timeout(30_000) })).status;

const noWebhook = told(
  '没有登记通知地址（或者以 --webhook 指明）。',
  'It registered no webhook (or name one by --webhook).',
);
const now = (): number => Math.floor(Date.now() / 1000);
const messageOf = (receipt: string): WebhookMessage => ({
  id: randomBytes(16).toString('hex'),
  kind: 'check.changed',
  receipt,
  pointer: randomBytes(16).toString('base64url'),
  at: new Date().toISOString(),
});
const taken = (status: number): boolean => status >= 200 && status < 300;

async function refusesForged(world: World): Promise<Words | null> {
  if (world.webhook === null) return noWebhook;
  const code = organisations.changing;
  await checked(world, code);
  const message = messageOf(receiptOf(world, code));
  const good = signMessage(world.webhook, message, world.signer, now());
  const { signature: _, ...unsigned } = good.headers;
  const wrong: readonly (readonly [string, string, SignedMessage])[] = [
    ['被改动的正文', 'a changed body', { ...good, body: good.body.replace('HC-', 'HD-') }],
    ['没有签名的通知', 'an unsigned message', { ...good, headers: unsigned }],
    ['别的密钥所签的通知', 'a message of another key', signMessage(world.webhook, message, newSigner(), now())],
    [
      '冒用平台密钥编号的通知',
      'a message that names our key and is signed by another',
      signMessage(world.webhook, message, { ...newSigner(), keyId: world.signer.keyId }, now()),
    ],
    ['一小时前签的通知', 'a message of an hour ago', signMessage(world.webhook, message, world.signer, now() - 3_600)],
  ];
  for (const [zh, en, sent] of wrong) if (taken(await post(sent))) return told(`接受了${zh}。`, `It took ${en}.`);
  const status = await post(good);
  return taken(status)
    ? null
    : told(`拒绝了真实的通知（HTTP ${status}）。`, `It refused a true message (HTTP ${status}).`);
}

async function refusesReplayed(world: World): Promise<Words | null> {
  if (world.webhook === null) return noWebhook;
  const code = organisations.changing;
  await checked(world, code);
  const message = messageOf(receiptOf(world, code));
  const good = signMessage(world.webhook, message, world.signer, now());
  if (!taken(await post(good))) return told('拒绝了真实的通知。', 'It refused a true message.');
  if (taken(await post(good))) return told('同样的报文被重放时又接受了。', 'It took the same bytes twice.');
  // Not a replay: the platform never knows whether an answer was lost, and signs the same message anew.
  const again = await post(signMessage(world.webhook, message, world.signer, now()));
  return taken(again)
    ? null
    : told(
        `平台重新投递同一通知时被拒绝（HTTP ${again}）。`,
        `It refused the platform's second delivery (HTTP ${again}).`,
      );
}

async function asksAgain(world: World): Promise<Words | null> {
  if (world.webhook === null) return noWebhook;
  const code = organisations.changing;
  const { id } = await checked(world, code);
  const receipt = receiptOf(world, code);
  world.stub.changed.add(code);
  try {
    await post(signMessage(world.webhook, messageOf(receipt), world.signer, now()));
    const from = world.stub.asked.length;
    const { ok } = await world.driver.grant(id);
    return ok && askedSince(world, from, code).length === 0
      ? told('收到变化通知后没有重新核查就作出了决定。', 'It was told to ask again and decided without.')
      : null;
  } finally {
    world.stub.changed.delete(code);
  }
}

export const checks: readonly Check[] = [
  { id: 'asks', name: told('决定之前核查', 'asks before it decides'), run: asksBefore },
  { id: 'case', name: told('核查时传递办件编号', 'passes the number of the case'), run: passesCase },
  { id: 'required', name: told('办理应当适用的措施', 'applies required measures'), run: appliesRequired },
  {
    id: 'reason',
    name: told('适用可以适用的措施须写明理由', 'asks the reason for a permitted measure'),
    run: asksReason,
  },
  { id: 'feedback', name: told('办理之后反馈', 'feeds back'), run: feedsBack },
  { id: 'validity', name: told('不使用过期的核查结果', 'does not decide by an old result'), run: keepsValidity },
  { id: 'silence', name: told('平台没有应答时不作决定', 'does not decide without an answer'), run: waitsForAnswer },
  { id: 'forged', name: told('核验通知签名', 'verifies the signature of webhooks'), run: refusesForged },
  {
    id: 'replayed',
    name: told('拒绝重放的通知，接受重新投递', 'refuses a replay, takes a second delivery'),
    run: refusesReplayed,
  },
  { id: 'again', name: told('收到变化通知后重新核查', 'asks again after a webhook'), run: asksAgain },
];
