/** Reconciliation Service API 0.2 (W3C Entity Reconciliation Community Group): what the service says of itself. */
import { subjectKindLabels } from '@chengxin/identifiers';
import { apiPrefix } from '../../../platform/http/index.ts';

export const reconcilePath = `${apiPrefix}/reconcile`;

export interface NamedThing {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
}

/** Kinds of organisations; a person is none. */
export const types: readonly NamedThing[] = Object.entries(subjectKindLabels).map(([id, label]) => ({
  id,
  name: label.zh,
  description: label.en,
}));

export const typesOf = (kind: string): NamedThing[] =>
  types.filter((type) => type.id === kind).map(({ id, name }) => ({ id, name }));

/** What may be fetched for a matched row: register facts that the public archive shows, and nothing else. */
export const properties: readonly NamedThing[] = [
  { id: 'unifiedCode', name: '统一社会信用代码', description: 'Unified social credit code' },
  { id: 'name', name: '名称', description: 'Name as registered' },
  { id: 'formerNames', name: '曾用名', description: 'Former names' },
  { id: 'kind', name: '主体类别', description: 'Kind of organisation' },
  { id: 'status', name: '登记状态', description: 'Status in the register' },
  { id: 'region', name: '行政区划代码', description: 'Division of the registering authority' },
  { id: 'industry', name: '行业代码', description: 'Industry, GB/T 4754' },
  { id: 'establishedOn', name: '成立日期', description: 'Established on' },
  { id: 'registrationAuthority', name: '登记机关', description: 'Registration authority' },
  { id: 'registrationNumber', name: '注册号', description: 'Registration number' },
  { id: 'address', name: '住所', description: 'Address; of a sole trader as far as its street' },
  { id: 'archive', name: '公示档案网址', description: 'Address of the public archive' },
];

const previewSize = { width: 430, height: 230 };

export function manifestOf(publicUrl: string): object {
  const base = publicUrl.replace(/\/$/, '');
  const service = base + reconcilePath;
  return {
    versions: ['0.2'],
    name: '城信主体匹配 Chengxin reconciliation',
    identifierSpace: `${base}/s/`,
    schemaSpace: `${service}/properties/`,
    documentation: `${base}${apiPrefix}/docs`,
    defaultTypes: types.filter((type) => type.id === 'enterprise').map(({ id, name }) => ({ id, name })),
    view: { url: `${base}/s/{{id}}` },
    preview: { url: `${service}/preview?id={{id}}`, ...previewSize },
    suggest: {
      entity: { service_url: service, service_path: '/suggest/entity' },
      property: { service_url: service, service_path: '/suggest/property' },
      type: { service_url: service, service_path: '/suggest/type' },
    },
    extend: { propose_properties: { service_url: service, service_path: '/properties' }, property_settings: [] },
  };
}
