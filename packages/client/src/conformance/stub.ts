/**
 * A platform for the conformance test: the part of the contract that a system that decides uses, held against its schemas, with a
 * few known organisations. It remembers what was asked and fed back; it signs webhooks as the real one does.
 */
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type CheckAnswer,
  type CheckedMeasure,
  CheckRequest,
  FeedbackRequest,
  NewWebhook,
  type WebhookMessage,
} from '@chengxin/contract';
import { Value } from 'typebox/value';

export type Kind = 'clear' | 'required' | 'permitted' | 'short' | 'silent' | 'changing';

/** Codes of organisations that there are none of: region 999900 is no place. */
export const organisations: Readonly<Record<Kind, string>> = {
  clear: '91999900MA0000001A',
  required: '91999900MA0000002B',
  permitted: '91999900MA0000003C',
  short: '91999900MA0000004D',
  silent: '91999900MA0000005E',
  changing: '91999900MA0000006F',
};

/** How long a result about `short` is valid, in milliseconds. */
export const shortMs = 1_500;

const measureOf = (force: 'required' | 'permitted'): CheckedMeasure => ({
  id: 'M07',
  name: { zh: '限制参加评先评优', en: 'Restricted from honours' },
  force,
  list: force === 'required' ? 'SX06' : 'SX02',
  listName: { zh: '测试名单', en: 'Test list' },
  document: '测列决〔2026〕1号',
  article: '测试用规定第一条',
  relevance: { zh: '与评选条件相关', en: 'bears on the award' },
  proportion: { zh: '仅限本次', en: 'for this award' },
  until: null,
});

export interface Asked {
  readonly at: number;
  readonly code: string;
  readonly matter: string;
  readonly caseNumber: string | null;
  /** Null where it was answered by 503. */
  readonly receipt: string | null;
}

export interface FedBack {
  readonly receipt: string;
  readonly feedback: FeedbackRequest;
}

export interface Stub {
  readonly base: string;
  readonly asked: Asked[];
  readonly fedBack: FedBack[];
  readonly decided: Set<string>;
  /** Requests that the contract does not allow: `POST /checks: /caseNumber …`. */
  readonly malformed: string[];
  /** What the system registered; null when it did not. */
  webhook: string | null;
  /** Organisations that are answered otherwise from now on. */
  readonly changed: Set<string>;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

const problem = (status: number, code: string, zh: string, en: string): Answer => ({
  status,
  body: {
    type: `urn:chengxin:problem:${code}`,
    title: code,
    status,
    code,
    detail: zh,
    detailEn: en,
    requestId: 'conformance',
  },
});

const maxBody = 65_536;
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) {
    text += chunk.toString('utf8');
    if (text.length > maxBody) return null;
  }
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    return null;
  }
}

export interface Signer {
  readonly keyId: string;
  readonly publicPem: string;
  readonly key: KeyObject;
}

export function newSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return {
    keyId: createHash('sha256').update(der).digest('hex').slice(0, 16),
    publicPem: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
    key: privateKey,
  };
}

export interface SignedMessage {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** As the platform signs (RFC 9421, Content-Digest of RFC 9530). @param created seconds since 1970 */
export function signMessage(
  url: string,
  message: WebhookMessage,
  { keyId, key }: Signer,
  created: number,
): SignedMessage {
  const { host, pathname, search } = new URL(url);
  const body = JSON.stringify(message);
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'content-digest': `sha-256=:${createHash('sha256').update(body).digest('base64')}:`,
    'idempotency-key': message.id,
  };
  const values: Record<string, string> = {
    '@method': 'POST',
    '@authority': host.toLowerCase(),
    '@path': pathname,
    '@query': search || '?',
    ...headers,
  };
  const names = Object.keys(values);
  const nonce = randomBytes(18).toString('base64url');
  const params = `(${names.map((name) => `"${name}"`).join(' ')});created=${created};keyid="${keyId}";nonce="${nonce}";alg="ed25519"`;
  const base = [...names.map((name) => `"${name}": ${values[name]}`), `"@signature-params": ${params}`].join('\n');
  return {
    url,
    body,
    headers: {
      ...headers,
      'signature-input': `chengxin=${params}`,
      signature: `chengxin=:${sign(null, Buffer.from(base), key).toString('base64')}:`,
    },
  };
}

class StubPlatform implements Stub {
  base = '';
  readonly asked: Asked[] = [];
  readonly fedBack: FedBack[] = [];
  readonly decided = new Set<string>();
  readonly malformed: string[] = [];
  readonly changed = new Set<string>();
  webhook: string | null = null;
  readonly #signer: Signer;
  readonly #server: Server;
  readonly #told = new Map<string, CheckedMeasure[]>();

  constructor(signer: Signer) {
    this.#signer = signer;
    this.#server = createServer(async (request, response) => {
      const body = await bodyOf(request);
      const answer = this.#answer(`${request.method} ${(request.url ?? '').split('?')[0]}`, body);
      const type = answer.status >= 400 ? 'application/problem+json' : 'application/json';
      const wait = answer.status === 503 ? { 'retry-after': '1' } : {};
      response.writeHead(answer.status, { 'content-type': type, ...wait });
      response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
    });
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    this.base = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(what: string, body: unknown): Answer {
    const route = what.replace('/api/v1', '');
    if (route === 'POST /checks') return this.#check(body);
    if (route === 'GET /public/exchange/keys')
      return { status: 200, body: { items: [this.#keyItem()], nextCursor: null } };
    if (route === 'GET /webhooks') return { status: 200, body: { items: [], nextCursor: null } };
    if (route === 'POST /webhooks') return this.#register(body);
    const feedback = /^POST \/checks\/([^/]+)\/feedback$/.exec(route);
    if (feedback?.[1]) return this.#feedback(decodeURIComponent(feedback[1]), body);
    const decided = /^POST \/checks\/receipts\/([^/]+)\/decided$/.exec(route);
    if (decided?.[1]) {
      this.decided.add(decodeURIComponent(decided[1]));
      return { status: 200, body: { receipt: decided[1], decidedOn: new Date().toISOString().slice(0, 10) } };
    }
    return problem(404, 'not-found', '未找到。', 'Nothing was found here.');
  }

  #keyItem() {
    const { keyId, publicPem: publicKey } = this.#signer;
    return { keyId, algorithm: 'ed25519', publicKey, since: new Date().toISOString() };
  }

  #refuse(
    what: string,
    schema: typeof CheckRequest | typeof FeedbackRequest | typeof NewWebhook,
    body: unknown,
  ): Answer {
    const [first] = Value.Errors(schema, body);
    this.malformed.push(`${what}: ${first?.instancePath ?? ''} ${first?.message ?? ''}`.trim());
    return problem(400, 'invalid-request', '请求内容有误。', 'The request is not valid.');
  }

  #register(body: unknown): Answer {
    if (!Value.Check(NewWebhook, body)) return this.#refuse('POST /webhooks', NewWebhook, body);
    this.webhook = body.url;
    return { status: 201, body: { id: '01900000-0000-7000-8000-000000000001', url: body.url, state: 'active' } };
  }

  #check(body: unknown): Answer {
    if (!Value.Check(CheckRequest, body)) return this.#refuse('POST /checks', CheckRequest, body);
    const code = body.code ?? '';
    const kind = (Object.keys(organisations) as Kind[]).find((one) => organisations[one] === code);
    const note = { at: Date.now(), code, matter: body.matter, caseNumber: body.caseNumber ?? null };
    if (kind === 'silent') {
      this.asked.push({ ...note, receipt: null });
      return problem(503, 'log-unavailable', '查询日志暂时无法写入，不能提供查询。', 'The log cannot be written.');
    }
    if (!kind) return problem(404, 'not-found', '平台没有这个主体。', 'The platform knows no such organisation.');
    const listed = kind === 'required' || kind === 'permitted' || this.changed.has(code);
    const measures = listed ? [measureOf(kind === 'permitted' ? 'permitted' : 'required')] : [];
    const receipt = `HC-20260101-${randomBytes(7).toString('hex').toUpperCase()}`;
    this.asked.push({ ...note, receipt });
    this.#told.set(receipt, measures);
    const answer: CheckAnswer = {
      receipt,
      signature: 'conformance',
      checkedAt: new Date().toISOString(),
      validUntil: new Date(Date.now() + (kind === 'short' ? shortMs : 3_600_000)).toISOString(),
      feeds: { listsAsOf: new Date().toISOString(), jobsWaitingSince: null, stale: false },
      results: [{ code, asOf: new Date().toISOString().slice(0, 10), measures, incentives: [], annotations: [] }],
    };
    return { status: 200, body: answer };
  }

  #feedback(receipt: string, body: unknown): Answer {
    if (!Value.Check(FeedbackRequest, body)) return this.#refuse('POST /checks/{id}/feedback', FeedbackRequest, body);
    const measure = this.#told.get(receipt)?.find(({ id }) => id === body.measure);
    if (!measure) return problem(404, 'not-found', '没有这项命中。', 'There is no such hit.');
    const reason = body.reason?.trim() ?? '';
    if (body.action === 'applied' && (body.document === undefined || (measure.force === 'permitted' && reason === '')))
      return problem(
        422,
        'unprocessable',
        '请填写办理文书；可以适用的措施还须写明理由。',
        'Document, and for a permitted measure the reason.',
      );
    if (body.action === 'notApplied' && measure.force === 'required' && reason === '')
      return problem(422, 'unprocessable', '应当适用的措施未适用的，请说明原因。', 'Say why it was not applied.');
    this.fedBack.push({ receipt, feedback: body });
    return { status: 200, body: { id: '01900000-0000-7000-8000-000000000002', state: body.action } };
  }
}

/** @param port 0 for any */
export async function startStub(signer: Signer, port = 0): Promise<Stub> {
  const stub = new StubPlatform(signer);
  await stub.listen(port);
  return stub;
}
