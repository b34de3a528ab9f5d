/**
 * How many answers that may hold a record one address reads in a day: a person or an office needs some hundred, who copies
 * the whole city needs hundreds of thousands. Counted in this process's memory; the limit by the minute stands beside it.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import type { AppContext } from '../../context.ts';
import { DomainError } from '../errors.ts';

const maxAddresses = 50_000;
const daySeconds = 86_400;
/** A household or an office has a whole network of 64 bits: one address of it is no other reader. */
const prefixBytes = 8;

export function readerOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return Buffer.from(parsed.toByteArray().slice(0, prefixBytes)).toString('hex');
}

export function dayLimit(
  ctx: Pick<AppContext, 'clock'>,
  max: number,
): (request: FastifyRequest, reply: FastifyReply) => void {
  let day = '';
  let counts = new Map<string, number>();
  return (request, reply) => {
    if (request.routeOptions.config.records !== true || request.actor.accountId !== null) return;
    const now = ctx.clock.now();
    if (now.slice(0, 10) !== day) {
      day = now.slice(0, 10);
      counts = new Map();
    }
    const reader = readerOf(request.ip);
    const count = (counts.get(reader) ?? 0) + 1;
    if (counts.has(reader) || counts.size < maxAddresses) counts.set(reader, count);
    if (count <= max) return;
    const left = daySeconds - Math.floor((Date.parse(now) / 1000) % daySeconds);
    reply.header('retry-after', String(left));
    throw new DomainError('rate-limited', {
      zh: '今日从您的网络查询的次数已达上限，请明日再来。需要批量使用信用信息的，请向信用办申请接口。',
      en: 'The limit of a day for your network is reached; come again tomorrow. Who needs information in bulk asks the credit office for an interface.',
    });
  };
}
