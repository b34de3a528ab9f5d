/** What operations are given: opened once at start, passed explicitly, replaced in tests. No module keeps globals. */
import type { Logger } from 'pino';
import type { PolicyRuntime } from './modules/policy/index.ts';
import type { Factor } from './platform/authz/index.ts';
import type { Clock } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import type { KeyRing } from './platform/crypto.ts';
import type { Databases } from './platform/db.ts';
import type { FileStore } from './platform/files.ts';
import type { Jobs } from './platform/jobs.ts';

export interface AppContext {
  readonly config: Config;
  readonly db: Databases;
  readonly clock: Clock;
  readonly log: Logger;
  readonly keys: KeyRing;
  readonly files: FileStore;
  readonly jobs: Jobs;
  /** The policy in force now; call it each time, an activation replaces the runtime. */
  policy(): PolicyRuntime;
  /** The runtime of an earlier set, for work that was begun under it. */
  policySet(setId: number): Promise<PolicyRuntime>;
  /** Reads again what the desk released: after a change began or was taken back. */
  reloadPolicy(): Promise<void>;
}

/** Who acts. Made by identity from a session or by the CLI; never from a request's body. */
export interface Actor {
  readonly kind: 'anonymous' | 'account' | 'client' | 'operator';
  readonly accountId: string | null;
  readonly name: string;
  readonly roles: readonly Role[];
  /** Body of an officer; null for the public and the operator. */
  readonly bodyId: string | null;
  /** The body, those below it and those it succeeded: whose rows it may see as its own. */
  readonly scopeBodyIds: readonly string[];
  /** The organisation that a company's representative speaks for; null for everybody else. */
  readonly subjectId: string | null;
  /** How strongly it signed in; absent where the installation has no second factors, and for commands. */
  readonly factor?: Factor | undefined;
  /** The system that calls, when it is no person: its scopes narrow what its role may do. */
  readonly client: ActorClient | null;
  readonly osUser: string | null;
  readonly address: string | null;
  readonly requestId: string;
}

export interface ActorClient {
  readonly clientId: string;
  /** Permissions that this client was given; a permission that is not among them is denied whatever the role. */
  readonly scopes: readonly string[];
  /** How it showed who it is: a key, a signature, or through a gateway, where it may do least. */
  readonly way?: 'key' | 'signature' | 'gateway';
  /** Requests a minute that it may send. */
  readonly perMinute?: number;
}

/**
 * `departmentSystem`: a department's own system, an API client. `authorisedReader`: a bank's, guarantee's or agency's user,
 * who reads with the subject's authorisation only. `accountManager`: keeps a district's accounts under the three
 * administrators. `companyRepresentative`: speaks for one organisation.
 */
export type Role =
  | 'departmentOfficer'
  | 'departmentSystem'
  | 'creditOffice'
  | 'companyRepresentative'
  | 'authorisedReader'
  | 'accountManager'
  | 'systemAdmin'
  | 'securityAdmin'
  | 'auditAdmin'
  | 'operator';
