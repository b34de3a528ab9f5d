import { Button } from 'antd';
import type { ReactNode } from 'react';
import { apiPath, type Query } from '../api/client.ts';

/** A file that the server makes; the browser saves it under the name the server gives. */
export function DownloadButton({
  path,
  query,
  children,
  type,
}: {
  path: string;
  query?: Query;
  children: ReactNode;
  type?: 'primary';
}) {
  return (
    <Button href={apiPath(path, query)} download {...(type ? { type } : {})}>
      {children}
    </Button>
  );
}
