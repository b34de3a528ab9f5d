/** Bodies of the tree: city → district or zone → department, and banks, guarantee companies and agencies beside it. */
import type { BodyView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import type { Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize, type BodyKind, createBody, findBody } from '../identity/index.ts';

/** What may stand below what. */
const parents: Readonly<Record<BodyKind, readonly (BodyKind | null)[]>> = {
  city: [],
  upper: [null],
  creditOffice: ['city', 'district', 'zone'],
  district: ['city'],
  zone: ['city', 'district'],
  department: ['city', 'district', 'zone', 'department'],
  bank: [null, 'city', 'bank'],
  guarantee: [null, 'city'],
  creditAgency: [null, 'city'],
};

export async function addBody(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  input: {
    kind: BodyKind;
    name: string;
    shortName?: string | null | undefined;
    code?: string | null | undefined;
    parentId: string | null;
    region?: string | null | undefined;
  },
): Promise<BodyView> {
  authorize(actor, 'body.manage');
  const parent = input.parentId === null ? null : await findBody(tx, { bodyId: input.parentId });
  if (input.parentId !== null && (!parent || parent.closedOn !== null)) throw new DomainError('not-found');
  if (!parents[input.kind].includes(parent?.kind ?? null))
    throw new DomainError('unprocessable', {
      zh: '这类单位不能设在所选上级之下，请核对类别和上级单位。',
      en: 'A body of this kind does not stand below the chosen one. Check the kind and the parent.',
    });
  const body = await createBody(tx, ctx.clock, {
    kind: input.kind,
    name: input.name,
    shortName: input.shortName ?? null,
    code: input.code?.trim() || null,
    parentId: input.parentId,
    region: input.region ?? parent?.region ?? null,
  });
  await writeAccess(tx, ctx, actor, {
    action: 'body.create',
    resourceKind: 'body',
    resourceId: body.bodyId,
    detail: { kind: body.kind, parent: input.parentId },
  });
  const { bodyId, ...rest } = body;
  return { id: bodyId, ...rest, successorIds: [] };
}
