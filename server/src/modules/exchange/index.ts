/** Exchange: whoever received a record learns what became of it, and confirms. */
export { checkedLookup, checkUrl, isPublicAddress } from './addresses.ts';
export { type Attempt, attemptPost, waitOf } from './attempt.ts';
export { type Beside, type Courier, runCourierOnce, startCourier } from './courier.ts';
export { expireRecords } from './expire-records.ts';
export { exchangeJobs, raiseOverdue } from './jobs.ts';
export { Lanes, sendPages } from './lanes.ts';
export { type Answer, type Connections, openConnections, postMessage } from './post-message.ts';
export { messageDigest, signedPart } from './receipt.ts';
export { registerReceiver } from './register-receiver.ts';
export { feedEpochHook } from './restore-hook.ts';
export { exchangeRoutes } from './routes.ts';
export { rotateSigningKey, signingKeys } from './signing-key.ts';
export { later } from './types.ts';
export { outcomeWords } from './words.ts';
