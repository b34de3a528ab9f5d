/** What an approval, bidding, procurement or subsidy system asks of the platform. Runs in Node 20 and later, without a dependency. */
import type {
  BatchCheckRequest,
  BatchCheckView,
  CheckAnswer,
  CheckMatterView,
  CheckRequest,
  ExchangeKey,
  FeedbackRequest,
  NewWebhook,
  ReceiptView,
  WebhookView,
} from '@chengxin/contract';
import { type CallOptions, type ClientOptions, createTransport } from './transport.ts';

export interface FeedbackGiven {
  readonly id: string;
  readonly state: string;
}

/** What a receipt should prove; what is left out is not compared. */
export interface Proves {
  readonly code?: string;
  readonly matter?: string;
  readonly caseNumber?: string;
}

export type ReceiptFault = 'signature' | 'expired' | 'code' | 'matter' | 'caseNumber';

export interface VerifiedReceipt {
  /** True when nothing is wrong: it is the platform's, in time, and about what was to be proven. */
  readonly holds: boolean;
  readonly faults: readonly ReceiptFault[];
  readonly receipt: ReceiptView;
}

export interface ManyOptions extends CallOptions {
  /** Longest wait for the end, in milliseconds; 10 minutes unless told. */
  readonly waitMs?: number;
  readonly onProgress?: (batch: BatchCheckView) => void;
}

export interface ChengxinClient {
  /** What bears on one organisation in one decision. @throws ChengxinError; without an answer nothing may be decided */
  check(request: CheckRequest, options?: CallOptions): Promise<CheckAnswer>;
  /** A list of organisations for one matter and one document; comes back when it is done, or with its state when `waitMs` is over. */
  checkMany(request: BatchCheckRequest, options?: ManyOptions): Promise<BatchCheckView>;
  batch(id: string, options?: CallOptions): Promise<BatchCheckView>;
  /** What was done about a measure, by the number of the receipt and the measure (and the list, where several led to it). */
  giveFeedback(
    receipt: string,
    feedback: FeedbackRequest & { readonly measure: string },
    options?: CallOptions,
  ): Promise<FeedbackGiven>;
  /** The decision was taken: its receipt is watched no longer. May be said twice. */
  decided(receipt: string, options?: CallOptions): Promise<void>;
  verifyReceipt(number: string, proves?: Proves, options?: CallOptions): Promise<VerifiedReceipt>;
  /** Matters at which the platform must be asked, with their purposes. */
  matters(options?: CallOptions): Promise<readonly CheckMatterView[]>;
  /** Where this system is told that it must ask again; one address a system. */
  registerWebhook(webhook: NewWebhook, options?: CallOptions): Promise<WebhookView>;
  webhooks(options?: CallOptions): Promise<readonly WebhookView[]>;
  endWebhook(id: string, options?: CallOptions): Promise<void>;
  /** Public keys that sign webhooks: key id → PEM. Fetch them again when a message has a key that is not among them. */
  platformKeys(options?: CallOptions): Promise<ReadonlyMap<string, string>>;
}

const pollMs = 1_000;
const defaultWaitMs = 600_000;

function faultsOf(receipt: ReceiptView, proves: Proves): ReceiptFault[] {
  const faults: ReceiptFault[] = [];
  if (!receipt.valid) faults.push('signature');
  if (!receipt.current) faults.push('expired');
  for (const field of ['code', 'matter', 'caseNumber'] as const)
    if (proves[field] !== undefined && proves[field] !== receipt[field]) faults.push(field);
  return faults;
}

const part = (text: string): string => encodeURIComponent(text);

/** @throws TypeError for options that cannot be meant */
export function createClient(options: ClientOptions): ChengxinClient {
  const transport = createTransport(options);
  const get = <T>(path: string, { signal }: CallOptions): Promise<T> =>
    transport.send<T>({ method: 'GET', path, signal });
  const post = <T>(path: string, body: unknown, { signal }: CallOptions): Promise<T> =>
    transport.send<T>({ method: 'POST', path, body, signal });
  const batch = (id: string, call: CallOptions = {}) => get<BatchCheckView>(`/checks/batches/${part(id)}`, call);

  async function checkMany(request: BatchCheckRequest, many: ManyOptions = {}): Promise<BatchCheckView> {
    const until = Date.now() + (many.waitMs ?? defaultWaitMs);
    let view = await post<BatchCheckView>('/checks:batch', request, many);
    while (view.state !== 'done' && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(pollMs, Math.max(0, until - Date.now()))));
      view = await batch(view.id, many);
      many.onProgress?.(view);
    }
    return view;
  }

  return {
    check: (request, call = {}) => post('/checks', request, call),
    checkMany,
    batch,
    giveFeedback: (receipt, feedback, call = {}) => post(`/checks/${part(receipt)}/feedback`, feedback, call),
    async decided(receipt, call = {}) {
      await post(`/checks/receipts/${part(receipt)}/decided`, {}, call);
    },
    async verifyReceipt(number, proves = {}, call = {}) {
      const receipt = await get<ReceiptView>(`/checks/receipts/${part(number)}`, call);
      const faults = faultsOf(receipt, proves);
      return { holds: faults.length === 0, faults, receipt };
    },
    async matters(call = {}) {
      return (await get<{ items: CheckMatterView[] }>('/checks/matters', call)).items;
    },
    registerWebhook: (webhook, call = {}) => post('/webhooks', webhook, call),
    async webhooks(call = {}) {
      return (await get<{ items: WebhookView[] }>('/webhooks', call)).items;
    },
    endWebhook: (id, { signal } = {}) => transport.send({ method: 'DELETE', path: `/webhooks/${part(id)}`, signal }),
    async platformKeys(call = {}) {
      const { items } = await get<{ items: ExchangeKey[] }>('/public/exchange/keys', call);
      return new Map(items.map(({ keyId, publicKey }) => [keyId, publicKey]));
    },
  };
}
