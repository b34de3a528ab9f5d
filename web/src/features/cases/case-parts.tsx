/** What a case is: its clocks, parties, content, history and the ways against its outcome. */
import type { CaseView } from '@chengxin/contract';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Code } from '../../shared/ui/code.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { Section, Tag } from '../../shared/ui/page.tsx';

/** The due day of a case in a line, with what may be wrong with it. */
export function DueLine({ item }: { item: Pick<CaseView, 'dueOn' | 'overdue' | 'provisional' | 'escalatedOn'> }) {
  const { t } = useI18n();
  if (item.dueOn === null) return null;
  return (
    <span className={item.overdue ? 'text-seal' : undefined}>
      {t(item.overdue ? 'case.overdue' : 'case.dueOn', { day: item.dueOn })}
      {item.provisional ? <span className="quiet"> {t('case.provisionalShort')}</span> : null}
      {item.escalatedOn ? <span> · {t('case.escalated')}</span> : null}
    </span>
  );
}

export function CaseClocks({ view }: { view: CaseView }) {
  const { t, w } = useI18n();
  if (view.clocks.length === 0) return null;
  return (
    <Section title={t('case.clocks')}>
      <ul className="plain lines clocks">
        {view.clocks.map((clock) => (
          <li key={`${clock.key}-${clock.startedOn}`}>
            <div className="clock-head">
              <strong>{w(clock.label)}</strong>
              <ClockState clock={clock} />
            </div>
            <div className="sub">
              <span>{t('case.clock.days', { n: clock.days, from: clock.startedOn })}</span>
              {clock.extendedBy > 0 ? <span>{t('case.clock.extended', { n: clock.extendedBy })}</span> : null}
              {clock.basis ? <span>{clock.basis}</span> : null}
            </div>
            {clock.provisional ? <div className="sub text-waiting">{t('case.provisional')}</div> : null}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function ClockState({ clock }: { clock: CaseView['clocks'][number] }) {
  const { t } = useI18n();
  if (clock.ended) return <span className="quiet">{t('case.clock.ended', { day: clock.endedOn ?? '' })}</span>;
  if (clock.paused) return <Tag tone="waiting">{t('case.clock.paused')}</Tag>;
  if (clock.dueOn === null) return null;
  return clock.overdue ? (
    <Tag tone="seal">{t('case.clock.overdue', { day: clock.dueOn })}</Tag>
  ) : (
    <span>{t('case.clock.running', { day: clock.dueOn })}</span>
  );
}

export function CaseContent({ view }: { view: CaseView }) {
  const { t, w } = useI18n();
  if (view.content.length === 0) return null;
  return (
    <Section title={t('case.content')}>
      <dl className="case-content">
        {view.content.map((part) => (
          <div key={part.key}>
            <dt>{w(part.label)}</dt>
            <dd>{part.text}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

export function CaseParties({ view }: { view: CaseView }) {
  const { t, w } = useI18n();
  return (
    <Section title={t('case.parties')}>
      <dl className="facts single">
        {view.parties.map((party) => (
          <div key={`${party.role.zh} ${party.name}`}>
            <dt>{w(party.role)}</dt>
            <dd>
              {party.name}
              {party.code ? (
                <>
                  {' '}
                  <Code value={party.code} />
                </>
              ) : null}
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

export function CaseTimeline({ view }: { view: CaseView }) {
  const { t, w } = useI18n();
  return (
    <Section title={t('case.timeline')}>
      <ol className="plain timeline">
        {view.history.map((event) => (
          <li key={event.seq} className={event.kind === 'escalation' ? 'late' : undefined}>
            <div>
              <strong>{w(event.label)}</strong>
              {event.reason ? <span>：{w(event.reason)}</span> : null}
            </div>
            <div className="sub">
              <span>{event.effectiveOn}</span>
              <span>{w(event.party)}</span>
              {event.recordedAt && formatInstant(event.recordedAt).slice(0, 10) !== event.effectiveOn ? (
                <span>{t('case.recordedLate', { at: formatInstant(event.recordedAt) })}</span>
              ) : null}
            </div>
            {event.note ? <p className="timeline-note">{event.note}</p> : null}
          </li>
        ))}
      </ol>
    </Section>
  );
}

export function CaseRemedies({ view }: { view: CaseView }) {
  const { t, w } = useI18n();
  if (view.remedies.length === 0) return null;
  return (
    <Section title={t('case.remedies')}>
      <ul className="plain lines">
        {view.remedies.map((remedy) => (
          <li key={remedy.key}>
            <div>
              <strong>{w(remedy.name)}</strong> <span className="secondary">{w(remedy.where)}</span>
            </div>
            <div className="sub">
              <span>
                {w(remedy.within)}
                {remedy.until ? `（${t('case.remedies.until', { day: remedy.until })}）` : ''}
              </span>
              <span>{remedy.basis}</span>
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}
