/** The life of a message and of an alarm: typed tables, pure. */

export type DeliveryState = 'waiting' | 'sent' | 'receipted' | 'declined' | 'closed';
/** taken: the receiver answered without a receipt. receipt, decline: a receipt that holds. close: by the office, with a reason. */
export type DeliveryAct = 'taken' | 'receipt' | 'decline' | 'retry' | 'close';

const delivery: Readonly<Record<DeliveryState, Readonly<Partial<Record<DeliveryAct, DeliveryState>>>>> = {
  waiting: { taken: 'sent', receipt: 'receipted', decline: 'declined', retry: 'waiting', close: 'closed' },
  sent: { receipt: 'receipted', decline: 'declined', retry: 'waiting', close: 'closed' },
  // A receiver may act after it declined; nothing else moves what is finished.
  declined: { receipt: 'receipted', close: 'closed' },
  receipted: {},
  closed: { receipt: 'receipted' },
};

export const nextDelivery = (from: DeliveryState, act: DeliveryAct): DeliveryState | null =>
  delivery[from][act] ?? null;

export type AlarmState = 'open' | 'replied' | 'closed';
export type AlarmAct = 'reply' | 'close';

const alarm: Readonly<Record<AlarmState, Readonly<Partial<Record<AlarmAct, AlarmState>>>>> = {
  open: { reply: 'replied', close: 'closed' },
  replied: { reply: 'replied', close: 'closed' },
  closed: {},
};

export const nextAlarm = (from: AlarmState, act: AlarmAct): AlarmState | null => alarm[from][act] ?? null;
