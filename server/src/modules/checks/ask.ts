/** What was asked: which organisation, for which matter, by a body that decides it. Nothing here asks about a person. */
import type { CheckRequest } from '@chengxin/contract';
import { looksLikePersonIdentifier } from '@chengxin/identifiers';
import type { Actor, AppContext } from '../../context.ts';
import { DomainError } from '../../platform/errors.ts';
import { checkStated, type Reading } from '../access/index.ts';
import { authorize, findBody } from '../identity/index.ts';
import type { CheckMatter } from '../policy/index.ts';

export const personNumberIn = (text: string): boolean =>
  looksLikePersonIdentifier(text).some(({ alsoUnifiedCode }) => !alsoUnifiedCode);

/** A person is looked up one at a time, by an obliged body, for a case, in the store of persons (natural-persons F4, G14). */
export const personsElsewhere = (): DomainError =>
  new DomainError('unprocessable', {
    zh: '信用核查只针对法人和非法人组织，所填内容含自然人证件号码，未受理、未保存。确需核查自然人的，请在“自然人单笔核查”中逐人办理。',
    en: 'A check is about organisations. What was given holds the number of a person: it was refused and not kept. A person is looked up one at a time, with a case, under “look-up of a person”.',
  });

export interface Asked {
  readonly matter: CheckMatter;
  readonly reading: Reading;
}

async function checkDuty(ctx: AppContext, actor: Actor, matter: CheckMatter): Promise<void> {
  if (matter.bodies.includes('*') || actor.kind === 'operator') return;
  const body = actor.bodyId === null ? null : await findBody(ctx.db.app, { bodyId: actor.bodyId });
  if (body && matter.bodies.some((word) => body.name.includes(word))) return;
  throw new DomainError('forbidden', {
    zh: `事项“${matter.name.zh}”不属于本单位职责，不能以此核查。如职责有误，请联系信用办。`,
    en: `Your body does not decide "${matter.name.en}" and may not check for it. If that is wrong, ask the credit office.`,
  });
}

/** Errors: forbidden (role, duty), unprocessable (matter, person), invalid-request (purpose, case number). */
export async function openCheck(
  ctx: AppContext,
  actor: Actor,
  stated: { matter: string; purpose: string; caseNumber?: string | undefined },
): Promise<Asked> {
  authorize(actor, 'check.run');
  const policy = ctx.policy();
  const matter = policy.matter(stated.matter);
  if (!matter) {
    const known = policy
      .checkRules()
      .matters.slice(0, 50)
      .map(({ code, name }) => `${code}（${name.zh}）`)
      .join('、');
    throw new DomainError('unprocessable', {
      zh: `没有这个事项，请从下列事项中选择：${known}`,
      en: 'There is no such matter. Choose one of /checks/matters.',
      details: [{ field: 'matter', code: 'unknown', zh: '不在事项清单中', en: 'not in the list of matters' }],
    });
  }
  const reading = checkStated(ctx, actor, 'check', { ...stated, matter: matter.code });
  if (!matter.purposes.includes(stated.purpose))
    throw new DomainError('unprocessable', {
      zh: `事项“${matter.name.zh}”的查询用途应为：${matter.purposes.join('、')}`,
      en: `Purposes of this matter: ${matter.purposes.join(', ')}`,
      details: [{ field: 'purpose', code: 'invalid', zh: '与事项不符', en: 'not a purpose of this matter' }],
    });
  if (matter.caseNumber === 'required' && reading.caseNumber === null)
    throw new DomainError('invalid-request', {
      zh: '本事项须填写办件编号，主体可以看到是哪一件。',
      en: 'This matter needs the number of the case; the organisation can read it.',
      details: [{ field: 'caseNumber', code: 'required', zh: '请填写办件编号', en: 'give the number of the case' }],
    });
  await checkDuty(ctx, actor, matter);
  return { matter, reading };
}

/** Exactly one of code and name. */
export function keyOf(request: Pick<CheckRequest, 'code' | 'name'>): { code: string } | { name: string } {
  const { code, name } = request;
  if ((code === undefined) === (name === undefined))
    throw new DomainError('invalid-request', {
      zh: '请填写统一社会信用代码或者名称，二者只填一项。',
      en: 'Give the code or the name, and only one of them.',
    });
  if (personNumberIn(code ?? name ?? '')) throw personsElsewhere();
  return code === undefined ? { name: name ?? '' } : { code };
}
