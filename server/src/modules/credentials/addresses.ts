/** Lists of addresses in CIDR form, IPv4 and IPv6; an IPv4 address inside IPv6 counts as the IPv4 one. */
import ipaddr from 'ipaddr.js';

/** The list in its normal form; null when an entry is no address or network, or is everything. */
export function readAddresses(given: readonly string[]): string[] | null {
  const out: string[] = [];
  for (const entry of given) {
    const text = entry.trim();
    try {
      const single = !text.includes('/');
      const address = ipaddr.process(single ? text : (text.split('/')[0] ?? ''));
      const bits = single ? (address.kind() === 'ipv4' ? 32 : 128) : Number(text.split('/')[1]);
      if (!Number.isInteger(bits) || bits < 8 || bits > (address.kind() === 'ipv4' ? 32 : 128)) return null;
      out.push(`${address.toString()}/${bits}`);
    } catch {
      return null;
    }
  }
  return [...new Set(out)];
}

/** An empty list holds every address. */
export function holdsAddress(list: readonly string[], address: string): boolean {
  if (list.length === 0) return true;
  let given: ReturnType<typeof ipaddr.process>;
  try {
    given = ipaddr.process(address);
  } catch {
    return false;
  }
  return list.some((entry) => {
    const [network, bits] = ipaddr.parseCIDR(entry);
    return network.kind() === given.kind() && given.match([network, bits] as never);
  });
}
