/**
 * Where messages may be sent (server-side request forgery): https only, public addresses only unless the operator named the
 * host, the name resolved anew for each connection and each address of it checked, never a redirect.
 */
import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Config } from '../../platform/config.ts';
import { DomainError } from '../../platform/errors.ts';

export interface Allowing extends Pick<Config, 'nodeEnv' | 'receiverHosts'> {
  /** Plain http to this machine itself, where the operator named host and port: for a system that runs beside the platform. */
  readonly plainLoopback?: boolean;
}

const maxUrl = 500;

/** The address that the connection was about to use is not one that messages may go to. */
export class AddressRefused extends Error {
  constructor(address: string) {
    super(`address ${address} is not public and not named in RECEIVER_HOSTS`);
    this.name = 'AddressRefused';
  }
}

const portOf = (url: URL): string => url.port || (url.protocol === 'http:' ? '80' : '443');

/** Named by the operator as `host:port`: it may be at a private address. */
export const isNamed = (config: Allowing, url: URL): boolean =>
  config.receiverHosts.includes(`${url.hostname.toLowerCase()}:${portOf(url)}`);

/** An address of the public internet; not a private, local, multicast, mapped or reserved one. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  return ipaddr.process(address).range() === 'unicast';
}

/** What is wrong with it, by its letters alone; names are resolved when it is connected to. */
function problemOf(config: Allowing, text: string): { zh: string; en: string } | null {
  const https = { zh: '地址须以 https:// 开头。', en: 'The address must begin with https://.' };
  if (text.length > maxUrl || !URL.canParse(text)) return https;
  const url = new URL(text);
  const here = config.plainLoopback === true && /^(127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  const plainAllowed = (config.nodeEnv === 'test' || here) && isNamed(config, url);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && plainAllowed)) return https;
  if (url.username || url.password || url.hash)
    return { zh: '地址中不得含用户名、密码和 #。', en: 'The address holds no user, password or #.' };
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isNamed(config, url)) return null;
  const local = host === 'localhost' || /\.(localhost|local|internal)$/.test(host) || !/[.:]/.test(host);
  if (local || (isIP(host) !== 0 && !isPublicAddress(host)))
    return {
      zh: `地址 ${host} 不是公网地址；内网接收方须由系统管理员加入 RECEIVER_HOSTS。`,
      en: `${host} is no public address; the system administrator names receivers inside in RECEIVER_HOSTS.`,
    };
  return null;
}

/** @throws DomainError unprocessable */
export function checkUrl(config: Allowing, text: string): URL {
  const problem = problemOf(config, text);
  if (problem) throw new DomainError('unprocessable', { ...problem, details: [{ field: 'body/url', ...problem }] });
  return new URL(text);
}

type Found = { readonly address: string; readonly family: number };
type Resolve = (host: string, done: (error: NodeJS.ErrnoException | null, found: readonly Found[]) => void) => void;

const systemResolve: Resolve = (host, done) =>
  dnsLookup(host, { all: true, verbatim: true }, (error, found: LookupAddress[]) => done(error, found ?? []));

/**
 * The look-up of a connection: what the name means at this moment, checked, and nothing looked up again afterwards. One bad
 * address among good ones refuses them all (DNS rebinding).
 */
export function checkedLookup(config: Allowing, url: URL, resolve: Resolve = systemResolve): LookupFunction {
  const named = isNamed(config, url);
  return (host, options, done) => {
    resolve(host, (error, found) => {
      const bad = named ? undefined : found.find(({ address }) => !isPublicAddress(address));
      const [first] = found;
      if (error) done(error, '', 0);
      else if (bad) done(new AddressRefused(bad.address), '', 0);
      else if (!first) done(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '', 0);
      else if (options.all) (done as unknown as (e: null, all: readonly Found[]) => void)(null, found);
      else done(null, first.address, first.family);
    });
  };
}

/** Literal addresses are connected to without a look-up, so they are checked before. @throws AddressRefused */
export function checkLiteral(config: Allowing, url: URL): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isNamed(config, url) && !isPublicAddress(host)) throw new AddressRefused(host);
}
