/** Who received a record, in plain words: for the credit office and for the organisation itself. Each reading is logged. */
import type { RecordReceiversView } from '@chengxin/contract';
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Section } from '../../shared/ui/page.tsx';
import { Loaded } from '../../shared/ui/states.tsx';

export function RecordReceivers({ recordId }: { recordId: string }) {
  const { t } = useI18n();
  const [asked, setAsked] = useState(false);
  return (
    <Section title={t('exchange.who')}>
      {asked ? (
        <Receivers recordId={recordId} />
      ) : (
        <Button onClick={() => setAsked(true)}>{t('exchange.showWho')}</Button>
      )}
    </Section>
  );
}

function Receivers({ recordId }: { recordId: string }) {
  const { t, w } = useI18n();
  const query = useQuery({
    queryKey: ['exchange', 'record', recordId],
    queryFn: ({ signal }) => call<RecordReceiversView>(`/records/${recordId}/receivers`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Loaded query={query}>
      {(found) => (
        <>
          {found.items.length === 0 ? <p>{t('exchange.nobody')}</p> : null}
          <ul className="plain lines">
            {found.items.map((item) => (
              <li key={`${item.body} ${item.firstAt}`}>
                {w(item.words)}
                <div className="sub">
                  {item.told ? w(item.told) : t(item.registered ? 'exchange.noChange' : 'exchange.notRegistered')}
                </div>
              </li>
            ))}
          </ul>
          <p className="quiet">{w(found.publicly)}</p>
        </>
      )}
    </Loaded>
  );
}
