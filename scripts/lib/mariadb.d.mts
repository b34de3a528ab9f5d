export interface Mariadb {
  readonly server: string;
  readonly share: string;
  readonly libraries: string;
}
export function findMariadb(): Mariadb | null;
export function ensureMariadb(): Promise<void>;
