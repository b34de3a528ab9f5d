/** What a route declares and what a request carries. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest, RawServerDefault } from 'fastify';
import type { Actor } from '../../context.ts';
import type { Factor, PermissionRule } from '../authz/index.ts';
import type { DomainError, Problem } from '../errors.ts';

/** What the access log should know about a refusal or failure of this request; a handler adds to it as it learns. */
export interface AccessHints {
  resourceKind?: string;
  resourceId?: string;
  subjectId?: string;
  purpose?: string;
  matter?: string;
  caseNumber?: string;
  /** The operation wrote its own entry for this refusal. */
  logged?: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Needed by every route: a permission of the table, or `public`. Start-up fails without it. */
    permission?: string;
    /** What the permission's row says of purpose and factor; a route may demand more, never less. */
    purpose?: 'required' | 'none';
    factor?: Factor;
    /** Open while the platform is read only: signing in, and what ends that state. */
    whileReadOnly?: boolean;
    /** Open to an account that must first change its password (session routes). */
    whilePasswordExpired?: boolean;
    /** Open while a second factor is still to be shown (`needed`) or enrolled (`missing`). */
    whilePending?: readonly ('needed' | 'missing')[];
    /** A public route without a session that pages of other sites may call: no cookie counts, any origin reads the answer. */
    anyOrigin?: true;
    /** A public page that search engines may keep: whole, or its title alone. Every other public answer is not indexed. */
    indexed?: 'whole' | 'title';
    /** Its answer may hold a record: counted by address and day. */
    records?: true;
    /** Resolve the session on a public route, if there is one. */
    optionalSession?: boolean;
  }
  interface FastifyRequest {
    actor: Actor;
    /** Why what the request showed does not hold. */
    credentialFailure: DomainError | null;
    access: AccessHints;
  }
}

export type HttpInstance = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** How the server learns who asks, decided by identity. */
export interface HttpHooks {
  readonly permissions: ReadonlyMap<string, PermissionRule>;
  /** Reads the session; `anonymous` when there is none. Never throws for a bad cookie. */
  resolveActor(request: FastifyRequest): Promise<ResolvedActor>;
  /** Role level check before the body is read; throws unauthenticated or forbidden. */
  authorize(actor: Actor, permission: string, factor: Factor): void;
  /** Whether the platform as a whole lets this through now; throws what is answered instead. After the role was asked. */
  readonly gate?: (question: GateQuestion) => Promise<void>;
  /** Writes a refusal or failure into the access log in its own transaction; throws log-unavailable. */
  recordRefusal(
    request: FastifyRequest,
    permission: string,
    outcome: 'refused' | 'failed',
    code: string,
  ): Promise<void>;
  /** The body as it arrives, held against what was signed. */
  checkBody?(request: FastifyRequest, payload: NodeJS.ReadableStream): NodeJS.ReadableStream;
  /** Name of the session cookie: only requests that carry it need the origin check. */
  readonly sessionCookie: string;
}

export interface GateQuestion {
  readonly actor: Actor;
  readonly permission: string;
  readonly method: string;
  readonly whileReadOnly: boolean;
}

export interface ResolvedActor {
  readonly actor: Actor;
  readonly mustChangePassword: boolean;
  /** A second factor is still to be shown, or to be enrolled: nothing else is open until then. */
  readonly pending?: 'needed' | 'missing' | null;
  /** What was shown does not hold. Answered after the rate limit, so that guesses are counted. */
  readonly failure?: DomainError;
}

export interface HttpOptions {
  /**
   * Requests a minute for a signed-in account and for an address, and answers with records a day for an address. Default
   * 1,200, 600 and 3,000.
   */
  readonly rateLimit?: { readonly account?: number; readonly address?: number; readonly recordsADay?: number };
  /** Greatest JSON body in bytes. Default 1 MiB; uploads have limits of their own. */
  readonly bodyLimit?: number;
  /** Milliseconds that a request may take to arrive. Default 30 minutes (uploads); silent connections end after two. */
  readonly requestTimeout?: number;
}

/** A page for people in place of the problem JSON; the portal may replace the plain one. */
export type ProblemPage = (problem: Problem, request: FastifyRequest) => string;

export type { FastifyReply, FastifyRequest };
