/** 城信 for systems that decide: ask, feed back, prove. What needs Node's own cryptography is in `/webhook` and `/signer`. */
export type {
  BatchCheckRequest,
  BatchCheckView,
  CheckAnswer,
  CheckedMeasure,
  CheckMatterView,
  CheckRequest,
  CheckResult,
  FeedbackRequest,
  NewWebhook,
  ReceiptView,
  WebhookMessage,
  WebhookView,
} from '@chengxin/contract';
export {
  type ChengxinClient,
  createClient,
  type FeedbackGiven,
  type ManyOptions,
  type Proves,
  type ReceiptFault,
  type VerifiedReceipt,
} from './client.ts';
export { ChengxinError, type FailureCode } from './problems.ts';
export type { CallOptions, ClientOptions } from './transport.ts';
