/** A code generator for an account of a test, enrolled without the steps of enrolment. */
import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { AppContext } from '../../context.ts';
import { setSecondFactor } from '../identity/index.ts';
import { seal } from './secrets.ts';
import { confirmTotp, deleteFactors, putTotp } from './totp-queries.ts';

/** `confirmed: false` leaves it waiting for its first code. Answers the code of now. */
export async function provideTotp(ctx: AppContext, accountId: string, confirmed = true): Promise<string> {
  const secret = randomBytes(20);
  const at = ctx.clock.now();
  await deleteFactors(ctx.db.app, accountId);
  await putTotp(ctx.db.app, accountId, seal(ctx, 'totp', secret), at);
  if (confirmed) {
    await confirmTotp(ctx.db.app, accountId, at);
    await setSecondFactor(ctx.db.app, accountId, at);
  }
  return new TOTP({ secret: new Secret({ buffer: Uint8Array.from(secret).buffer }), digits: 6, period: 30 }).generate({
    timestamp: Date.parse(at),
  });
}
