/** Which providers the own account is linked to, and who else speaks for the own company. */
import type { OwnLinkView, ProviderView, RepresentationView } from '@chengxin/contract';
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { call } from '../../shared/api/client.ts';
import { queryClient } from '../../shared/api/queries.ts';
import type { ListOf } from '../../shared/api/types.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable } from '../../shared/ui/data-table.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { ErrorNote, Loaded } from '../../shared/ui/states.tsx';
import { AnswerForm, providersQuery, useAttempt } from './providers.tsx';

const linksQuery = queryOptions({
  queryKey: ['own-links'],
  queryFn: async ({ signal }) => (await call<ListOf<OwnLinkView>>('/session/links', { signal })).items,
});
const renewLinks = (): void => void queryClient.invalidateQueries({ queryKey: linksQuery.queryKey });

export function OwnLinks() {
  const { t } = useI18n();
  const providers = useQuery(providersQuery).data ?? [];
  const query = useQuery({ ...linksQuery, enabled: providers.length > 0 });
  if (providers.length === 0) return null;
  return (
    <section className="section" aria-labelledby="account-links">
      <h2 id="account-links">{t('link.title')}</h2>
      <p className="quiet">{t('link.lead')}</p>
      <Loaded query={query} rows={2}>
        {(links) => <Links providers={providers} links={links} />}
      </Loaded>
    </section>
  );
}

function Links({ providers, links }: { providers: readonly ProviderView[]; links: readonly OwnLinkView[] }) {
  const { t, w } = useI18n();
  const { message } = App.useApp();
  const attempt = useAttempt('link', '/account');
  const remove = useMutation({
    mutationFn: (id: string) => call(`/session/links/${id}`, { method: 'DELETE' }),
    onSettled: renewLinks,
  });
  const begun = attempt.data;
  const done = (): void => {
    attempt.reset();
    message.success(t('link.done'));
    renewLinks();
  };
  const error = attempt.error ?? remove.error;
  return (
    <>
      {error ? <ErrorNote error={error} /> : null}
      <ul className="lines">
        {providers.map((provider) => {
          const link = links.find((one) => one.provider === provider.key);
          const name = w(provider.name);
          return (
            <li key={provider.key}>
              <span>
                {name}
                <span className="sub">
                  {link ? t('link.since', { at: formatInstant(link.linkedAt) }) : t('link.not')}
                </span>
              </span>
              {link ? (
                <Button aria-label={t('link.removeNamed', { name })} onClick={() => remove.mutate(link.id)}>
                  {t('link.remove')}
                </Button>
              ) : (
                <Button
                  aria-label={t('link.linkNamed', { name })}
                  loading={attempt.isPending && attempt.variables.key === provider.key}
                  onClick={() => attempt.mutate(provider)}
                >
                  {t('link.link')}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      {begun && !begun.begun.redirectTo ? (
        <AnswerForm
          key={begun.begun.state}
          provider={begun.provider}
          begun={begun.begun}
          attempt="link"
          onDone={done}
          onCancel={attempt.reset}
        />
      ) : null}
    </>
  );
}

const representationsQuery = queryOptions({
  queryKey: ['representations'],
  queryFn: async ({ signal }) => (await call<ListOf<RepresentationView>>('/representations', { signal })).items,
});

export function Representations() {
  const { t, w } = useI18n();
  const { message } = App.useApp();
  const query = useQuery(representationsQuery);
  const providers = useQuery(providersQuery).data ?? [];
  const revoke = useMutation({
    mutationFn: (id: string) => call(`/representations/${id}/revoke`, { method: 'POST', once: false }),
    onSuccess: () => message.success(t('represent.revoked')),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: representationsQuery.queryKey }),
  });
  const nameOf = (key: string): string => {
    const provider = providers.find((one) => one.key === key);
    return provider ? w(provider.name) : key;
  };
  const columns: Column<RepresentationView>[] = [
    { key: 'who', head: t('represent.who'), cell: (row) => t(row.own ? 'represent.own' : 'represent.other') },
    { key: 'by', head: t('represent.by'), cell: (row) => nameOf(row.provider) },
    {
      key: 'at',
      head: t('represent.at'),
      cell: (row) => (
        <>
          <span className="number">{formatInstant(row.provedAt)}</span>
          {row.endedAt ? <div className="sub">{t('represent.ended', { at: formatInstant(row.endedAt) })}</div> : null}
        </>
      ),
    },
    {
      key: 'act',
      head: t('account.action'),
      cell: (row) =>
        row.endedAt || row.own ? null : (
          <Button
            size="small"
            danger
            aria-label={t('represent.revokeNamed', { at: formatInstant(row.provedAt) })}
            onClick={() => revoke.mutate(row.id)}
          >
            {t('represent.revoke')}
          </Button>
        ),
    },
  ];
  return (
    <section className="section" aria-labelledby="account-represent">
      <h2 id="account-represent">{t('represent.title')}</h2>
      <p className="quiet">{t('represent.lead')}</p>
      {revoke.error ? <ErrorNote error={revoke.error} /> : null}
      <Loaded query={query} rows={2}>
        {(rows) =>
          rows.length === 0 ? (
            <p>{t('represent.none')}</p>
          ) : (
            <DataTable caption={t('represent.title')} columns={columns} rows={rows} rowKey={(row) => row.id} />
          )
        }
      </Loaded>
    </section>
  );
}
