/** Webhooks: a system that checked is told to ask again when the answer would be another one before it decides. */
export { webhookJobs } from './jobs.ts';
export { webhookRoutes } from './routes.ts';
export { createWebhookSender, runWebhooksOnce } from './sender.ts';
export { sweep } from './tell-changes.ts';
