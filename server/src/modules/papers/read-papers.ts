/** Views of papers: those of a case, and the register of a body with every number, voided ones among them. */
import type { PaperList, PaperRegister, PaperRegisterQuery, PaperTemplateView, PaperView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { withAccess } from '../../platform/access-log/index.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { authorize, may, scopeOf } from '../identity/index.ts';
import { basisLine, type PolicyRuntime } from '../policy/index.ts';
import { isForSubject, type PaperPorts, type SeenPaper, seenCase } from './access.ts';
import { accountNames, bodyNames, type PaperRow, papersOfCase, registerRows } from './queries.ts';
import { type PaperCommand, refusalOf } from './state.ts';
import { paperStateWords } from './words.ts';

type Template = ReturnType<PolicyRuntime['papers']>[number];

const templateView = (template: Template): PaperTemplateView => ({
  key: template.key,
  name: template.name,
  title: template.title,
  fields: template.fields.map((field) => ({ ...field })),
  signOff: template.signOff,
  served: template.served,
  basis: template.basis.map(basisLine).join('；'),
});

const commands: readonly PaperCommand[] = ['revise', 'signOff', 'attachSealed', 'serve', 'void'];

function commandsFor(actor: Actor, row: PaperRow, template: Template): PaperCommand[] {
  if (!may(actor, 'paper.write', { bodyId: row.body_id })) return [];
  return commands.filter((command) => {
    if (refusalOf(command, row.state)) return false;
    if (command === 'serve') return template.served;
    if (command !== 'signOff') return true;
    const by = actor.accountId;
    return by !== null && (row.first_by === null || (row.first_by !== by && row.issued_by !== by));
  });
}

interface Names {
  readonly accounts: ReadonlyMap<string, string>;
  readonly bodies: ReadonlyMap<string, string>;
}

const signed = (by: string | null, at: string | null, names: Names): { by: string; at: string } | null =>
  by === null || at === null ? null : { by: names.accounts.get(by) ?? '', at };

function sealedOf(row: PaperRow): PaperView['sealed'] {
  if (row.sealed_at === null || row.sealed_name === null || row.sealed_type === null) return null;
  return {
    fileName: row.sealed_name,
    mediaType: row.sealed_type,
    bytes: Number(row.sealed_bytes ?? 0n),
    at: row.sealed_at,
  };
}

function serviceOf(policy: PolicyRuntime, row: PaperRow): PaperView['service'] {
  if (row.served_on === null || row.served_at === null) return null;
  const code = row.served_manner ?? '';
  const manner = policy.codeTable('service-manners').values.find((value) => value.code === code);
  return {
    on: row.served_on,
    manner: manner?.label ?? { zh: code, en: code },
    to: row.served_to ?? '',
    proof: row.served_proof ?? '',
    at: row.served_at,
  };
}

/** The organisation reads the paper, not who worked on it. */
async function viewOf(ctx: AppContext, actor: Actor, seen: SeenPaper, names: Names): Promise<PaperView> {
  const { row, as } = seen;
  const policy = row.policy_set_id === ctx.policy().setId ? ctx.policy() : await ctx.policySet(row.policy_set_id);
  const template = policy.paper(row.template);
  const inside = as === 'body';
  return {
    id: row.paper_id,
    caseId: row.case_id,
    template: row.template,
    name: template.name,
    title: template.title,
    number: row.number,
    body: names.bodies.get(row.body_id) ?? row.fields.facts.bodyName ?? '',
    subject: row.fields.facts.subjectName ?? '',
    state: row.state,
    stateLabel: paperStateWords[row.state],
    fields: inside ? { ...row.fields.given } : {},
    issuedOn: row.issued_on,
    issuedBy: inside && row.issued_by ? (names.accounts.get(row.issued_by) ?? null) : null,
    signOffs: {
      needed: template.signOff,
      first: inside ? signed(row.first_by, row.first_at, names) : null,
      second: inside ? signed(row.second_by, row.second_at, names) : null,
    },
    sealed: sealedOf(row),
    service: serviceOf(ctx.policy(), row),
    voided: row.voided_at === null ? null : { reason: row.voided_reason ?? '', at: row.voided_at },
    commands: inside ? commandsFor(actor, row, template) : [],
  };
}

async function namesFor(ctx: AppContext, rows: readonly PaperRow[]): Promise<Names> {
  const people = rows.flatMap((row) => [row.issued_by, row.first_by, row.second_by]).filter((id) => id !== null);
  const [accounts, bodies] = await Promise.all([
    accountNames(ctx.db.app, [...new Set(people)]),
    bodyNames(ctx.db.app, [...new Set(rows.map((row) => row.body_id))]),
  ]);
  return { accounts, bodies };
}

export async function viewPaper(ctx: AppContext, actor: Actor, seen: SeenPaper): Promise<PaperView> {
  return viewOf(ctx, actor, seen, await namesFor(ctx, [seen.row]));
}

export async function listPapers(ctx: AppContext, ports: PaperPorts, actor: Actor, caseId: string): Promise<PaperList> {
  const seen = await seenCase(ctx, ports, actor, caseId);
  const entry = { action: 'paper.list', resourceKind: 'case', resourceId: caseId, subjectId: seen.subjectId };
  const all = await withAccess(ctx, actor, entry, (tx) => papersOfCase(tx, caseId));
  const rows = seen.as === 'body' ? all : all.filter(isForSubject);
  const names = await namesFor(ctx, rows);
  const writes = seen.as === 'body' && may(actor, 'paper.write');
  return {
    items: await Promise.all(rows.map((row) => viewOf(ctx, actor, { row, as: seen.as }, names))),
    templates: writes
      ? ctx
          .policy()
          .papers()
          .filter(({ procedures }) => procedures === undefined || procedures.includes(seen.procedure))
          .map(templateView)
      : [],
    manners: writes
      ? ctx
          .policy()
          .codeTable('service-manners')
          .values.map(({ code, label }) => ({ key: code, name: label }))
      : [],
    dataAsOf: ctx.clock.now(),
  };
}

const defaultLimit = 50;

export async function readRegister(ctx: AppContext, actor: Actor, input: PaperRegisterQuery): Promise<PaperRegister> {
  authorize(actor, 'paper.write');
  const scope = scopeOf(actor, 'paper.write');
  const year = input.year ?? Number(ctx.clock.today().slice(0, 4));
  const limit = input.limit ?? defaultLimit;
  const position = openPosition(ctx.keys, 'papers', input.cursor);
  const entry = { action: 'paper.register', resourceKind: 'paper', detail: { year, series: input.series } };
  const rows = await withAccess(ctx, actor, entry, (tx) =>
    registerRows(
      tx,
      { bodies: scope.kind === 'all' ? null : scope.bodyIds, year, series: input.series, state: input.state },
      position && { body: String(position[0]), series: String(position[1]), ordinal: Number(position[2]) },
      limit + 1,
    ),
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const names = await namesFor(ctx, page);
  return {
    items: await Promise.all(page.map((row) => viewOf(ctx, actor, { row, as: 'body' }, names))),
    nextCursor:
      rows.length > limit && last ? sealPosition(ctx.keys, 'papers', [last.body_id, last.series, last.ordinal]) : null,
    dataAsOf: ctx.clock.now(),
  };
}
