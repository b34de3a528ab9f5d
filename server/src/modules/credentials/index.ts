/** What others may use of credentials: the ways to prove who one is. */
export { resetByOperator } from './reset-factor.ts';
export { credentialsRoutes } from './routes.ts';
