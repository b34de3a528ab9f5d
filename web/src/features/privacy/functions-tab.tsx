/** Impact assessments, and the switches that need them. */
import type { Assessments } from '@chengxin/contract';
import { Button } from 'antd';
import { type FormEvent, useState } from 'react';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { Section, Tag } from '../../shared/ui/page.tsx';
import { Empty, ErrorNote, Loaded } from '../../shared/ui/states.tsx';
import { TextField } from '../lookups/lookup-page.tsx';
import { usePrivacy, useWrite } from './use-privacy.ts';

type Assessment = Assessments['assessments'][number];

export function FunctionsTab() {
  const { t } = useI18n();
  const query = usePrivacy<Assessments>('assessments');
  return (
    <Loaded query={query}>
      {(data) => (
        <>
          {data.features.map((one) => (
            <Switch key={`${one.feature} ${one.on}`} feature={one} assessments={data.assessments} />
          ))}
          <Section title={t('privacy.assessments')}>
            {data.assessments.length === 0 ? (
              <Empty title={t('privacy.noAssessments')}>{t('privacy.noAssessmentsHint')}</Empty>
            ) : (
              data.assessments.map((row) => <AssessmentView key={`${row.assessmentId} ${row.state}`} row={row} />)
            )}
          </Section>
          <NewAssessment feature={data.features[0]?.feature ?? 'lookup'} />
        </>
      )}
    </Loaded>
  );
}

const featureName = (t: ReturnType<typeof useI18n>['t'], feature: string): string =>
  feature === 'lookup' ? t('privacy.feature.lookup') : feature;

function Switch({
  feature,
  assessments,
}: {
  feature: Assessments['features'][number];
  assessments: readonly Assessment[];
}) {
  const { t } = useI18n();
  const [reason, setReason] = useState('');
  const write = useWrite<object>();
  const approved = assessments.find((row) => row.feature === feature.feature && row.state === 'approved');
  return (
    <Section
      title={featureName(t, feature.feature)}
      aside={<Tag tone={feature.on ? 'done' : undefined}>{t(feature.on ? 'privacy.on' : 'privacy.off')}</Tag>}
    >
      {feature.since ? <p className="quiet">{formatInstant(feature.since)}</p> : null}
      {feature.on ? (
        <TextField label={t('privacy.offReason')} value={reason} max={500} onChange={setReason} />
      ) : approved ? null : (
        <p className="quiet">{t('privacy.noAssessmentsHint')}</p>
      )}
      {write.error ? <ErrorNote error={write.error} /> : null}
      <div className="actions">
        {feature.on ? (
          <Button
            danger
            disabled={!reason.trim()}
            loading={write.isPending}
            onClick={() =>
              write.mutate({ path: 'functions:deactivate', body: { feature: feature.feature, reason: reason.trim() } })
            }
          >
            {t('privacy.turnOff')}
          </Button>
        ) : (
          <Button
            type="primary"
            disabled={!approved}
            loading={write.isPending}
            onClick={() =>
              write.mutate({
                path: 'functions:activate',
                body: { feature: feature.feature, assessmentId: approved?.assessmentId ?? '' },
              })
            }
          >
            {t('privacy.turnOn')}
          </Button>
        )}
      </div>
    </Section>
  );
}

function AssessmentView({ row }: { row: Assessment }) {
  const { t } = useI18n();
  const write = useWrite<object>();
  const decide = (approve: boolean): void =>
    write.mutate({ path: `assessments/${row.assessmentId}/decide`, body: { approve } });
  return (
    <div className="section">
      <h3>
        {row.title}{' '}
        <Tag tone={row.state === 'approved' ? 'done' : row.state === 'draft' ? 'waiting' : 'seal'}>
          {t(`privacy.assessment.${row.state}`)}
        </Tag>
      </h3>
      <p className="quiet">
        {formatInstant(row.writtenAt)}
        {row.validUntil ? ` · ${t('privacy.validUntil', { on: row.validUntil, keep: row.keepUntil })}` : ''}
      </p>
      <dl className="facts register">
        {(['lawfulness', 'impact', 'measures'] as const).map((key) => (
          <div key={key} className="long">
            <dt>{t(`privacy.${key}` as Key)}</dt>
            <dd>{row.content[key]}</dd>
          </div>
        ))}
      </dl>
      {write.error ? <ErrorNote error={write.error} /> : null}
      {row.state === 'draft' ? (
        row.own ? (
          <p className="quiet">{t('privacy.ownAssessment')}</p>
        ) : (
          <div className="actions">
            <Button type="primary" loading={write.isPending} onClick={() => decide(true)}>
              {t('privacy.approve')}
            </Button>
            <Button disabled={write.isPending} onClick={() => decide(false)}>
              {t('privacy.return')}
            </Button>
          </div>
        )
      ) : null}
    </div>
  );
}

const blank = { title: '', lawfulness: '', impact: '', measures: '' };

function NewAssessment({ feature }: { feature: string }) {
  const { t } = useI18n();
  const [draft, setDraft] = useState(blank);
  const write = useWrite<object>(() => setDraft(blank));
  const ready = Object.values(draft).every((text) => text.trim() !== '');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const { title, ...content } = draft;
    if (ready) write.mutate({ path: 'assessments', body: { feature, title, content } });
  };
  return (
    <Section title={t('privacy.newAssessment')}>
      <form className="purpose" onSubmit={submit} noValidate>
        <TextField
          label={t('privacy.assessmentTitle')}
          value={draft.title}
          max={200}
          onChange={(title) => setDraft({ ...draft, title })}
        />
        {(['lawfulness', 'impact', 'measures'] as const).map((key) => (
          <TextField
            key={key}
            label={t(`privacy.${key}` as Key)}
            value={draft[key]}
            max={4000}
            rows={3}
            onChange={(text) => setDraft({ ...draft, [key]: text })}
          />
        ))}
        {write.error ? <ErrorNote error={write.error} /> : null}
        <Button htmlType="submit" disabled={!ready} loading={write.isPending}>
          {t('privacy.save')}
        </Button>
      </form>
    </Section>
  );
}
