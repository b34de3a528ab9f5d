/** Only a path of this desk: `next` comes from an address and may have been written by anybody. */
export const safeNext = (next: string | undefined): string => (next && /^\/(?![/\\])/.test(next) ? next : '/');
