/** `/api/v1/policy-rules`: rules in words, tried while they are written. */
import {
  PolicyChangeView,
  PolicyRuleParams,
  PolicyRuleQuery,
  PolicyRuleSave,
  PolicyRuleSetList,
  PolicyRuleSetParams,
  PolicyRuleSetView,
  PolicyRuleTrial,
  PolicyRuleTrialRequest,
} from '@chengxin/contract';
import type { AppContext } from '../../context.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { readChange } from './read-changes.ts';
import { listRuleSets, readRuleSet, saveRule, tryRule } from './rule-editor.ts';

const tags = ['policy'];
const config = { permission: 'policyChange.draft' };

export function ruleRoutes(app: HttpInstance, ctx: AppContext): void {
  app.get(
    `${apiPrefix}/policy-rules`,
    { config, schema: { tags, summary: '质量规则集 Sets of quality rules', response: { 200: PolicyRuleSetList } } },
    async (request) => listRuleSets(ctx, request.actor),
  );
  app.get(
    `${apiPrefix}/policy-rules/:key`,
    {
      config,
      schema: {
        tags,
        summary: '一个规则集的规则，用文字 The rules of a set in words',
        params: PolicyRuleSetParams,
        querystring: PolicyRuleQuery,
        response: { 200: PolicyRuleSetView },
      },
    },
    async (request) => readRuleSet(ctx, request.actor, request.params.key, request.query.change),
  );
  app.post(
    `${apiPrefix}/policy-rules/:key/trial`,
    {
      config,
      schema: {
        tags,
        summary: '试一条规则：读回、示例和已报送数据的样本 Try a rule: read back, its rows, a sample',
        params: PolicyRuleSetParams,
        body: PolicyRuleTrialRequest,
        response: { 200: PolicyRuleTrial },
      },
    },
    async (request) => tryRule(ctx, request.actor, request.params.key, request.body),
  );
  app.put(
    `${apiPrefix}/policy-changes/:id/rules/:key`,
    {
      config,
      schema: {
        tags,
        summary: '把一条规则写进变更 Put a rule into a change',
        params: PolicyRuleParams,
        body: PolicyRuleSave,
        response: { 200: PolicyChangeView },
      },
    },
    async (request) => {
      await saveRule(ctx, request.actor, request.params.id, request.params.key, request.body);
      return readChange(ctx, request.actor, request.params.id);
    },
  );
}
