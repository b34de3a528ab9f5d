/** The organisation that a representative speaks for, with its whole cluster. */
import type { Actor } from '../../context.ts';
import type { Queryable } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { clusterOf, findArchiveSubject } from '../subjects/index.ts';

export interface OwnSubject {
  readonly subjectId: string;
  readonly ids: readonly string[];
  readonly name: string;
  readonly code: string | null;
}

/** @throws DomainError forbidden when the account speaks for no organisation yet */
export async function ownSubject(client: Queryable, actor: Actor): Promise<OwnSubject> {
  if (actor.subjectId === null) {
    throw new DomainError('forbidden', {
      zh: '您的账号尚未绑定单位，请先完成代表人认证，再查看本单位的查询记录。',
      en: 'Your account does not speak for an organisation yet. Finish the proof of representation first.',
    });
  }
  const subject = await findArchiveSubject(client, { subjectId: actor.subjectId });
  const ids = await clusterOf(client, subject.subject_id);
  return { subjectId: subject.subject_id, ids, name: subject.name, code: subject.unified_code };
}
