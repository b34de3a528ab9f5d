/** Engines that rows can be pulled from. A further one is one more line. */
import type { Connectors } from './connector.ts';
import { connectMysql } from './mysql.ts';
import { connectPostgres } from './postgres.ts';

export const connectors: Connectors = { postgresql: connectPostgres, mysql: connectMysql };
