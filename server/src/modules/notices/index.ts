/** Notices: what people are told of the acts that concern them, by which ways, and what became of it. */
export { noticeJobs } from './jobs.ts';
export { noticeRoutes } from './routes.ts';
export {
  type NoticeInput,
  type NoticeParams,
  type NoticeRecipient,
  type SentNotice,
  sendNotice,
} from './send-notice.ts';
