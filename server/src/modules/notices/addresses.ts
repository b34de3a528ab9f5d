/** Addresses of people: what is one, and how it is shown to others. */
const patterns = {
  // One address, no list, no display name: nothing that could add a header or a second recipient (RFC 5321 4.1.2).
  email:
    /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$/,
  sms: /^1[3-9]\d{9}$/,
  im: /^[A-Za-z0-9._@-]{1,64}$/,
} as const;

export type AddressChannel = keyof typeof patterns;

export const isAddress = (channel: AddressChannel, text: string): boolean =>
  text.length <= 254 && patterns[channel].test(text);

/** 138****1234, z***@example.gov.cn: enough to know which one it is. */
export function maskAddress(channel: AddressChannel, address: string): string {
  if (channel === 'sms') return `${address.slice(0, 3)}****${address.slice(-4)}`;
  if (channel === 'email') return address.replace(/^(.).*(@.*)$/, '$1***$2');
  return `${address.slice(0, 2)}***`;
}
