/** 核验回执: an officer or an integrator verifies the number that stands in a case. */
import type { ReceiptView } from '@chengxin/contract';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { ApiError } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatInstant, groupCode } from '../../shared/ui/format.ts';
import { PageHead } from '../../shared/ui/page.tsx';
import { Empty, Loaded, Note } from '../../shared/ui/states.tsx';
import { receiptQuery } from './batch-queries.ts';
import { CheckLinks } from './check-links.tsx';
import { mattersQuery } from './queries.ts';

const route = getRouteApi('/desk/checks/receipts');
const form = /^HC-\d{8}-[0-9A-Z]{14}$/;

export function ReceiptPage() {
  const { t } = useI18n();
  const { no } = route.useSearch();
  return (
    <>
      <PageHead title={t('receipt.title')}>
        <p className="quiet">{t('receipt.lead')}</p>
        <CheckLinks />
      </PageHead>
      <Ask key={no ?? ''} no={no ?? ''} />
      {no ? <Verified no={no} /> : null}
    </>
  );
}

function Ask({ no }: { no: string }) {
  const { t } = useI18n();
  const navigate = route.useNavigate();
  const [number, setNumber] = useState(no);
  const [bad, setBad] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const asked = number.normalize('NFKC').trim().toUpperCase();
    const right = form.test(asked);
    setBad(!right);
    if (right) void navigate({ search: { no: asked } });
  };
  return (
    <form className="purpose" onSubmit={submit} noValidate>
      <Field label={t('receipt.number')} remarks={bad ? [{ key: 'x', tone: 'seal', text: t('receipt.bad') }] : []}>
        {(slot) => (
          <Input
            id={slot.id}
            maxLength={40}
            autoComplete="off"
            aria-describedby={slot.describedBy}
            status={slot.status ?? ''}
            value={number}
            onChange={(event) => setNumber(event.target.value)}
          />
        )}
      </Field>
      <Button type="primary" htmlType="submit">
        {t('receipt.verify')}
      </Button>
    </form>
  );
}

function Verified({ no }: { no: string }) {
  const { t } = useI18n();
  const query = useQuery(receiptQuery(no));
  if (query.error instanceof ApiError && query.error.status === 404)
    return (
      <div role="status">
        <Empty title={t('receipt.unknown')}>{t('receipt.unknownHint')}</Empty>
      </div>
    );
  return (
    <Loaded query={query} rows={4}>
      {(receipt) => <Receipt receipt={receipt} />}
    </Loaded>
  );
}

const wayKeys = {
  automatic: 'counts.automatic',
  embedded: 'counts.embedded',
  batch: 'counts.batch',
  website: 'counts.website',
} as const;
const isWay = (way: string): way is keyof typeof wayKeys => way in wayKeys;

function Receipt({ receipt }: { receipt: ReceiptView }) {
  const { t, w } = useI18n();
  const matters = useQuery(mattersQuery).data?.items ?? [];
  const matter = matters.find((one) => one.code === receipt.matter)?.name;
  const facts: readonly (readonly [string, string])[] = [
    [t('receipt.number'), receipt.number],
    [t('receipt.code'), receipt.code === null ? '—' : groupCode(receipt.code)],
    [t('receipt.matter'), matter ? w(matter) : receipt.matter],
    [t('receipt.case'), receipt.caseNumber ?? '—'],
    [t('receipt.body'), receipt.body ?? '—'],
    [t('receipt.way'), isWay(receipt.way) ? t(wayKeys[receipt.way]) : receipt.way],
    [t('receipt.checkedAt'), formatInstant(receipt.checkedAt)],
    [t('receipt.validUntil'), formatInstant(receipt.validUntil)],
  ];
  return (
    <div role="status" className="section">
      <Note tone={receipt.valid ? 'done' : 'seal'}>
        <strong>{t(receipt.valid ? 'receipt.valid' : 'receipt.invalid')}</strong>
        <p>{t(receipt.hit ? 'receipt.hit' : 'receipt.clear')}</p>
      </Note>
      {receipt.current ? null : <Note tone="waiting">{t('receipt.expired')}</Note>}
      <dl className="facts">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
