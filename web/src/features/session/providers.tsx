/** Signing in, or linking the own account, by a provider: the browser goes there, or an answer is pasted here. */
import type { ProviderBegun, ProviderView } from '@chengxin/contract';
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import type { ListOf, SessionView } from '../../shared/api/types.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { ErrorNote } from '../../shared/ui/states.tsx';

export const providersQuery = queryOptions({
  queryKey: ['site', 'providers'],
  queryFn: async ({ signal }) => (await call<ListOf<ProviderView>>('/public/sign-in-providers', { signal })).items,
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
});

export type Attempt = 'begin' | 'link';

/** Begins at a provider; a provider with a site of its own takes the browser with it. */
export function useAttempt(attempt: Attempt, next: string) {
  return useMutation({
    mutationFn: async (provider: ProviderView) => ({
      provider,
      begun: await call<ProviderBegun>(`/session/providers/${provider.key}/${attempt}`, {
        method: 'POST',
        once: false,
        body: { next },
      }),
    }),
    onSuccess: ({ begun }) => {
      if (begun.redirectTo) window.location.assign(begun.redirectTo);
    },
  });
}

export function ProviderButtons({ next, onOpened }: { next: string; onOpened: (session: SessionView) => void }) {
  const { t, w } = useI18n();
  const providers = useQuery(providersQuery).data ?? [];
  const attempt = useAttempt('begin', next);
  const begun = attempt.data;
  if (providers.length === 0) return null;
  return (
    <section className="providers" aria-label={t('provider.other')}>
      <h2>{t('provider.other')}</h2>
      {attempt.error ? <ErrorNote error={attempt.error} /> : null}
      {begun && !begun.begun.redirectTo ? (
        <AnswerForm
          key={begun.begun.state}
          provider={begun.provider}
          begun={begun.begun}
          attempt="begin"
          onDone={onOpened}
          onCancel={attempt.reset}
        />
      ) : (
        providers.map((provider) => (
          <Button
            key={provider.key}
            size="large"
            block
            loading={attempt.isPending && attempt.variables.key === provider.key}
            onClick={() => attempt.mutate(provider)}
          >
            {t('provider.by', { name: w(provider.name) })}
          </Button>
        ))
      )}
    </section>
  );
}

/** For providers that have no site: what is to be signed, and where the answer goes. */
export function AnswerForm({
  provider,
  begun,
  attempt,
  onDone,
  onCancel,
}: {
  provider: ProviderView;
  begun: ProviderBegun;
  attempt: Attempt;
  onDone: (session: SessionView) => void;
  onCancel: () => void;
}) {
  const { t } = useI18n();
  const [certificate, setCertificate] = useState('');
  const [answer, setAnswer] = useState('');
  const [tried, setTried] = useState(false);
  const byCertificate = provider.kind === 'certificate';
  const finish = useMutation({
    mutationFn: () =>
      call<SessionView>(`/session/providers/${provider.key}/finish`, {
        method: 'POST',
        once: false,
        body: {
          state: begun.state,
          ...(byCertificate
            ? { certificate: certificate.trim(), signature: answer.trim() }
            : { assertion: answer.trim() }),
        },
      }),
    onSuccess: onDone,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (answer.trim() && (!byCertificate || certificate.trim())) finish.mutate();
  };
  const pasted = (label: string, value: string, onChange: (value: string) => void, rows: number) => (
    <Field
      label={label}
      remarks={tried && value.trim() === '' ? [{ key: 'missing', tone: 'seal', text: t('provider.missing') }] : []}
    >
      {(slot) => (
        <Input.TextArea
          id={slot.id}
          className="code-input"
          aria-describedby={slot.describedBy}
          status={slot.status ?? ''}
          rows={rows}
          maxLength={10_000}
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
  return (
    <form onSubmit={submit} noValidate>
      {finish.error ? <ErrorNote error={finish.error} /> : null}
      <p>{t(byCertificate ? 'provider.certificateHint' : 'provider.licenceHint')}</p>
      <p className="quiet">{t(byCertificate ? 'provider.challenge' : 'provider.nonce')}</p>
      <p>
        <code className="secret">{begun.challenge}</code>
      </p>
      {byCertificate ? pasted(t('provider.certificate'), certificate, setCertificate, 4) : null}
      {pasted(t(byCertificate ? 'provider.signature' : 'provider.assertion'), answer, setAnswer, 4)}
      <div className="actions">
        <Button type="primary" htmlType="submit" loading={finish.isPending}>
          {t(attempt === 'link' ? 'provider.finishLink' : 'provider.finish')}
        </Button>
        <Button onClick={onCancel}>{t(attempt === 'link' ? 'action.cancel' : 'provider.back')}</Button>
      </div>
    </form>
  );
}
