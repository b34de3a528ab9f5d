import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { AntProvider } from './app/ant-provider.tsx';
import { router } from './app/router.tsx';
import { whenSignedOut } from './shared/api/client.ts';
import { forgetAll, queryClient } from './shared/api/queries.ts';
import { I18nProvider, loadLanguage } from './shared/i18n/index.tsx';
import './app/desk.css';

whenSignedOut(() => forgetAll(null));

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
const language = await loadLanguage();
createRoot(root).render(
  <StrictMode>
    <I18nProvider initial={language}>
      <QueryClientProvider client={queryClient}>
        <AntProvider>
          <RouterProvider router={router} />
        </AntProvider>
      </QueryClientProvider>
    </I18nProvider>
  </StrictMode>,
);
