/** Enrolling a code generator: scan, type a code, keep the recovery codes. */
import { useMutation } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { queryClient, sessionQuery } from '../../shared/api/queries.ts';
import type { EnrolledView, EnrolmentView } from '../../shared/api/types.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { ErrorNote, Note } from '../../shared/ui/states.tsx';

export function Enrol({ onBegin, onDone }: { onBegin?: () => void; onDone: () => void }) {
  const { t } = useI18n();
  const [code, setCode] = useState('');
  const [short, setShort] = useState(false);
  const [kept, setKept] = useState<readonly string[] | null>(null);
  const begin = useMutation({
    mutationFn: () => call<EnrolmentView>('/session/second-factor:enrol', { method: 'POST', once: false }),
    onSuccess: () => onBegin?.(),
  });
  const confirm = useMutation({
    mutationFn: () =>
      call<EnrolledView>('/session/second-factor:confirm', {
        method: 'POST',
        once: false,
        body: { code: code.trim() },
      }),
    onSuccess: (done) => {
      setKept(done.recoveryCodes);
      queryClient.setQueryData(sessionQuery.queryKey, done.session);
    },
    onError: () => setCode(''),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const whole = /^\d{6}$/.test(code.trim());
    setShort(!whole);
    if (whole) confirm.mutate();
  };
  if (kept) return <RecoveryCodes codes={kept} onDone={onDone} />;
  if (!begin.data) {
    return (
      <>
        {begin.error ? <ErrorNote error={begin.error} /> : null}
        <p>{t('factor.enrolHint')}</p>
        <Button type="primary" size="large" loading={begin.isPending} onClick={() => begin.mutate()}>
          {t('factor.enrol')}
        </Button>
      </>
    );
  }
  return (
    <form onSubmit={submit} noValidate>
      {confirm.error ? <ErrorNote error={confirm.error} /> : null}
      <p>{t('factor.scan')}</p>
      <img src={begin.data.qrCode} alt={t('factor.qrCode')} width="200" height="200" />
      <p className="quiet">
        {t('factor.typeIn')} <span className="code">{begin.data.secret.replaceAll(/(.{4})/g, '$1 ').trim()}</span>
      </p>
      <Field
        label={t('factor.code')}
        hint={t('factor.codeHint')}
        remarks={short ? [{ key: 'short', tone: 'seal', text: t('factor.short') }] : []}
      >
        {(slot) => (
          <Input
            id={slot.id}
            size="large"
            autoComplete="one-time-code"
            inputMode="numeric"
            maxLength={6}
            aria-describedby={slot.describedBy}
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
        )}
      </Field>
      <Button type="primary" htmlType="submit" size="large" loading={confirm.isPending}>
        {t('factor.confirm')}
      </Button>
    </form>
  );
}

export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const { t } = useI18n();
  return (
    <section aria-label={t('factor.recoveryTitle')}>
      <Note tone="waiting">{t('factor.recoveryKeep')}</Note>
      <ul className="recovery-codes">
        {codes.map((one) => (
          <li key={one} className="code">
            {one}
          </li>
        ))}
      </ul>
      <Button type="primary" onClick={onDone}>
        {t('factor.recoveryKept')}
      </Button>
    </section>
  );
}
