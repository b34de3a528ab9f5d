/** 自然人核查: purpose and case first, then one whole document number. No name, no list, nothing in the address. */
import type { LookUpPurposes, LookUpResultBody } from '@chengxin/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { Field, type Remark } from '../../shared/ui/field.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { PageHead, Section } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { Empty, ErrorNote, Loaded, Note } from '../../shared/ui/states.tsx';

export const documentKinds = [
  'citizenId',
  'passport',
  'hongKongMacaoPermit',
  'taiwanPermit',
  'permanentResidence',
] as const;

interface Draft {
  readonly purpose: string;
  readonly matter: string;
  readonly caseNumber: string;
  readonly documentType: string;
  readonly number: string;
}
const blank: Draft = { purpose: '', matter: '', caseNumber: '', documentType: 'citizenId', number: '' };

export function LookupPage() {
  const { t } = useI18n();
  const query = useQuery({
    queryKey: ['lookups', 'purposes'],
    queryFn: ({ signal }) => call<LookUpPurposes>('/lookups/purposes', { signal }),
  });
  return (
    <>
      <PageHead title={t('nav.lookups')}>
        <p className="quiet">{t('lookup.lead')}</p>
      </PageHead>
      <Loaded query={query}>
        {(offer) =>
          offer.on ? <Lookup offer={offer} /> : <Empty title={t('lookup.off')}>{t('lookup.offHint')}</Empty>
        }
      </Loaded>
    </>
  );
}

function Lookup({ offer }: { offer: LookUpPurposes }) {
  const { t } = useI18n();
  const [draft, setDraft] = useState(blank);
  const [tried, setTried] = useState(false);
  const ask = useMutation({
    // Not kept for a second try: the number is nowhere once the answer is there.
    mutationFn: (body: Draft) => call<LookUpResultBody>('/lookups', { method: 'POST', body, once: false }),
    onSuccess: () => setDraft((before) => ({ ...before, number: '' })),
  });
  const missing = (Object.keys(blank) as (keyof Draft)[]).filter((key) => draft[key].trim() === '');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (missing.length === 0) ask.mutate(draft);
  };
  if (ask.data) {
    return (
      <Result
        result={ask.data}
        onAgain={() => {
          ask.reset();
          setTried(false);
        }}
      />
    );
  }
  return (
    <form className="purpose" onSubmit={submit} noValidate autoComplete="off">
      <LookupFields offer={offer} draft={draft} missing={tried ? missing : []} onChange={setDraft} />
      {ask.error ? <ErrorNote error={ask.error} /> : null}
      <div className="actions">
        <Button type="primary" htmlType="submit" loading={ask.isPending}>
          {t('lookup.submit')}
        </Button>
        <span className="quiet">{t('lookup.limits', { hour: offer.perOfficerHour, day: offer.perOfficerDay })}</span>
      </div>
    </form>
  );
}

function LookupFields({
  offer,
  draft,
  missing,
  onChange,
}: {
  offer: LookUpPurposes;
  draft: Draft;
  missing: readonly (keyof Draft)[];
  onChange: (draft: Draft) => void;
}) {
  const { t, w } = useI18n();
  const set = (part: Partial<Draft>): void => onChange({ ...draft, ...part });
  const remarks = (key: keyof Draft): Remark[] =>
    missing.includes(key) ? [{ key, tone: 'seal', text: t('lookup.needed') }] : [];
  const chosen = offer.purposes.find((one) => one.purpose === draft.purpose);
  return (
    <>
      <Field
        label={t('lookup.purpose')}
        hint={chosen ? `${chosen.basis}${chosen.held ? '' : ` ${t('lookup.notHeld')}`}` : undefined}
        remarks={remarks('purpose')}
      >
        {(slot) => (
          <Pick
            id={slot.id}
            value={draft.purpose}
            status={slot.status}
            describedBy={slot.describedBy}
            options={[
              { value: '', label: t('lookup.purposeChoose') },
              ...offer.purposes.map((one) => ({ value: one.purpose, label: w(one.name) })),
            ]}
            onChange={(purpose) => set({ purpose })}
          />
        )}
      </Field>
      <TextField
        label={t('lookup.matter')}
        hint={t('lookup.matterHint')}
        value={draft.matter}
        max={200}
        remarks={remarks('matter')}
        onChange={(matter) => set({ matter })}
      />
      <TextField
        label={t('lookup.caseNumber')}
        value={draft.caseNumber}
        max={100}
        remarks={remarks('caseNumber')}
        onChange={(caseNumber) => set({ caseNumber })}
      />
      <Field label={t('lookup.documentType')}>
        {(slot) => (
          <Pick
            id={slot.id}
            value={draft.documentType}
            options={documentKinds.map((kind) => ({ value: kind, label: t(`document.${kind}` as Key) }))}
            onChange={(documentType) => set({ documentType })}
          />
        )}
      </Field>
      <TextField
        label={t('lookup.number')}
        hint={`${t('lookup.numberHint')}${t('lookup.numberHidden')}`}
        value={draft.number}
        max={64}
        remarks={remarks('number')}
        onChange={(number) => set({ number })}
      />
    </>
  );
}

export function TextField({
  label,
  hint,
  value,
  max,
  rows,
  remarks = [],
  onChange,
}: {
  label: string;
  hint?: string | undefined;
  value: string;
  max: number;
  rows?: number;
  remarks?: readonly Remark[];
  onChange: (value: string) => void;
}) {
  return (
    <Field label={label} hint={hint} remarks={remarks}>
      {(slot) => {
        const shared = {
          id: slot.id,
          value,
          maxLength: max,
          autoComplete: 'off',
          spellCheck: false,
          'aria-describedby': slot.describedBy,
          'aria-invalid': slot.status === 'error' ? (true as const) : undefined,
        };
        return rows ? (
          <Input.TextArea {...shared} rows={rows} onChange={(event) => onChange(event.target.value)} />
        ) : (
          <Input {...shared} onChange={(event) => onChange(event.target.value)} />
        );
      }}
    </Field>
  );
}

function Result({ result, onAgain }: { result: LookUpResultBody; onAgain: () => void }) {
  const { t, w } = useI18n();
  return (
    <Section
      title={t('lookup.done')}
      aside={
        <Button type="primary" onClick={onAgain}>
          {t('lookup.again')}
        </Button>
      }
    >
      <Note role="status">{t('lookup.doneAt', { at: formatInstant(result.at), id: result.lookupId })}</Note>
      {result.entries.length === 0 ? <Empty title={t('lookup.nothing')}>{t('lookup.nothingHint')}</Empty> : null}
      {result.entries.map((entry, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an answer never changes
        <div key={index} className="section">
          <p className="quiet">{t('lookup.by', { body: entry.decidingBody })}</p>
          <dl className="facts register">
            {entry.fields.map((field) => (
              <div key={field.code} className={field.value.length > 60 ? 'long' : undefined}>
                <dt>{w(field.label)}</dt>
                <dd>{field.value}</dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </Section>
  );
}
