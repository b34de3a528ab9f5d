/** Reading and changing what the officer's page shows. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { App } from 'antd';
import { call } from '../../shared/api/client.ts';
import { queryClient } from '../../shared/api/queries.ts';
import { useI18n } from '../../shared/i18n/index.tsx';

export function usePrivacy<T>(path: string) {
  return useQuery({
    queryKey: ['privacy', path],
    queryFn: ({ signal }) => call<T>(`/privacy/${path}`, { signal }),
  });
}

/** A write to a path; what the page shows is read anew. Not kept for a second try: bodies may hold a number. */
export function useWrite<B extends object, R = unknown>(onDone?: (result: R) => void) {
  const { message } = App.useApp();
  const { t } = useI18n();
  return useMutation({
    mutationFn: ({ path, body }: { path: string; body: B }) =>
      call<R>(`/privacy/${path}`, { method: 'POST', body, once: false }),
    onSuccess: (result) => {
      message.success(t('privacy.done'));
      void queryClient.invalidateQueries({ queryKey: ['privacy'] });
      onDone?.(result);
    },
  });
}
