/** Opens a reading for a stated purpose, or says what is missing. Every non-public read begins here. */
import { looksLikePersonIdentifier } from '@chengxin/identifiers';
import type { Actor, AppContext } from '../../context.ts';
import type { FieldPublicity } from '../../platform/authz/index.ts';
import { DomainError, type ProblemDetail } from '../../platform/errors.ts';
import { authorize, type Permission } from '../identity/index.ts';
import type { PolicyRuntime, PurposeAct } from '../policy/types.ts';
import { decideReading, type Lack, ownLevel, purposesOf, type Reading, type StatedPurpose } from './reading.ts';

const fieldWords = {
  purpose: { zh: '用途', en: 'purpose' },
  matter: { zh: '事项', en: 'matter' },
  caseNumber: { zh: '办件编号', en: 'case number' },
} as const;

function detailOf({ field, code }: Lack, allowed: string): ProblemDetail {
  const words = fieldWords[field];
  switch (code) {
    case 'required':
      return {
        field,
        code,
        zh: `请填写${words.zh}${field === 'purpose' ? `：${allowed}` : ''}`,
        en: `give the ${words.en}`,
      };
    case 'unknown':
      return {
        field,
        code,
        zh: `没有这一用途，请选择：${allowed}`,
        en: `no such purpose for your role; choose one of ${allowed}`,
      };
    case 'notTaken':
      return { field, code, zh: `这一用途不填${words.zh}`, en: `this purpose takes no ${words.en}` };
    default:
      return {
        field,
        code,
        zh: `${words.zh}应为 100 字以内的文字或编号，不得含证件号码`,
        en: `the ${words.en} is up to 100 letters and digits and holds no personal number`,
      };
  }
}

const personNumber = (text: string | null | undefined): boolean =>
  (looksLikePersonIdentifier(text ?? '') ?? []).some((range) => !range.alsoUnifiedCode);

/**
 * Errors: unauthenticated, forbidden (the role), invalid-request (purpose, matter or case number missing, unknown or not
 * allowed). The caller logs the act with `readingEntry(reading)` in its transaction.
 */
export function openReading(
  ctx: Pick<AppContext, 'policy'>,
  actor: Actor,
  permission: Permission,
  act: PurposeAct,
  stated: StatedPurpose,
): Reading {
  authorize(actor, permission);
  return checkStated(ctx, actor, act, stated);
}

/** An authorisation is given before there is a case: each use of it states its own. */
const withoutCases = (policy: Pick<PolicyRuntime, 'purposes'>): Pick<PolicyRuntime, 'purposes'> => ({
  purposes: () => policy.purposes().map((purpose) => ({ ...purpose, caseNumber: 'optional' })),
});

/** The same where the permission was asked for already, and the level comes from elsewhere (an authorisation). */
export function checkStated(
  ctx: Pick<AppContext, 'policy'>,
  actor: Actor,
  act: PurposeAct,
  stated: StatedPurpose,
  options: { readonly level?: FieldPublicity; readonly caseLater?: boolean } = {},
): Reading {
  const { level = ownLevel(actor), caseLater = false } = options;
  const policy = caseLater ? withoutCases(ctx.policy()) : ctx.policy();
  const decision = decideReading(policy, actor, act, stated, level);
  // The log is read by the subject: a person's number has no place in it.
  const lacks: readonly Lack[] =
    decision.kind === 'lacks'
      ? decision.lacks
      : (['matter', 'caseNumber'] as const)
          .filter((field) => personNumber(stated[field]))
          .map((field) => ({ field, code: 'invalid' as const }));
  if (decision.kind === 'reading' && lacks.length === 0) return decision.reading;
  const allowed = purposesOf(policy, actor.roles, act)
    .map((purpose) => `${purpose.key}（${purpose.name.zh}）`)
    .join('、');
  throw new DomainError('invalid-request', {
    zh: '查询非公开信息须写明用途（按规定还须写明事项和办件编号），用途记入查询日志，主体可以看到。',
    en: 'Reading non-public information needs a purpose and, where the purpose says so, a matter and a case number; the subject can read them.',
    details: lacks.map((lack) => detailOf(lack, allowed)),
  });
}
