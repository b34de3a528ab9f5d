/** The portal's routes: pages for people, served as HTML that needs no script. */
import { Readable } from 'node:stream';
import QRCode from 'qrcode';
import { Type } from 'typebox';
import type { AppContext } from '../../../context.ts';
import { DomainError } from '../../../platform/errors.ts';
import type { HttpInstance, ProblemPage } from '../../../platform/http/index.ts';
import { xlsxPieces } from '../../../platform/tabular/index.ts';
import { publicReading } from '../../access/index.ts';
import { latestRecordedAt, settingOf } from '../archive-queries.ts';
import {
  type ArchiveRecord,
  loadArchive,
  loadArchiveRecords,
  readsRecord,
  recentlyPublished,
} from '../load-archive.ts';
import { publicSubjectName } from '../masking.ts';
import { matchNames } from '../match/match-subjects.ts';
import { loadOneRecord, viewOfRecord } from '../one-record.ts';
import type { SubjectPorts } from '../ports.ts';
import { archiveKey } from '../routes.ts';
import { endedStates, searchSubjects } from '../search-subjects.ts';
import { archivePage, whyPage } from './archive-page.ts';
import { loadAssets, type PortalAssets } from './assets.ts';
import { guideNode, guideOutcomePage, guideQuestionPage } from './guide-pages.ts';
import { helpPage, helpTopics } from './help-pages.ts';
import type { PageContext } from './layout.ts';
import { listPage, listsPage } from './list-pages.ts';
import { incentivePage, measurePage, measuresPage } from './measure-pages.ts';
import { ownPage } from './own-page.ts';
import {
  archivePath,
  creditCodePage,
  errorPage,
  homePage,
  type Perhaps,
  refusedSearchPage,
  resultsPage,
  verifyPage,
} from './pages.ts';
import { type Language, words } from './words.ts';

const pageSize = 20;
const recentSize = 8;
/** Rows of an Excel export; a larger list is downloaded as the report. */
const maxExport = 5000;
const languageCookie = 'lang';
const yearSeconds = 31_536_000;

interface PageRequest {
  readonly url: string;
  readonly query: unknown;
  readonly cookies: Readonly<Record<string, string | undefined>>;
}

function languageOf(request: PageRequest): { language: Language; chosen: boolean } {
  const query = request.query as { lang?: unknown } | null;
  if (query?.lang === 'en' || query?.lang === 'zh') return { language: query.lang, chosen: true };
  return { language: request.cookies[languageCookie] === 'en' ? 'en' : 'zh', chosen: false };
}

interface City {
  name?: unknown;
  siteName?: unknown;
  office?: unknown;
}

/** Name of the city as the setting `city` holds it: `{name, siteName?, office?}`. */
function cityWords(setting: unknown, language: Language): { siteName: string; office: string } {
  const city = (typeof setting === 'object' && setting !== null ? setting : {}) as City;
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  const w = words[language];
  const name = text(city.name);
  if (name === null)
    return {
      siteName: text(city.siteName) ?? '城信',
      office: text(city.office) ?? (language === 'zh' ? '信用办' : 'the credit office'),
    };
  return { siteName: text(city.siteName) ?? w.siteOf(name), office: text(city.office) ?? w.hostOf(name) };
}

const GuideParams = Type.Object({ node: Type.String({ maxLength: 80 }) });

/** 办事向导: the tree is policy; every step is an address of its own, so that the way back is the browser's. */
function guideRoutes(app: HttpInstance, ctx: AppContext, pages: Pages): void {
  app.get('/guide', { ...page, schema: hide }, async (_request, reply) =>
    reply.redirect(`/guide/${encodeURIComponent(ctx.policy().wizard().start)}`, 303),
  );
  app.get('/guide/:node', { ...page, schema: { ...hide, params: GuideParams } }, async (request) => {
    const policy = ctx.policy();
    const wizard = policy.wizard();
    const node = guideNode(wizard, request.params.node);
    if (!node)
      throw new DomainError('not-found', {
        zh: '没有这一步。请从头开始：打开“办事向导”。',
        en: 'There is no such step. Begin again with the guide.',
      });
    const view = await pages.context(request);
    return node.kind === 'question'
      ? guideQuestionPage(view, wizard, node.question)
      : guideOutcomePage(view, policy, node.outcome);
  });
}

export interface Portal {
  readonly routes: (app: HttpInstance) => Promise<void>;
  /** For `setProblemPage` on the root instance: errors outside /api in the portal's style. */
  readonly problemPage: ProblemPage;
}

class Pages {
  readonly #ctx: AppContext;
  readonly #assets: PortalAssets;
  /** Last city setting read, for error pages, which cannot ask. */
  #city: unknown = null;

  constructor(ctx: AppContext, assets: PortalAssets) {
    this.#ctx = ctx;
    this.#assets = assets;
  }

  async context(request: PageRequest): Promise<PageContext> {
    this.#city = await settingOf(this.#ctx.db.app, 'city');
    return { ...this.plain(request), dataAsOf: await latestRecordedAt(this.#ctx.db.app) };
  }

  plain(request: PageRequest): PageContext {
    const { language } = languageOf(request);
    return { language, assets: this.#assets, ...cityWords(this.#city, language), dataAsOf: null, address: request.url };
  }
}

const SearchQuery = Type.Object({
  q: Type.Optional(Type.String()),
  cursor: Type.Optional(Type.String()),
  lang: Type.Optional(Type.String()),
});
const ArchiveQuery = Type.Object({
  tab: Type.Optional(Type.String({ maxLength: 60 })),
  cursor: Type.Optional(Type.String()),
  lang: Type.Optional(Type.String()),
});
const CodeParams = Type.Object({ code: Type.String({ maxLength: 60 }) });
const RecordParams = Type.Object({ id: Type.String({ maxLength: 60 }) });
const LanguageQuery = Type.Object({ lang: Type.Optional(Type.String()) });
const VerifyQuery = Type.Object({
  no: Type.Optional(Type.String({ maxLength: 200 })),
  h: Type.Optional(Type.String({ maxLength: 200 })),
  lang: Type.Optional(Type.String()),
});
const VerifyParams = Type.Object({ no: Type.String({ maxLength: 80 }) });

const page = { config: { permission: 'public' } } as const;
/** Holds records of one organisation. */
const archivePages = { config: { permission: 'public', records: true } } as const;
/** Says something of the platform and nothing of anybody. */
const plainPage = { config: { permission: 'public', indexed: 'whole' } } as const;
const hide = { hide: true } as const;

function assetRoutes(app: HttpInstance, assets: PortalAssets): void {
  for (const asset of [assets.css, assets.script, assets.own, assets.icon]) {
    app.get(asset.path, { config: { permission: 'public', rateLimit: false }, schema: hide }, async (_request, reply) =>
      reply.type(asset.type).header('cache-control', `public, max-age=${yearSeconds}, immutable`).send(asset.body),
    );
  }
}

/** A guess that is less likely than this helps nobody. */
const leastLikely = 0.02;
const guesses = 3;

/** “您要找的是不是”: names like one that nobody has. */
async function likeNames(ctx: AppContext, q: string): Promise<Perhaps[]> {
  const [found] = await matchNames(ctx, ctx.db.app, [q], guesses);
  return (found?.candidates ?? [])
    .filter((candidate) => candidate.score >= leastLikely)
    .map(({ code, subjectId, kind, name, operator }) => ({
      key: code ?? subjectId,
      name: publicSubjectName(kind, name, operator),
    }));
}

function searchRoutes(app: HttpInstance, ctx: AppContext, ports: SubjectPorts, pages: Pages): void {
  app.get('/', { config: { permission: 'public', indexed: 'title' }, schema: hide }, async (request) =>
    homePage(await pages.context(request), await recentlyPublished(ctx, ctx.db.app, ports, recentSize)),
  );
  app.get('/search', { ...page, schema: { ...hide, querystring: SearchQuery } }, async (request, reply) => {
    const { q = '', cursor } = request.query;
    if (q.trim() === '') return reply.redirect('/', 303);
    const view = await pages.context(request);
    try {
      const found = await searchSubjects(ctx.db.app, q, {
        limit: pageSize,
        cursor,
        keys: ctx.keys,
        level: 'public',
        ended: endedStates(ctx),
      });
      const perhaps = found.total === 0 ? await likeNames(ctx, q) : [];
      return resultsPage(view, q, found, cursor === undefined, perhaps);
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'invalid-request') throw error;
      reply.code(400);
      const tooShort = error.details?.[0]?.code === 'too-short';
      return refusedSearchPage(view, q, tooShort, view.language === 'zh' ? error.zh : error.en);
    }
  });
}

const ListQuery = Type.Object({
  q: Type.Optional(Type.String({ maxLength: 100 })),
  cursor: Type.Optional(Type.String({ maxLength: 500 })),
  lang: Type.Optional(Type.String()),
});
const ListParams = Type.Object({ list: Type.String({ maxLength: 10 }) });

/** Lists that policy makes public. They hold records, so that nothing keeps them (DESIGN §7). */
function listRoutes(app: HttpInstance, ctx: AppContext, ports: SubjectPorts, pages: Pages): void {
  const { lists } = ports;
  if (!lists) return;
  app.get('/lists', { ...archivePages, schema: { ...hide, querystring: LanguageQuery } }, async (request) =>
    listsPage(await pages.context(request), await lists.all(ctx)),
  );
  app.get(
    '/lists/:list',
    { ...archivePages, schema: { ...hide, params: ListParams, querystring: ListQuery } },
    async (request) => {
      const { cursor } = request.query;
      const q = request.query.q?.trim() ?? '';
      const list = (await lists.all(ctx)).items.find((one) => one.key === request.params.list);
      if (!list) throw new DomainError('not-found');
      const entries = await lists.entries(ctx, list.key, {
        limit: pageSize,
        ...(q.length >= 2 ? { q } : {}),
        ...(cursor ? { cursor } : {}),
      });
      const announced = list.kind === 'honour' ? (await lists.announced(ctx, list.key)).items : [];
      return listPage(await pages.context(request), list, entries, { q, first: cursor === undefined, announced });
    },
  );
}

const MeasureParams = Type.Object({ id: Type.String({ maxLength: 10 }) });

/** What policy says of each measure and incentive; nobody is named. */
function measureRoutes(app: HttpInstance, ctx: AppContext, ports: SubjectPorts, pages: Pages): void {
  const { lists, measures } = ports;
  if (!measures) return;
  app.get('/measures', { ...plainPage, schema: { ...hide, querystring: LanguageQuery } }, async (request) =>
    measuresPage(await pages.context(request), measures(ctx)),
  );
  app.get(
    '/measures/:id',
    { ...plainPage, schema: { ...hide, params: MeasureParams, querystring: LanguageQuery } },
    async (request) => {
      const all = measures(ctx);
      const { id } = request.params;
      const open = new Set(lists ? (await lists.all(ctx)).items.map(({ key }) => key) : []);
      const measure = all.items.find((one) => one.id === id);
      if (measure) return measurePage(await pages.context(request), measure, open);
      const incentive = all.incentives.find((one) => one.id === id);
      if (incentive) return incentivePage(await pages.context(request), incentive, open);
      throw new DomainError('not-found', {
        zh: '现行清单中没有这项措施。请从“失信惩戒和守信激励措施”中选择。',
        en: 'The list in force has no such measure. Choose one of the list.',
      });
    },
  );
}

/** Shown until when, why, by which article, what would end it earlier; only while the record is on display. */
function whyRoutes(app: HttpInstance, ctx: AppContext, ports: SubjectPorts, pages: Pages): void {
  app.get(
    '/why/:id',
    { ...page, schema: { ...hide, params: RecordParams, querystring: LanguageQuery } },
    async (request) => {
      const policy = ctx.policy();
      const record = await loadOneRecord(ctx.db.app, policy, request.params.id);
      const shown = record?.live ? ports.disclose(record.facts, record.events, ctx.clock.today(), policy) : null;
      if (!record || !shown || !readsRecord(policy, publicReading, record.row.item, shown))
        throw new DomainError('not-found');
      const { kind, name, operator, unified_code, canonical_id } = record.row;
      return whyPage(await pages.context(request), viewOfRecord(record, shown, policy), {
        name: publicSubjectName(kind, name, operator ?? undefined),
        key: unified_code ?? canonical_id,
      });
    },
  );
}

function archiveRoutes(app: HttpInstance, ctx: AppContext, ports: SubjectPorts, pages: Pages): void {
  app.get(
    '/s/:code',
    { ...archivePages, schema: { ...hide, params: CodeParams, querystring: ArchiveQuery } },
    async (request) => {
      const key = archiveKey(request.params.code);
      const archive = await loadArchive(ctx, ctx.db.app, ports, key, publicReading);
      const { cursor } = request.query;
      // Without a choice the first kind that has something, so that the page is not empty for no reason.
      const fallback = archive.tabs.find((tab) => tab.count > 0) ?? archive.tabs[0];
      const tab = archive.tabs.find((one) => one.item === request.query.tab)?.item ?? fallback?.item ?? '';
      const records = await loadArchiveRecords(ctx, ctx.db.app, ports, key, publicReading, {
        item: tab,
        cursor,
        limit: pageSize,
      });
      return archivePage(await pages.context(request), { archive, tab, records, first: cursor === undefined });
    },
  );
  app.get('/s/:code/credit-code', { ...page, schema: { ...hide, params: CodeParams } }, async (request) => {
    const archive = await loadArchive(ctx, ctx.db.app, ports, archiveKey(request.params.code), publicReading);
    const key = archive.code ?? archive.subjectId;
    const qr = await QRCode.toString(`${ctx.config.publicUrl}${archivePath(key)}`, {
      type: 'svg',
      margin: 0,
      errorCorrectionLevel: 'M',
    });
    return creditCodePage(await pages.context(request), {
      name: archive.name,
      code: archive.code,
      key,
      status: archive.status,
      qr,
    });
  });
  app.get(
    '/s/:code/records.xlsx',
    { ...archivePages, schema: { ...hide, params: CodeParams, querystring: ArchiveQuery } },
    async (request, reply) => {
      const key = archiveKey(request.params.code);
      const archive = await loadArchive(ctx, ctx.db.app, ports, key, publicReading);
      const { language } = languageOf(request);
      const item = archive.tabs.find((tab) => tab.item === request.query.tab)?.item;
      const rows = await allRecords(ctx, ports, key, item);
      const { columns, rows: cells } = exportTable(rows, language);
      const sheet = { name: words[language].printPage, header: columns, rows: cells };
      reply.type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
      reply.header(
        'content-disposition',
        `attachment; filename="${archive.code ?? 'records'}${item === undefined ? '' : `-${item}`}.xlsx"`,
      );
      return reply.send(Readable.from(xlsxPieces({ sheets: [sheet] })));
    },
  );
}

async function allRecords(
  ctx: AppContext,
  ports: SubjectPorts,
  key: Parameters<typeof loadArchive>[3],
  item: string | undefined,
): Promise<ArchiveRecord[]> {
  const out: ArchiveRecord[] = [];
  let cursor: string | undefined;
  do {
    const next = await loadArchiveRecords(ctx, ctx.db.app, ports, key, publicReading, { item, cursor, limit: 100 });
    out.push(...next.items);
    cursor = next.nextCursor ?? undefined;
  } while (cursor !== undefined && out.length < maxExport);
  return out;
}

function exportTable(records: readonly ArchiveRecord[], language: Language): { columns: string[]; rows: string[][] } {
  const columns = {
    zh: ['类别', '决定', '内容', '文号', '决定日期', '作出机关', '数据来源', '公示至', '公示依据'],
    en: [
      'Kind',
      'Decision',
      'Content',
      'Document number',
      'Decided on',
      'Deciding body',
      'Source',
      'Shown until',
      'Basis',
    ],
  }[language];
  const rows = records.map((record) => [
    record.itemName[language],
    record.title,
    record.summary ?? '',
    record.documentNumber ?? '',
    record.decidedOn ?? '',
    record.decidingBody,
    record.sourceBody,
    record.disclosure.until ?? words[language].untilOpen,
    [record.disclosure.basis.document, record.disclosure.basis.article].filter(Boolean).join(' '),
  ]);
  return { columns, rows };
}

function verifyRoutes(app: HttpInstance, ctx: AppContext, ports: SubjectPorts, pages: Pages): void {
  app.get('/verify', { ...page, schema: { ...hide, querystring: VerifyQuery } }, async (request, reply) => {
    const number = request.query.no?.trim() ?? '';
    if (number !== '') return reply.redirect(`/verify/${encodeURIComponent(number.slice(0, 60))}`, 303);
    return verifyPage(await pages.context(request), '', { kind: 'form' });
  });
  app.get(
    '/verify/:no',
    { ...page, schema: { ...hide, params: VerifyParams, querystring: VerifyQuery } },
    async (request, reply) => {
      const number = request.params.no.trim().toUpperCase();
      const view = await pages.context(request);
      if (ports.verifyReport === undefined) return verifyPage(view, number, { kind: 'unavailable' });
      const report = await ports.verifyReport(ctx, number, request.query.h);
      if (report === null) {
        reply.code(404);
        return verifyPage(view, number, { kind: 'unknown' });
      }
      return verifyPage(view, number, { kind: 'found', report });
    },
  );
}

/** The portal of this city. `routes` is registered like any module; `problemPage` is set on the root instance. */
export function createPortal(ctx: AppContext, ports: SubjectPorts): Portal {
  const assets = loadAssets(ctx.config.root);
  const pages = new Pages(ctx, assets);
  return {
    routes: async (app) => {
      app.addHook('onSend', async (request, reply, payload) => {
        if (typeof payload === 'string' && payload.startsWith('<!doctype html>'))
          reply.type('text/html; charset=utf-8');
        const { language, chosen } = languageOf(request as PageRequest);
        reply.header('vary', 'Cookie');
        if (chosen)
          reply.setCookie(languageCookie, language, {
            path: '/',
            sameSite: 'lax',
            httpOnly: true,
            maxAge: yearSeconds,
            secure: request.protocol === 'https',
          });
        return payload;
      });
      assetRoutes(app, assets);
      searchRoutes(app, ctx, ports, pages);
      archiveRoutes(app, ctx, ports, pages);
      listRoutes(app, ctx, ports, pages);
      measureRoutes(app, ctx, ports, pages);
      whyRoutes(app, ctx, ports, pages);
      verifyRoutes(app, ctx, ports, pages);
      app.get('/about', { ...plainPage, schema: hide }, async (request) =>
        helpPage(await pages.context(request), 'about'),
      );
      app.get('/own', { ...page, schema: hide }, async (request, reply) =>
        reply.header('cache-control', 'no-store').send(ownPage(await pages.context(request))),
      );
      guideRoutes(app, ctx, pages);
      for (const topic of helpTopics) {
        app.get(`/help/${topic}`, { ...plainPage, schema: hide }, async (request) =>
          helpPage(await pages.context(request), topic),
        );
      }
    },
    problemPage: (problem, request) => {
      const view = pages.plain(request as PageRequest);
      const message = view.language === 'zh' ? problem.detail : problem.detailEn;
      return errorPage(view, { status: problem.status, message, requestId: problem.requestId ?? null });
    },
  };
}
