/** One rule while it is written: the form to the left, what comes of it to the right. */
import type { PolicyRuleCells, PolicyRuleSetView, PolicyRuleTrial } from '@chengxin/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useBlocker } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field, type Remark } from '../../shared/ui/field.tsx';
import { Section } from '../../shared/ui/page.tsx';
import { ErrorNote, Note } from '../../shared/ui/states.tsx';
import { RuleResult } from './rule-result.tsx';
import { SaveRule } from './save-rule.tsx';
import { WordsInput } from './words-input.tsx';

type Cell = keyof PolicyRuleCells;
export interface RuleDeskProps {
  readonly set: PolicyRuleSetView;
  readonly standard: string;
  readonly change: string | undefined;
  readonly rule: PolicyRuleSetView['rules'][number] | null;
  readonly start: PolicyRuleCells;
}

/** Asked once somebody stops writing. */
const pauseMs = 500;

function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pauseMs);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

export function RuleDesk({ set, standard, change, rule, start }: RuleDeskProps) {
  const { t } = useI18n();
  const [cells, setCells] = useState(start);
  const settled = useSettled(cells);
  const kept = useRef(false);
  const dirty = (): boolean => cells !== start && !kept.current;
  useBlocker({ shouldBlockFn: () => dirty() && !window.confirm(t('form.leave')), enableBeforeUnload: dirty });
  const begun = settled.require.trim() !== '';
  const body = (sample: boolean, given: PolicyRuleCells) => ({
    rule: given,
    standard,
    sample,
    ...(change ? { change } : {}),
  });
  const path = `/policy-rules/${set.key}/trial`;
  const trial = useQuery({
    queryKey: ['policy', 'trial', set.key, standard, change ?? '', settled],
    queryFn: ({ signal }) => call<PolicyRuleTrial>(path, { method: 'POST', body: body(false, settled), signal }),
    enabled: begun,
    placeholderData: (old) => old,
    staleTime: 60_000,
  });
  const sample = useMutation({
    mutationFn: () => call<PolicyRuleTrial>(path, { method: 'POST', body: body(true, cells) }),
  });
  const problems = trial.data?.problems ?? [];
  const put = (key: Cell) => (value: string) => setCells((old) => ({ ...old, [key]: value }));
  const run = (): void => sample.mutate();
  return (
    <div className="rule-desk">
      <form className="rule-form" onSubmit={(event) => event.preventDefault()}>
        {rule?.builtin ? <Note>{t('policy.rule.builtinHint')}</Note> : null}
        <RuleForm
          cells={cells}
          set={set}
          problems={begun ? problems : []}
          builtin={rule?.builtin === true}
          put={put}
          onTry={run}
        />
        <SaveRule
          setKey={set.key}
          change={change}
          cells={cells}
          was={rule ? { id: rule.cells.id, hash: rule.hash } : null}
          ready={begun && !trial.isFetching && settled === cells && problems.length === 0}
          changed={cells !== start}
          onSaved={() => {
            kept.current = true;
          }}
        />
      </form>
      <div aria-live="polite">
        {trial.error ? <ErrorNote error={trial.error} onRetry={() => void trial.refetch()} /> : null}
        <RuleResult trial={begun ? trial.data : undefined} />
        <Section
          title={t('policy.rule.sample')}
          aside={
            <Button
              onClick={run}
              loading={sample.isPending}
              disabled={!begun || rule?.builtin === true || trial.data?.said === null}
            >
              {t('policy.rule.try')}
            </Button>
          }
        >
          {sample.error ? <ErrorNote error={sample.error} /> : null}
          <RuleResult.Sample sample={sample.data?.sample ?? null} tried={sample.isSuccess} />
        </Section>
      </div>
    </div>
  );
}

function RuleForm({
  cells,
  set,
  problems,
  builtin,
  put,
  onTry,
}: {
  cells: PolicyRuleCells;
  set: PolicyRuleSetView;
  problems: PolicyRuleTrial['problems'];
  builtin: boolean;
  put: (key: Cell) => (value: string) => void;
  onTry: () => void;
}) {
  const { t, w } = useI18n();
  const of = (key: Cell) => problems.filter(({ column }) => column === key);
  const remarks = (key: Cell): Remark[] => of(key).map((one) => ({ key: one.zh, tone: 'seal', text: w(one) }));
  const area = (key: Cell, label: string, hint?: string, rows = 2) => (
    <Field label={label} wide remarks={remarks(key)} {...(hint ? { hint } : {})}>
      {({ id, describedBy }) => (
        <Input.TextArea
          id={id}
          rows={rows}
          maxLength={2_000}
          value={cells[key]}
          aria-describedby={describedBy}
          onChange={(event) => put(key)(event.target.value)}
        />
      )}
    </Field>
  );
  return (
    <div className="form-grid">
      <WordsInput
        label={t('policy.rule.when')}
        hint={t('policy.rule.whenHint')}
        value={cells.when}
        names={set.names}
        problems={of('when')}
        disabled={builtin}
        onChange={put('when')}
        onTry={onTry}
      />
      <WordsInput
        label={t('policy.rule.require')}
        hint={t('policy.rule.requireHint')}
        value={cells.require}
        names={set.names}
        problems={of('require')}
        disabled={builtin}
        onChange={put('require')}
        onTry={onTry}
      />
      <Field label={t('policy.rule.id')} hint={t('policy.rule.idHint')} remarks={remarks('id')}>
        {({ id, describedBy }) => (
          <Input
            id={id}
            maxLength={80}
            value={cells.id}
            aria-describedby={describedBy}
            onChange={(event) => put('id')(event.target.value.trim())}
          />
        )}
      </Field>
      <Field label={t('policy.rule.severity')} remarks={remarks('severity')}>
        {({ id }) => (
          <select id={id} value={cells.severity} onChange={(event) => put('severity')(event.target.value)}>
            {set.severities.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        )}
      </Field>
      <Field label={t('policy.rule.field')} remarks={remarks('field')} wide>
        {({ id }) => (
          <select id={id} value={cells.field} onChange={(event) => put('field')(event.target.value)}>
            <option value="">{t('policy.rule.row')}</option>
            {set.names.map((name) => (
              <option key={name.code} value={name.code}>
                {name.label}（{name.code}）
              </option>
            ))}
          </select>
        )}
      </Field>
      {area('messageZh', t('policy.rule.message'))}
      {area('fixZh', t('policy.rule.fix'))}
      {area('caseFinding', t('policy.rule.mustFind'), t('policy.rule.caseHint'))}
      {area('caseNone', t('policy.rule.mustPass'), t('policy.rule.caseHint'))}
      {area('basis', t('policy.rule.basis'), t('policy.rule.basisHint'), 1)}
    </div>
  );
}
