/** Rows → what the two sides see. */
import type { AuthorisationUseView, AuthorisationView } from '@chengxin/contract';
import type { Actor } from '../../context.ts';
import { may } from '../identity/index.ts';
import type { PolicyRuntime } from '../policy/index.ts';
import type { AuthorisationRow, UseRow } from './queries.ts';
import { afterAct, stateAt, type Terms } from './state.ts';

export const termsOf = (row: AuthorisationRow): Terms => ({
  state: row.state,
  answerBy: row.answer_by,
  validFrom: row.valid_from,
  validTo: row.valid_to,
  usesAllowed: row.uses_allowed,
  usesMade: row.uses_made,
});

const words = (key: string) => ({ zh: key, en: key });

/** What the caller is to a row: the organisation, the body that has it, or nobody. */
export const sideOf = (actor: Actor, row: AuthorisationRow): 'grantor' | 'grantee' | null =>
  actor.subjectId !== null && actor.subjectId === row.subject_id
    ? 'grantor'
    : actor.roles.includes('authorisedReader') && actor.scopeBodyIds.includes(row.body_id)
      ? 'grantee'
      : null;

export function authorisationView(
  row: AuthorisationRow,
  policy: PolicyRuntime,
  actor: Actor,
  now: string,
  today: string,
): AuthorisationView {
  const terms = termsOf(row);
  const side = sideOf(actor, row);
  const open = (act: Parameters<typeof afterAct>[1]): boolean => afterAct(terms, act, now, today) !== null;
  const grantor = side === 'grantor' && may(actor, 'authorisation.grant');
  const grantee = side === 'grantee';
  const categories = new Map(policy.catalogue().categories.map((category) => [category.key, category.name]));
  const state = stateAt(terms, now, today);
  return {
    id: row.authorisation_id,
    state,
    subject: { name: row.subject_name, code: row.subject_code },
    grantee: { id: row.body_id, name: row.body_name, code: row.body_code },
    purpose: row.purpose,
    purposeName: policy.purposes().find((purpose) => purpose.key === row.purpose)?.name ?? words(row.purpose),
    matter: row.matter,
    sections: row.sections.map((key) => ({ key, name: categories.get(key) ?? words(key) })),
    note: row.note,
    askedAt: row.asked_at,
    answerBy: row.answer_by,
    grantedAt: row.granted_at,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    usesAllowed: row.uses_allowed,
    usesMade: row.uses_made,
    endedAt: row.ended_at,
    endNote: row.end_note,
    may: {
      grant: grantor && open('grant'),
      decline: grantor && open('decline'),
      revoke: grantor && open('revoke'),
      withdraw: grantee && open('withdraw'),
      use: grantee && state === 'granted' && (row.valid_from ?? today) <= today,
    },
  };
}

export const useView = (row: UseRow): AuthorisationUseView => ({
  id: row.use_id,
  kind: row.kind,
  by: row.account_name,
  matter: row.matter,
  caseNumber: row.case_number,
  reportNumber: row.report_number,
  usedAt: row.used_at,
  endsAt: row.ends_at,
});
