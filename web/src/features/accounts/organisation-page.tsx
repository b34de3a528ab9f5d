/** 机构: city → district or zone → department, banks and agencies beside, with the accounts in use. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { App, Button, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { queryClient } from '../../shared/api/queries.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { groupCode } from '../../shared/ui/format.ts';
import { PageHead, Section, Tag } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { Empty, ErrorNote, Loaded } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { bodyKinds } from './account-words.tsx';
import { type OrganisationNode, organisationQuery, renewAccounts } from './accounts-api.ts';

export function OrganisationPage() {
  const { t } = useI18n();
  const { may } = useSession();
  const query = useQuery(organisationQuery);
  return (
    <>
      <PageHead title={t('nav.organisation')}>
        <p className="quiet">{t('tree.lead')}</p>
      </PageHead>
      <Loaded query={query} rows={8}>
        {(nodes) => (
          <>
            {may('body.manage') ? <NewBody nodes={nodes} /> : null}
            {nodes.length === 0 ? <Empty title={t('tree.empty')} /> : <Branch nodes={nodes} parent={null} />}
          </>
        )}
      </Loaded>
    </>
  );
}

const order = (node: OrganisationNode): number => bodyKinds.indexOf(node.kind as (typeof bodyKinds)[number]);

function Branch({ nodes, parent }: { nodes: readonly OrganisationNode[]; parent: string | null }) {
  const { t } = useI18n();
  const children = nodes
    .filter((node) => node.parentId === parent)
    .sort(
      (a, b) =>
        Number(a.closedOn !== null) - Number(b.closedOn !== null) ||
        order(a) - order(b) ||
        a.name.localeCompare(b.name, 'zh'),
    );
  if (children.length === 0) return null;
  return (
    <ul className={parent === null ? 'tree' : 'tree inner'}>
      {children.map((node) => (
        <li key={node.id}>
          <div className={node.closedOn ? 'tree-node quiet' : 'tree-node'}>
            <span className="tree-name">{node.name}</span>
            <Tag>{t(`body.${node.kind}`)}</Tag>
            {node.provisional ? <Tag tone="waiting">{t('tree.provisional')}</Tag> : null}
            {node.closedOn ? <span className="quiet">{t('tree.closed', { on: node.closedOn })}</span> : null}
            {node.code ? <code className="quiet">{groupCode(node.code)}</code> : null}
            {node.closedOn ? null : (
              <Link to="/accounts" search={{ body: node.id }}>
                {t('tree.accounts', { n: node.accounts })}
              </Link>
            )}
            {node.managers > 0 ? <span className="quiet">{t('tree.managers', { n: node.managers })}</span> : null}
          </div>
          <Branch nodes={nodes} parent={node.id} />
        </li>
      ))}
    </ul>
  );
}

function NewBody({ nodes }: { nodes: readonly OrganisationNode[] }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const [open, setOpen] = useState(false);
  const [draft, setDraft] = useState({ kind: 'department', name: '', code: '', parentId: '' });
  const set = (change: Partial<typeof draft>): void => setDraft((before) => ({ ...before, ...change }));
  const save = useMutation({
    mutationFn: () =>
      call('/bodies', {
        method: 'POST',
        body: {
          kind: draft.kind,
          name: draft.name.trim(),
          code: draft.code.trim() || null,
          parentId: draft.parentId || null,
        },
      }),
    onSuccess: () => {
      message.success(t('account.done'));
      set({ name: '', code: '' });
      renewAccounts();
      void queryClient.invalidateQueries({ queryKey: ['bodies'] });
    },
  });
  if (!open)
    return (
      <div className="actions">
        <Button onClick={() => setOpen(true)}>{t('tree.new')}</Button>
      </div>
    );
  return (
    <Section title={t('tree.new')}>
      {save.error ? <ErrorNote error={save.error} /> : null}
      <form
        className="form-grid"
        onSubmit={(event) => {
          event.preventDefault();
          if (draft.name.trim()) save.mutate();
        }}
      >
        <Field label={t('tree.kind')}>
          {(slot) => (
            <Pick
              id={slot.id}
              value={draft.kind}
              onChange={(kind) => set({ kind })}
              options={bodyKinds
                .filter((kind) => kind !== 'city')
                .map((kind) => ({ value: kind, label: t(`body.${kind}`) }))}
            />
          )}
        </Field>
        <Field label={t('tree.parent')}>
          {(slot) => (
            <Pick
              id={slot.id}
              value={draft.parentId}
              onChange={(parentId) => set({ parentId })}
              options={[
                { value: '', label: t('tree.noParent') },
                ...nodes.filter((node) => !node.closedOn).map((node) => ({ value: node.id, label: node.name })),
              ]}
            />
          )}
        </Field>
        <Field label={t('tree.name')}>
          {(slot) => (
            <Input
              id={slot.id}
              maxLength={200}
              value={draft.name}
              onChange={(event) => set({ name: event.target.value })}
            />
          )}
        </Field>
        <Field label={t('tree.code')} hint={t('tree.codeHint')}>
          {(slot) => (
            <Input
              id={slot.id}
              maxLength={30}
              value={draft.code}
              onChange={(event) => set({ code: event.target.value })}
            />
          )}
        </Field>
        <div className="form-end">
          <Button type="primary" htmlType="submit" loading={save.isPending} disabled={!draft.name.trim()}>
            {t('tree.save')}
          </Button>
        </div>
      </form>
    </Section>
  );
}
