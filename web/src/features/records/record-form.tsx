import { useQuery } from '@tanstack/react-query';
import { useBlocker } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { type FormEvent, useEffect, useRef } from 'react';
import { call } from '../../shared/api/client.ts';
import type { FindingView, StandardField, StandardView, SubjectLookup } from '../../shared/api/types.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { Code } from '../../shared/ui/code.tsx';
import { Field, type Remark } from '../../shared/ui/field.tsx';
import { kindKey } from '../../shared/ui/kinds.ts';
import { ErrorNote, Note } from '../../shared/ui/states.tsx';
import { AttachmentPicker } from './attachment-picker.tsx';
import { FieldInput, useAmountWords } from './field-input.tsx';
import { type FieldGroup, fieldOf, groupsOf, type Values } from './form-groups.ts';
import { isRefused, type RecordForm, type RecordFormTarget, useRecordForm } from './use-record-form.ts';

const toneOf = { refuse: 'seal', doubt: 'waiting', warn: 'waiting', correct: 'quiet' } as const;

export interface RecordFormProps {
  readonly standard: StandardView;
  readonly target: RecordFormTarget;
  readonly start: Values;
  readonly submitLabel: string;
  readonly onSent: (form: RecordForm) => void;
}

export function RecordFormView({ standard, target, start, submitLabel, onSent }: RecordFormProps) {
  const { t } = useI18n();
  const form = useRecordForm(target, start);
  const element = useRef<HTMLFormElement>(null);
  const { dirty, send } = form;
  useBlocker({ shouldBlockFn: () => dirty && !window.confirm(t('form.leave')), enableBeforeUnload: () => dirty });
  const sent = send.data;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each answer
  useEffect(() => {
    if (!sent) return;
    if (sent.outcome === 'refused')
      element.current?.querySelector<HTMLElement>('[aria-invalid=true], .ant-input-status-error')?.focus();
    else onSent(form);
  }, [sent]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    form.submit();
  };
  const rowFindings = form.tried ? (form.findings.get('') ?? []) : [];
  return (
    <form ref={element} className="record-form" onSubmit={submit} noValidate aria-label={standard.name.zh}>
      <p className="quiet">{t('form.marks')}</p>
      {groupsOf(standard).map((group) => (
        <Group key={group.key} group={group} form={form} standard={standard} correcting={target.needsReason} />
      ))}
      <fieldset className="form-group">
        <legend>{t('form.attachments')}</legend>
        <AttachmentPicker value={form.attachments} onChange={form.setAttachments} />
      </fieldset>
      {target.needsReason ? (
        <fieldset className="form-group">
          <legend>{t('form.reasonTitle')}</legend>
          <Field
            label={t('form.reason')}
            mark="*"
            wide
            remarks={
              form.tried && form.reason.trim().length < 2
                ? [{ key: 'missing', tone: 'seal', text: t('form.reasonMissing') }]
                : []
            }
          >
            {(slot) => (
              <Input.TextArea
                id={slot.id}
                rows={2}
                maxLength={500}
                status={slot.status ?? ''}
                aria-invalid={slot.status === 'error' || undefined}
                aria-describedby={slot.describedBy}
                value={form.reason}
                onChange={(event) => form.setReason(event.target.value)}
              />
            )}
          </Field>
        </fieldset>
      ) : null}
      <CandidateChoice form={form} />
      {rowFindings.map((finding) => (
        <FindingNote key={finding.rule} finding={finding} />
      ))}
      {sent?.outcome === 'refused' && isRefused(sent) ? (
        <Note tone="seal" role="alert">
          {t('form.refused', { n: sent.findings.filter((finding) => finding.severity === 'refuse').length })}
        </Note>
      ) : null}
      {send.error ? <ErrorNote error={send.error} /> : null}
      {!send.error && form.check.error ? (
        <ErrorNote error={form.check.error} onRetry={() => void form.check.refetch()} />
      ) : null}
      <div className="actions form-actions">
        <Button type="primary" size="large" htmlType="submit" loading={send.isPending}>
          {submitLabel}
        </Button>
        <span className="quiet" role="status">
          {form.check.isFetching ? t('form.checking') : ''}
        </span>
      </div>
    </form>
  );
}

function Group({
  group,
  form,
  standard,
  correcting,
}: {
  group: FieldGroup;
  form: RecordForm;
  standard: StandardView;
  correcting: boolean;
}) {
  const { t } = useI18n();
  const fields = (
    <div className="form-grid">
      {group.fields.map((field) => (
        <FormField key={field.code} field={field} form={form} standard={standard} correcting={correcting} />
      ))}
    </div>
  );
  if (!group.folded) {
    return (
      <fieldset className="form-group">
        <legend>{t(group.title)}</legend>
        {fields}
      </fieldset>
    );
  }
  const wanted = group.fields.some(
    (field) =>
      (form.values[field.code] ?? '') !== '' ||
      (form.tried && form.findings.get(field.code)?.some((finding) => finding.severity === 'refuse')),
  );
  return (
    <details className="form-group folded" {...(wanted ? { open: true } : {})}>
      <summary>{t(group.title)}</summary>
      {fields}
    </details>
  );
}

function useRemarks(form: RecordForm): (field: StandardField) => Remark[] {
  const { t, w } = useI18n();
  const amount = useAmountWords();
  return (field) => {
    const value = form.values[field.code] ?? '';
    const seen = form.tried || form.touched.has(field.code);
    const remarks: Remark[] = (seen ? (form.findings.get(field.code) ?? []) : []).map((finding) => ({
      key: finding.rule,
      tone: toneOf[finding.severity],
      text:
        finding.severity === 'correct' ? (
          t('form.willBe', { value: finding.newValue ?? t('findings.blank') })
        ) : (
          <>
            {w(finding.message)} <span className="secondary">{w(finding.fix)}</span>
          </>
        ),
    }));
    const words = amount(field, value);
    return words ? [{ key: 'yuan', tone: 'quiet', text: words }, ...remarks] : remarks;
  };
}

const markOf = (field: StandardField): Key | null =>
  field.required === 'always' ? 'form.required' : field.required === 'conditional' ? 'form.conditional' : null;

function FormField({
  field,
  form,
  standard,
  correcting,
}: {
  field: StandardField;
  form: RecordForm;
  standard: StandardView;
  correcting: boolean;
}) {
  const { t, w } = useI18n();
  const remarksOn = useRemarks(form);
  const mark = markOf(field);
  const value = form.values[field.code] ?? '';
  const wide = field.type === 'multiEnum' || (field.type === 'text' && (field.length ?? 0) > 200);
  return (
    <Field
      label={w(field.label)}
      mark={mark ? <span className={field.required === 'always' ? 'required' : 'conditional'}>{t(mark)}</span> : null}
      hint={
        correcting && field.person === 'document'
          ? t('form.keepsDocument')
          : field.type === 'nameList'
            ? t('form.nameListHint')
            : undefined
      }
      remarks={remarksOn(field)}
      wide={wide}
    >
      {(slot) => (
        <>
          <FieldInput
            field={field}
            slot={slot}
            value={value}
            onChange={(next) => form.set(field.code, next)}
            onSettled={(next) => form.settle(field.code, next)}
          />
          {field.role === 'unifiedCode' ? <CodeLookup code={value} form={form} standard={standard} /> : null}
        </>
      )}
    </Field>
  );
}

/** Name and legal representative from the register, as soon as the code is whole. Fills what is empty, asks before it replaces. */
function CodeLookup({ code, form, standard }: { code: string; form: RecordForm; standard: StandardView }) {
  const { t } = useI18n();
  const plain = code.normalize('NFKC').replace(/[\s-]/g, '').toUpperCase();
  const { data } = useQuery({
    queryKey: ['lookup', plain],
    queryFn: ({ signal }) => call<SubjectLookup>('/subjects/lookup', { query: { code: plain }, signal }),
    enabled: /^[0-9A-Z]{18}$/.test(plain),
    staleTime: 60_000,
  });
  const nameField = fieldOf(standard, 'subjectName');
  const typed = nameField ? (form.values[nameField.code] ?? '').trim() : '';
  const fillIn = (): void => {
    if (!data?.name || !nameField) return;
    const changes: Record<string, string> = { [nameField.code]: data.name };
    const representative = fieldOf(standard, 'legalRepresentative');
    if (representative && data.legalRepresentative && !form.values[representative.code])
      changes[representative.code] = data.legalRepresentative;
    const category = fieldOf(standard, 'subjectCategory');
    const sole = category?.options?.find((option) => option.label.en === 'Sole trader');
    if (category && sole && data.kind === 'soleTrader') changes[category.code] = sole.code;
    form.setMany(changes);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the register answers
  useEffect(() => {
    if (data?.found && typed === '') fillIn();
  }, [data]);
  if (!data) return null;
  if (!data.found) return <p className="quiet lookup">{t('form.codeUnknown')}</p>;
  const kind = data.kind ? kindKey[data.kind] : undefined;
  return (
    <p className="lookup" role="status">
      <span className="quiet">{t('form.codeFound')}</span> {data.name}
      {kind ? <span className="quiet"> · {t(kind)}</span> : null}
      {typed !== '' && typed !== data.name ? (
        <Button size="small" onClick={fillIn}>
          {t('form.useName')}
        </Button>
      ) : null}
    </p>
  );
}

/** When the code and the name point at different subjects: said before it is sent, so that it need not wait as doubtful. */
function CandidateChoice({ form }: { form: RecordForm }) {
  const { t } = useI18n();
  if (form.candidates.length === 0) return null;
  return (
    <fieldset className="candidates form-group">
      <legend>{t('form.whichSubject')}</legend>
      {form.candidates.map((candidate) => (
        <label key={candidate.subjectId} className="candidate">
          <span>
            <input
              type="radio"
              name="subject"
              checked={form.subjectId === candidate.subjectId}
              onChange={() => form.setSubjectId(candidate.subjectId)}
            />{' '}
            <strong>{candidate.name}</strong>
          </span>
          {candidate.code ? <Code value={candidate.code} /> : null}
        </label>
      ))}
      {form.subjectId ? (
        <Button size="small" onClick={() => form.setSubjectId(undefined)}>
          {t('form.noSubject')}
        </Button>
      ) : null}
    </fieldset>
  );
}

function FindingNote({ finding }: { finding: FindingView }) {
  const { w } = useI18n();
  return (
    <Note tone={finding.severity === 'refuse' ? 'seal' : finding.severity === 'correct' ? 'brand' : 'waiting'}>
      <p>{w(finding.message)}</p>
      <p className="secondary">{w(finding.fix)}</p>
    </Note>
  );
}
