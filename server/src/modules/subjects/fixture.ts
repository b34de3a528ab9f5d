/** A small city for this module's tests: a few organisations with records, under the shipped data standards. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeUnifiedCode } from '@chengxin/identifiers';
import { parse } from 'yaml';
import { repositoryRoot } from '../../platform/config.ts';
import { execute, type Pool, sql, withTransaction } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import { discloseRecord } from '../disclosure/index.ts';
import type {
  AccessLimits,
  Bilingual,
  CodeTable,
  DataStandard,
  DisclosureRegime,
  Matching,
  PolicyRuntime,
  Purposes,
  SignInRules,
} from '../policy/types.ts';
import { applySubjectChanges } from './apply-subject-changes.ts';
import type { SubjectPorts } from './ports.ts';
import { subjectRowsFor } from './subject-rows.ts';
import type { NewSubject } from './types.ts';

const readPolicy = (path: string): { key: string; name: Bilingual; body: unknown } =>
  parse(readFileSync(join(repositoryRoot, 'policy', path), 'utf8')) as { key: string; name: Bilingual; body: unknown };

const basis = { document: '信用修复管理办法', number: '国家发展改革委令第36号', article: '第九条' };
const penaltyRegime: DisclosureRegime = {
  items: ['penalty'],
  classes: {
    minor: { shown: false, minMonths: 0, maxMonths: 3, basis },
    general: { shown: true, minMonths: 3, maxMonths: 12, basis },
    serious: { shown: true, minMonths: 12, maxMonths: 36, basis },
  },
  classification: [
    { severity: 'serious', when: { contains: [{ field: 'categories' }, '责令关闭'] }, basis },
    { severity: 'minor', when: { contains: [{ field: 'categories' }, '警告'] }, basis },
    { severity: 'general', when: { ge: [{ field: 'amountFen' }, 1] }, basis },
  ],
};
const licenceRegime: DisclosureRegime = {
  items: ['licence'],
  whileEffective: { basis: { document: '国务院办公厅关于运用大数据的通知', number: '国办发〔2015〕51号' } },
};

/** What this module asks of a runtime, from the shipped standards and code tables. */
export function fixturePolicy(): PolicyRuntime {
  const standards = ['licence', 'penalty', 'registration'].map((key) => {
    const file = readPolicy(`standards/${key}.yaml`);
    return { ...(file.body as DataStandard), name: file.name, hash: `hash-${key}` };
  });
  const names: Readonly<Record<string, Bilingual>> = {
    licence: { zh: '行政许可', en: 'Licences' },
    penalty: { zh: '行政处罚', en: 'Penalties' },
    registration: { zh: '登记注册', en: 'Registration' },
  };
  const regimes = new Map([
    ['penalty', penaltyRegime],
    ['licence', licenceRegime],
  ]);
  const runtime: Partial<PolicyRuntime> = {
    setId: 1,
    digest: 'fixture',
    standards: () => standards,
    industry: () => undefined,
    purposes: () => (readPolicy('access/purposes.yaml').body as Purposes).purposes,
    signIn: () => readPolicy('access/sign-in.yaml').body as SignInRules,
    matching: () => readPolicy('matching/names.yaml').body as Matching,
    accessLimits: () => readPolicy('access/limits.yaml').body as AccessLimits,
    codeTable: (key) => readPolicy(`codes/${key}.yaml`).body as CodeTable,
    catalogueItem: (key) => ({
      key,
      category: key,
      ...(key === 'registration' ? {} : { section: `${key}s` }),
      name: names[key] ?? { zh: key, en: key },
      responsible: [],
      subjects: ['enterprise'],
      publicity: 'public',
      basis: [{ document: '全国公共信用信息基础目录（2024年版）' }],
    }),
    disclosureRegimes: (item) => {
      const regime = regimes.get(item);
      return regime === undefined
        ? []
        : [
            {
              ...regime,
              key: item,
              name: { zh: '公示规则', en: 'disclosure' },
              hash: 'h',
              basis: [basis],
              confirmed: true,
            },
          ];
    },
  };
  return runtime as PolicyRuntime;
}

export const fixturePorts: SubjectPorts = { disclose: discloseRecord };

export interface FixtureRecord {
  subjectId: string;
  item: 'licence' | 'penalty';
  documentNumber: string;
  decidedOn: string;
  categories: string[];
  amountFen?: number;
  effectiveTo?: string;
  payload: Record<string, string>;
  supersededAt?: string;
}

export interface Fixture {
  bodyId: string;
  submissionId: string;
  addSubject(over: Partial<NewSubject> & { name: string }): Promise<{ subjectId: string; code: string }>;
  addRecord(record: FixtureRecord): Promise<string>;
  addEvent(subjectId: string, recordId: string, kind: string, data?: object): Promise<void>;
}

/** `owner` may write settings, bodies and policy sets; `app` is the login that the program uses. */
export async function openFixture(owner: Pool, app: Pool, now: string): Promise<Fixture> {
  const bodyId = newId();
  const submissionId = newId();
  await execute(
    owner,
    sql`INSERT INTO core.setting VALUES ('city', ${JSON.stringify({ name: '示范市' })}::jsonb, ${now}) ON CONFLICT DO NOTHING`,
  );
  await execute(owner, sql`INSERT INTO core.policy_set VALUES (1, 'fixture', '{}', ${now}) ON CONFLICT DO NOTHING`);
  await execute(
    owner,
    sql`INSERT INTO core.body (body_id, kind, name, created_at) VALUES (${bodyId}, 'department', '示范市住房和城乡建设局', ${now})`,
  );
  await execute(
    owner,
    sql`INSERT INTO core.submission (submission_id, body_id, standard, channel, file_name, file_sha256, file_bytes, file_id, file_key, state, received_at)
        VALUES (${submissionId}, ${bodyId}, 'penalty', 'desk', '行政处罚.xlsx', 'x', 1, ${submissionId}, 'k', 'done', ${now})`,
  );
  let serial = 0;
  return {
    bodyId,
    submissionId,
    async addSubject(over) {
      const code = makeUnifiedCode('91', '440300', `MA0DE${String(serial++).padStart(3, '0')}`);
      const subject: NewSubject = {
        subjectId: newId(),
        kind: 'enterprise',
        identifiers: { unifiedCode: code },
        status: '存续',
        provisional: false,
        at: now,
        ...over,
      };
      const rows = subjectRowsFor(subject);
      await withTransaction(app, (tx) => applySubjectChanges(tx, [{ kind: 'create', rows }]));
      return { subjectId: subject.subjectId, code: rows.subject.unified_code ?? '' };
    },
    async addRecord(record) {
      const recordId = newId();
      await execute(
        owner,
        sql`INSERT INTO core.record (subject_id, recorded_on, record_id, item, standard, document_number, decided_on, effective_to,
              deciding_body_id, source_body_id, categories, amount_fen, key_hash, payload_hash, payload, submission_id, row_no,
              policy_set_id, recorded_at, superseded_at)
            VALUES (${record.subjectId}, ${now.slice(0, 10)}, ${recordId}, ${record.item}, ${record.item}, ${record.documentNumber},
              ${record.decidedOn}, ${record.effectiveTo ?? null}, ${bodyId}, ${bodyId}, ${record.categories}, ${record.amountFen ?? null},
              ${Buffer.from(recordId)}, ${Buffer.from(recordId)}, ${JSON.stringify(record.payload)}::jsonb, ${submissionId}, 3, 1, ${now},
              ${record.supersededAt ?? null})`,
      );
      return recordId;
    },
    async addEvent(subjectId, recordId, kind, data = {}) {
      await execute(
        owner,
        sql`INSERT INTO core.record_event (subject_id, event_id, record_id, kind, effective_on, data, recorded_at)
            VALUES (${subjectId}, ${newId()}, ${recordId}, ${kind}, ${now.slice(0, 10)}, ${JSON.stringify(data)}::jsonb, ${now})`,
      );
    },
  };
}

/** The city that pages are looked at with: long names, every state, a sole trader, an empty archive. */
export async function seedCity(fixture: Fixture): Promise<{ main: string; soleTrader: string; empty: string }> {
  const main = await fixture.addSubject({
    name: '示范市启明建筑工程有限公司',
    formerNames: ['启明土木工程队'],
    identifiers: { unifiedCode: makeUnifiedCode('91', '440300', 'MA0DEM01'), registrationNumber: '440301103448669' },
    establishedOn: '1989-03-24',
    address: '示范市滨江区沧湖东路8号',
    industry: 'E 建筑业',
    register: {
      companyType: '有限责任公司（自然人投资或控股）',
      registrationAuthority: '示范市市场监督管理局',
      registeredCapital: '5000万人民币',
      legalRepresentative: '李启明',
      businessScope:
        '房屋建筑工程施工；市政公用工程施工；建筑装修装饰工程；园林绿化；建筑材料销售（依法须经批准的项目，经相关部门批准后方可开展经营活动）',
    },
  });
  const penalty = await fixture.addRecord({
    subjectId: main.subjectId,
    item: 'penalty',
    documentNumber: '示住建罚〔2026〕117号',
    decidedOn: '2026-11-18',
    categories: ['罚款'],
    amountFen: 2_000_000,
    payload: {
      CF_WFXW: '未办理施工许可擅自施工',
      CF_SY: '当事人（法定代表人李启明，电话13812345678，身份证11010519491231002X）未办理施工许可擅自施工。',
      CF_YJ: '《中华人民共和国建筑法》第六十四条',
      CF_CFLB: '罚款',
      CF_NR: '罚款人民币贰万元',
      CF_NR_FK: '2',
      CF_FRDB: '李启明',
      CF_FR_ZJHM: 'pt_abcdefghijklmnopqrstuvwx',
    },
  });
  await fixture.addEvent(main.subjectId, penalty, 'objectionOpened', { matter: 'objection', case: 'c1' });
  for (let n = 0; n < 26; n++) {
    await fixture.addRecord({
      subjectId: main.subjectId,
      item: 'licence',
      documentNumber: `示建许〔2026〕${100 + n}号`,
      decidedOn: `2026-10-${String(1 + n).padStart(2, '0')}`,
      categories: ['普通'],
      effectiveTo: '2031-10-01',
      payload: {
        XK_XKWS: '准予行政许可决定书',
        XK_NR:
          n % 2
            ? '建筑工程施工许可'
            : '夜间施工许可：沧湖东路8号地块二期住宅项目，含土石方、桩基、主体结构及配套管网施工，限每日22时至次日6时进行连续浇筑作业',
        XK_XKLB: '普通',
        XK_ZT: '1',
      },
    });
  }
  const trader = await fixture.addSubject({
    name: '王小明',
    kind: 'soleTrader',
    identifiers: { unifiedCode: makeUnifiedCode('92', '440300', 'MA0DEM02') },
    address: '示范市滨江区沧湖东路8号3栋402室',
    register: { legalRepresentative: '王小明', companyType: '个体工商户' },
  });
  const empty = await fixture.addSubject({
    name: '示范市海晏食品（集团）股份有限公司滨江高新技术产业开发区第一冷链物流与中央厨房配送分公司',
    provisional: true,
    status: '未登记',
  });
  await fixture.addSubject({ name: '示范市众诚物流有限公司' });
  return { main: main.code, soleTrader: trader.code, empty: empty.code };
}
