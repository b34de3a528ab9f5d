/** What the rule editor reads. */
import type { PolicyChangeList, PolicyRuleSetList, PolicyRuleSetView } from '@chengxin/contract';
import { queryOptions } from '@tanstack/react-query';
import { call } from '../../shared/api/client.ts';

export const ruleSetsQuery = queryOptions({
  queryKey: ['policy', 'ruleSets'],
  queryFn: ({ signal }) => call<PolicyRuleSetList>('/policy-rules', { signal }),
});

export const ruleSetQuery = (key: string, change: string | undefined) =>
  queryOptions({
    queryKey: ['policy', 'ruleSet', key, change ?? ''],
    queryFn: ({ signal }) => call<PolicyRuleSetView>(`/policy-rules/${key}`, { signal, query: { change } }),
    // Somebody writes in what was read: it is read again when they ask for it, not behind their back.
    refetchOnWindowFocus: false,
  });

/** The newest changes; those that may still be changed. */
export const draftsQuery = queryOptions({
  queryKey: ['policy', 'drafts'],
  queryFn: async ({ signal }) => {
    const { items } = await call<PolicyChangeList>('/policy-changes', { signal, query: { limit: 100 } });
    return items.filter((change) => change.state === 'drafted');
  },
});
