/** A record whose display ends by itself: told at its day, or late and effective at its day. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { expireRecords } from '../../server/src/modules/exchange/index.ts';
import { registerTestReceiver, startTestReceiver, type TestReceiver } from '../support/receivers.ts';
import { createReceivingCity, type ReceivingCity } from '../support/receiving-city.ts';

let city: ReceivingCity;
let receiver: TestReceiver;
before(async () => {
  city = await createReceivingCity();
  receiver = await startTestReceiver(city.ctx, city.ports[0] ?? 0);
  await registerTestReceiver(city.ctx, city.otherBodyId, {
    url: receiver.address,
    publicKey: receiver.publicKey,
    level: 'public',
  });
});
after(async () => {
  await receiver?.end();
  await city?.close();
});

describe('the end of display', () => {
  it('is published once, with the day after the last one, however late it is noticed', async () => {
    const of = await city.report();
    const unseen = await city.report();
    await city.look('stranger', of.code);
    const shown = (await city.call(null, 'GET', `/api/v1/public/subjects/${of.code}/records`)).json().items[0];
    const until = shown.disclosure.until as string;
    assert.match(until, /^\d{4}-\d{2}-\d{2}$/);
    assert.equal(await expireRecords(city.ctx), 0);
    // The platform stood still for five days after the last one.
    const days = Math.round(
      (Date.parse(`${until}T00:00:00Z`) - Date.parse(`${city.clock.today()}T00:00:00Z`)) / 86_400_000,
    );
    await city.days(days + 6);
    assert.equal(await expireRecords(city.ctx), 1);
    assert.equal(await expireRecords(city.ctx), 0);
    await city.tell();
    const [change, more] = receiver.changes;
    assert.equal(more, undefined);
    const next = new Date(Date.parse(`${until}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
    assert.deepEqual(
      [change?.recordId, change?.reason, change?.asked, change?.effectiveOn],
      [of.recordId, 'expired', 'remove', next],
    );
    assert.notEqual(change?.recordId, unseen.recordId);
    // A look after the end gives nothing new, and nothing is told again.
    await city.look('stranger', of.code);
    await city.days(1);
    assert.equal(await expireRecords(city.ctx), 0);
  });
});
