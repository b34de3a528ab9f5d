import { useQuery } from '@tanstack/react-query';
import { sessionQuery } from '../../shared/api/queries.ts';

export function useSession() {
  const query = useQuery(sessionQuery);
  const session = query.data ?? null;
  return { query, session, may: (permission: string): boolean => session?.permissions.includes(permission) ?? false };
}
