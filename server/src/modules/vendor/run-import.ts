/** A taking-over from a former system: template after template, then the reconciliation. */
import type { Actor, AppContext } from '../../context.ts';
import { DomainError } from '../../platform/errors.ts';
import { liveByItem } from './queries.ts';
import { openDump } from './read-dump.ts';
import { type FormerRole, takeAccounts } from './take-accounts.ts';
import { takeBodies } from './take-bodies.ts';
import { type CasePorts, takeCases } from './take-cases.ts';
import { type FileResult, takeRecords } from './take-records.ts';
import { takeReports } from './take-reports.ts';
import { takeStates } from './take-states.ts';
import { Tally, type TemplateResult } from './tally.ts';
import { type TemplateKey, templateKeys } from './templates.ts';

export interface ImportOptions {
  readonly from: string;
  /** How the former system is named on verification pages and in histories. */
  readonly system: string;
  readonly cases: CasePorts;
  readonly onProgress?: (zh: string, en: string) => void;
}

export interface ItemCount {
  readonly item: string;
  readonly body: string;
  readonly live: number;
  readonly versions: number;
  readonly amountFen: string | null;
}

/** dump = taken + alreadyThere + doubtful + refused; of what was taken, `versions` records and `persons` in the person store. */
export interface BodyCount {
  readonly item: string;
  readonly body: string;
  readonly dump: number;
  readonly taken: number;
  readonly alreadyThere: number;
  readonly doubtful: number;
  readonly refused: number;
  readonly persons: number;
  readonly versions: number;
  readonly live: number;
  readonly difference: number;
}

export function countsOf(files: readonly FileResult[]): BodyCount[] {
  const counts = new Map<string, BodyCount>();
  for (const of of files) {
    const known = counts.get(`${of.item} ${of.body}`);
    const sum = of.taken + of.alreadyThere + of.doubtful + of.refused;
    counts.set(`${of.item} ${of.body}`, {
      item: of.item,
      body: of.body,
      dump: (known?.dump ?? 0) + of.counted,
      taken: (known?.taken ?? 0) + of.taken,
      alreadyThere: (known?.alreadyThere ?? 0) + of.alreadyThere,
      doubtful: (known?.doubtful ?? 0) + of.doubtful,
      refused: (known?.refused ?? 0) + of.refused,
      persons: (known?.persons ?? 0) + of.persons,
      versions: (known?.versions ?? 0) + of.stored,
      live: (known?.live ?? 0) + of.live,
      difference: (known?.difference ?? 0) + of.counted - sum,
    });
  }
  return [...counts.values()].sort((a, b) => (a.item === b.item ? b.dump - a.dump : a.item < b.item ? -1 : 1));
}

export interface Reconciliation {
  readonly system: string;
  readonly from: string;
  readonly templates: readonly TemplateResult[];
  readonly files: readonly FileResult[];
  readonly items: readonly ItemCount[];
  /** Rows of the dump by item and reporting body against what became of them and what stands now. */
  readonly counts: readonly BodyCount[];
  readonly roles: readonly FormerRole[];
  /** Where rows or amounts of the dump are not found again in the database: nothing may be here. */
  readonly differences: readonly { readonly what: string; readonly dump: string; readonly stored: string }[];
  readonly totals: {
    readonly rows: number;
    readonly taken: number;
    readonly alreadyThere: number;
    readonly refused: number;
  };
}

function differencesOf(files: readonly FileResult[]): Reconciliation['differences'] {
  const found: { what: string; dump: string; stored: string }[] = [];
  for (const of of files) {
    const sum = of.taken + of.alreadyThere + of.doubtful + of.refused;
    // Counted in the file itself, not by the pipeline that took it.
    if (sum !== of.counted) found.push({ what: `${of.file}: rows`, dump: String(of.counted), stored: String(sum) });
    // What was accepted is a record, or a row about a person, of which the pipeline counted so many.
    const accepted = of.accepted;
    if (of.stored > accepted || accepted - of.stored > of.personRows)
      found.push({ what: `${of.file}: records`, dump: String(accepted), stored: String(of.stored) });
    if (of.amounts && of.amounts.dumpStored !== of.amounts.stored)
      found.push({
        what: `${of.file}: amounts`,
        dump: String(of.amounts.dumpStored),
        stored: String(of.amounts.stored),
      });
  }
  return found;
}

const problemOf = (error: unknown): { zh: string; en: string } => {
  if (error instanceof DomainError && error.status < 500) return error;
  throw error;
};

/** Errors: EnvironmentError for a folder that cannot be read, `unprocessable` for one that is no dump. */
export async function runImport(ctx: AppContext, actor: Actor, options: ImportOptions): Promise<Reconciliation> {
  const dump = openDump(options.from);
  const results: TemplateResult[] = [];
  let roles: readonly FormerRole[] = [];
  let files: readonly FileResult[] = [];
  const take = async (key: TemplateKey, path: string): Promise<TemplateResult> => {
    switch (key) {
      case 'bodies':
        return takeBodies(ctx, actor, path);
      case 'records': {
        const taken = await takeRecords(ctx, actor, dump, path, () => undefined);
        files = taken.files;
        return taken.result;
      }
      case 'states':
        return takeStates(ctx, actor, path, options.system);
      case 'reports':
        return takeReports(ctx, actor, path, options.system);
      case 'accounts':
        return takeAccounts(ctx, actor, path, options.system).then((taken) => {
          roles = taken.roles;
          return taken.result;
        });
      case 'cases':
        return takeCases(ctx, actor, path, options.system, options.cases);
    }
  };
  for (const key of templateKeys) {
    const path = dump.tables.get(key);
    if (path === undefined) continue;
    options.onProgress?.(`正在处理 ${key}`, `taking ${key}`);
    try {
      results.push(await take(key, path));
    } catch (error) {
      // A table with other headings is refused whole; the others go on.
      const tally = new Tally(key);
      tally.refuse(0, key, problemOf(error));
      results.push(tally.result());
    }
  }
  const items = await liveByItem(
    ctx.db.app,
    files.map(({ submission }) => submission),
  );
  const sum = (pick: (one: TemplateResult) => number): number => results.reduce((total, one) => total + pick(one), 0);
  return {
    system: options.system,
    from: dump.folder,
    templates: results,
    files,
    items: items.map((row) => ({
      item: row.item,
      body: row.body,
      live: row.live,
      versions: row.versions,
      amountFen: row.amount_fen === null ? null : String(row.amount_fen),
    })),
    counts: countsOf(files),
    roles,
    differences: differencesOf(files),
    totals: {
      rows: sum(({ rows }) => rows),
      taken: sum(({ taken }) => taken),
      alreadyThere: sum(({ alreadyThere }) => alreadyThere),
      refused: sum(({ refused }) => refused),
    },
  };
}
