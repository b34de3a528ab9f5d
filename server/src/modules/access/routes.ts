/** `/api/v1` of access: the purposes that the caller may state, the emergency switch and read-only mode. */
import {
  AccessIdParams,
  EmergencyView,
  type EmergencyView as EmergencyViewType,
  PlatformState,
  PurposeList,
  PurposeQuery,
  ReadOnlyBody,
  SwitchRequestBody,
  SwitchRequested,
} from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { may } from '../identity/index.ts';
import { basisLine } from '../policy/index.ts';
import { exportRoutes } from './export-routes.ts';
import type { ExportPorts } from './exports.ts';
import { knownSwitchState } from './gate.ts';
import { purposesOf } from './reading.ts';
import {
  confirmSwitch,
  type EmergencyState,
  readEmergency,
  requestSwitch,
  setReadOnly,
  withdrawSwitch,
} from './throw-switches.ts';

function emergencyRoutes(app: HttpInstance, ctx: AppContext): void {
  const tags = ['emergency'];
  app.get(
    `${apiPrefix}/emergency`,
    {
      config: { permission: 'emergency.read' },
      schema: { tags, summary: '应急开关 The emergency switch', response: { 200: EmergencyView } },
    },
    async (request) => emergencyView(request.actor, await readEmergency(ctx, request.actor)),
  );
  const config = { permission: 'emergency.switch', whileReadOnly: true };
  app.post(
    `${apiPrefix}/emergency/requests`,
    {
      config,
      schema: {
        tags,
        summary: '申请关闭或恢复对外查询 Ask to close or open outside reading',
        body: SwitchRequestBody,
        response: { 201: SwitchRequested },
      },
    },
    async (request, reply) => {
      const { requestId, lapsesAt } = await requestSwitch(ctx, request.actor, request.body);
      return reply.code(201).send({ id: requestId, lapsesAt });
    },
  );
  for (const [act, summary, work] of [
    ['confirm', '确认（须另一位管理员） Confirm, by another administrator', confirmSwitch],
    ['withdraw', '撤回申请 Withdraw', withdrawSwitch],
  ] as const) {
    app.post(
      `${apiPrefix}/emergency/requests/:id/${act}`,
      { config, schema: { tags, summary, params: AccessIdParams, response: { 200: EmergencyView } } },
      async (request) => {
        await work(ctx, request.actor, request.params.id);
        return emergencyView(request.actor, await readEmergency(ctx, request.actor));
      },
    );
  }
  app.post(
    `${apiPrefix}/emergency/read-only`,
    {
      config: { permission: 'platform.readOnly', whileReadOnly: true },
      schema: {
        tags,
        summary: '进入或退出只读状态 Read-only mode on or off',
        body: ReadOnlyBody,
        response: { 200: EmergencyView },
      },
    },
    async (request) => {
      await setReadOnly(ctx, request.actor, request.body);
      return emergencyView(request.actor, await readEmergency(ctx, request.actor));
    },
  );
  app.get(
    `${apiPrefix}/public/state`,
    {
      config: { permission: 'public' },
      schema: {
        tags: ['public'],
        summary: '平台状态 Whether the platform is read only',
        response: { 200: PlatformState },
      },
    },
    async () => {
      const { readOnly, readOnlySince } = await knownSwitchState(ctx);
      return { readOnly, since: readOnlySince };
    },
  );
}

function emergencyView(actor: Actor, state: EmergencyState): EmergencyViewType {
  return {
    switches: state.switches.map((row) => ({
      name: row.name,
      closed: row.closed,
      reason: row.reason,
      changedAt: row.changed_at,
      changedBy: row.changed_by_name,
    })),
    requests: state.requests.map((row) => ({
      id: row.request_id,
      closed: row.closed,
      reason: row.reason,
      state: row.state,
      requestedBy: row.requested_by_name,
      requestedAt: row.requested_at,
      lapsesAt: row.lapses_at,
      confirmedBy: row.confirmed_by_name,
      endedAt: row.ended_at,
      mayConfirm: row.state === 'waiting' && row.requested_by !== actor.accountId && may(actor, 'emergency.switch'),
    })),
  };
}

/** Register with `app.register(accessRoutes(ctx, ports))`. */
export function accessRoutes(ctx: AppContext, ports: ExportPorts): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    exportRoutes(app, ctx, ports);
    emergencyRoutes(app, ctx);
    app.get(
      `${apiPrefix}/purposes`,
      {
        config: { permission: 'purpose.read' },
        schema: {
          tags: ['access'],
          summary: '可用的查询用途 Purposes that the caller may state',
          querystring: PurposeQuery,
          response: { 200: PurposeList },
        },
      },
      async (request) => {
        const purposes = purposesOf(ctx.policy(), request.actor.roles, request.query.act);
        const items = purposes.map(({ key, name, matter, caseNumber, basis, confirmed }) => ({
          key,
          name,
          matter,
          caseNumber,
          basis: basis.map(basisLine),
          confirmed: confirmed ?? true,
        }));
        return { items, nextCursor: null, dataAsOf: ctx.clock.now() };
      },
    );
  };
}
