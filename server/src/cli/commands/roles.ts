/** `./chengxin roles`: the SQL that makes the logins and the database on one's own server. Starts nothing. */
import type { Command } from 'commander';
import { databaseRoles } from '../../platform/config.ts';
import { newPasswords, roleNames, rolesSql } from '../../platform/embedded-postgres/roles.ts';
import type { CommandContext } from '../context.ts';

export default function register(program: Command, context: CommandContext): void {
  program
    .command('roles')
    .description('输出在自己的 PostgreSQL 上建账号的 SQL Print the SQL for the logins on your own PostgreSQL')
    .option('--database <name>', '数据库名 name of the database', 'chengxin')
    .action((options: { database: string }) => {
      if (!/^[a-z][a-z0-9_]{0,62}$/.test(options.database)) {
        context.note(
          '数据库名只能用小写字母、数字和下划线。',
          'A database name has lower-case letters, digits and underscores.',
        );
        context.exit(2);
        return;
      }
      const passwords = newPasswords();
      const sql = rolesSql(passwords, options.database);
      const logins = databaseRoles.map((role) => ({ role, login: roleNames[role], password: passwords[role] }));
      context.print({ database: options.database, logins, sql }, sql);
    });
}
