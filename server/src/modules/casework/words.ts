/** Why a command was not taken, in words. */
import { DomainError } from '../../platform/errors.ts';
import type { Refusal } from './apply-command.ts';

const words: Readonly<
  Record<Refusal, readonly [code: 'conflict' | 'unprocessable' | 'forbidden', zh: string, en: string]>
> = {
  notInThisState: [
    'conflict',
    '事项当前的状态不能这样办理，请刷新后查看最新进展。',
    'The case is not in a state in which this can be done. Reload and see where it stands.',
  ],
  notThisParty: ['forbidden', '这一步应由其他单位或当事人办理。', 'This step is for another party of the case.'],
  unknownCommand: ['unprocessable', '没有这种办理动作。', 'There is no such command.'],
  reasonMissing: ['unprocessable', '请选择或填写理由。', 'Give a reason.'],
  reasonUnknown: ['unprocessable', '理由不在规定的范围内，请从列表中选择。', 'Choose the reason from the list.'],
  noSuchClock: ['conflict', '没有正在计时的这一时限。', 'That time limit is not running.'],
  alreadyExtended: [
    'conflict',
    '该时限不能延长，或已经延长过一次。',
    'That time limit cannot be extended, or was extended once.',
  ],
  alreadyAsked: [
    'conflict',
    '已有一项延期申请等待批准。',
    'An extension was asked for already and waits for an answer.',
  ],
  tooLate: [
    'conflict',
    '时限已过，不能再申请延期；请尽快办理。',
    'The time is over; it cannot be extended. Decide as soon as you can.',
  ],
  nothingAsked: ['conflict', '没有等待批准的延期申请。', 'No extension was asked for.'],
  ownRequest: ['forbidden', '延期须由提出人以外的负责人批准。', 'Another person than the one who asked must grant it.'],
};

export function refusalWords(refusal: Refusal): DomainError {
  const [code, zh, en] = words[refusal];
  return new DomainError(code, { zh, en });
}
