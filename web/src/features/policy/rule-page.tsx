/** 规则编辑: a rule in words, what the platform understands of it, its rows and a sample of what was reported beside it. */
import type { PolicyRuleCells, PolicyRuleSetList, PolicyRuleSetView } from '@chengxin/contract';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { PageHead } from '../../shared/ui/page.tsx';
import { Empty, Loaded } from '../../shared/ui/states.tsx';
import { RuleDesk } from './rule-desk.tsx';
import { draftsQuery, ruleSetQuery, ruleSetsQuery } from './rule-queries.ts';

const route = getRouteApi('/desk/policy-rules');

export function PolicyRulePage() {
  const { t } = useI18n();
  return (
    <>
      <PageHead crumb={<Link to="/policy-changes">{t('nav.policy')}</Link>} title={t('policy.rule.page')}>
        <p className="quiet">{t('policy.rule.lead')}</p>
      </PageHead>
      <Loaded query={useQuery(ruleSetsQuery)}>{(sets) => <Choice sets={sets.items} />}</Loaded>
    </>
  );
}

/** A standard is what a clerk thinks of; the set of rules follows from it. */
function Choice({ sets }: { sets: PolicyRuleSetList['items'] }) {
  const { t, w } = useI18n();
  const navigate = useNavigate({ from: '/policy-rules' });
  const { set, standard, change } = route.useSearch();
  const drafts = useQuery(draftsQuery).data ?? [];
  const choices = sets.flatMap((one) => one.standards.map((each) => ({ set: one, standard: each })));
  return (
    <>
      <div className="form-grid">
        <Field label={t('policy.rule.standard')}>
          {({ id }) => (
            <select
              id={id}
              value={set && standard ? `${set} ${standard}` : ''}
              onChange={(event) => {
                const [key, of] = event.target.value.split(' ');
                void navigate({ search: { set: key, standard: of, change }, replace: true });
              }}
            >
              <option value="">{t('policy.rule.pick')}</option>
              {choices.map((one) => (
                <option key={`${one.set.key} ${one.standard.key}`} value={`${one.set.key} ${one.standard.key}`}>
                  {w(one.standard.name)}（{w(one.set.name)}）
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('policy.rule.change')} hint={t('policy.rule.changeHint')}>
          {({ id, describedBy }) => (
            <select
              id={id}
              aria-describedby={describedBy}
              value={change ?? ''}
              onChange={(event) =>
                void navigate({ search: { set, standard, change: event.target.value || undefined }, replace: true })
              }
            >
              <option value="">{t('policy.rule.newChange')}</option>
              {drafts.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.title}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      {set && standard ? (
        <OneSet key={`${set} ${standard}`} setKey={set} standard={standard} change={change} />
      ) : (
        <Empty title={t('policy.rule.none')}>{t('policy.rule.noneHint')}</Empty>
      )}
    </>
  );
}

const fresh: PolicyRuleCells = {
  ...{ id: '', severity: '', field: '', when: '', require: '', messageZh: '', messageEn: '' },
  ...{ fixZh: '', fixEn: '', caseFinding: '', caseNone: '', basis: '', confirmed: '' },
};

function OneSet({ setKey, standard, change }: { setKey: string; standard: string; change: string | undefined }) {
  return (
    <Loaded query={useQuery(ruleSetQuery(setKey, change))}>
      {(set) => <RulesOf set={set} standard={standard} change={change} />}
    </Loaded>
  );
}

function RulesOf({ set, standard, change }: { set: PolicyRuleSetView; standard: string; change: string | undefined }) {
  const { t } = useI18n();
  const navigate = useNavigate({ from: '/policy-rules' });
  const { rule: wanted } = route.useSearch();
  const rule = set.rules.find(({ cells }) => cells.id === wanted);
  const isNew = wanted === '+';
  return (
    <>
      <Field label={t('policy.rule')}>
        {({ id }) => (
          <select
            id={id}
            value={rule || isNew ? wanted : ''}
            onChange={(event) =>
              void navigate({ search: (old) => ({ ...old, rule: event.target.value || undefined }), replace: true })
            }
          >
            <option value="">{t('policy.rule.pick')}</option>
            <option value="+">{t('policy.rule.fresh')}</option>
            {set.rules.map(({ cells, builtin }) => (
              <option key={cells.id} value={cells.id}>
                {cells.messageZh.slice(0, 40)}（{cells.id}
                {builtin ? `，${t('policy.rule.builtin')}` : ''}）
              </option>
            ))}
          </select>
        )}
      </Field>
      {rule || isNew ? (
        <RuleDesk
          key={`${wanted} ${rule?.hash ?? ''}`}
          set={set}
          standard={standard}
          change={change}
          rule={rule ?? null}
          start={rule?.cells ?? { ...fresh, severity: set.severities[1] ?? '' }}
        />
      ) : null}
    </>
  );
}
