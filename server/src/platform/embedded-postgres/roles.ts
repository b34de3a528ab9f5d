import { randomBytes } from 'node:crypto';
import { type DatabaseRole, databaseRoles } from '../config.ts';

export const databaseName = 'chengxin';
export const roleNames: Readonly<Record<DatabaseRole, string>> = {
  migrator: 'chengxin_migrator',
  app: 'chengxin_app',
  person: 'chengxin_person',
  log: 'chengxin_log',
  sealer: 'chengxin_sealer',
  audit: 'chengxin_audit',
};

export type Passwords = Readonly<Record<DatabaseRole, string>>;

/** 24 random bytes as letters and digits that need no escape in SQL, URLs and shells. */
export function newPassword(): string {
  return randomBytes(24).toString('base64url');
}

export function newPasswords(): Passwords {
  return {
    migrator: newPassword(),
    app: newPassword(),
    person: newPassword(),
    log: newPassword(),
    sealer: newPassword(),
    audit: newPassword(),
  };
}

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Creates the logins, or sets their passwords when they exist. */
export function roleStatements(passwords: Passwords): string[] {
  return databaseRoles.map((role) => {
    const name = roleNames[role];
    const rights = `LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD ${quote(passwords[role])}`;
    return `DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = ${quote(name)}) THEN ALTER ROLE ${name} ${rights};
  ELSE CREATE ROLE ${name} ${rights}; END IF;
END $$`;
  });
}

/** Who may enter the database; what they may do inside is granted by the migrations. */
export function databaseStatements(database: string): string[] {
  const others = databaseRoles.filter((role) => role !== 'migrator').map((role) => roleNames[role]);
  return [
    `REVOKE ALL ON DATABASE ${database} FROM PUBLIC`,
    `GRANT CONNECT, TEMPORARY ON DATABASE ${database} TO ${others.join(', ')}`,
  ];
}

/** The SQL and settings for one's own server, to be run there by a superuser. */
export function rolesSql(passwords: Passwords = newPasswords(), database: string = databaseName): string {
  const settings = databaseRoles.map((role) => {
    const name = role === 'migrator' ? 'DATABASE_URL' : `DATABASE_URL_${role.toUpperCase()}`;
    return `--   ${name}=postgresql://${roleNames[role]}:${passwords[role]}@HOST:5432/${database}`;
  });
  return [
    '-- 城信：在自己的 PostgreSQL（15 及以上）上由超级用户执行一次。Run once as superuser on your own PostgreSQL (15 or later).',
    '-- 数据库须用 UTF8，且 LC_CTYPE 不能是 C，否则 pg_trgm 看不见汉字。The database must be UTF8 with an LC_CTYPE other than C.',
    '-- 然后设置环境变量 Then set in the environment:',
    ...settings,
    '',
    ...roleStatements(passwords).map((statement) => `${statement};`),
    `CREATE DATABASE ${database} OWNER ${roleNames.migrator} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8';`,
    ...databaseStatements(database).map((statement) => `${statement};`),
    `\\connect ${database}`,
    'CREATE EXTENSION IF NOT EXISTS pg_trgm;',
    'CREATE EXTENSION IF NOT EXISTS btree_gin;',
    '',
  ].join('\n');
}
