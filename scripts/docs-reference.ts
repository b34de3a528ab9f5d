/**
 * Writes `docs/reference/` from the code: commands, API, errors, configuration, roles, metrics, policy and tables.
 * `node scripts/docs-reference.ts` writes, `--check` only compares (exit code 1 when something differs). Needs Node 26;
 * API and tables are read from a test database. A test holds the committed pages equal to what this makes.
 */
import { globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorDefinitions, problemType } from '@chengxin/contract';
import { describeExpression, type Expression, expectExpression, type FieldType } from '@chengxin/rules';
import type { Command } from 'commander';
import { buildApp } from '../server/src/app.ts';
import { createCommandContext } from '../server/src/cli/context.ts';
import { buildProgram } from '../server/src/cli/main.ts';
import { readWidget } from '../server/src/kit-routes.ts';
import { permissionNames, permissionRows, roleTable } from '../server/src/modules/identity/permissions.ts';
import {
  type Basis,
  type Bilingual,
  basisLine,
  compilePolicy,
  DISCLOSURE_FACTS,
  type DisclosureRegime,
  loadPolicyFiles,
  type PolicyFile,
  type PolicyRuntime,
} from '../server/src/modules/policy/index.ts';
import { loadConfig, repositoryRoot } from '../server/src/platform/config.ts';
import { query, sql } from '../server/src/platform/db.ts';
import { roleNames } from '../server/src/platform/embedded-postgres/roles.ts';
import { telemetryOf } from '../server/src/platform/telemetry.ts';
import { createTestContext, type TestContext } from '../server/src/testing-context.ts';
import { casesOf, expected, type Outcome, whos, whoWords } from '../tests/authorization/format.ts';
import { readTable } from '../tests/authorization/table.ts';

/** Page name → text. */
export type Pages = ReadonlyMap<string, string>;

/** Tables of rules with the tests that cover them: written by hand, held by tests/docs/rules-covered.test.ts. */
export const handWritten: ReadonlySet<string> = new Set(['rules-objections.md', 'rules-repair.md']);
export const referenceFolder: string = join(repositoryRoot, 'docs', 'reference');

/** Patterns hold brackets, which would read as links. */
const cell = (text: string): string =>
  text
    .replaceAll('|', '\\|')
    .replaceAll('](', ']\\(')
    .replaceAll(/\s*\n\s*/g, ' ');
const code = (text: string): string => (text === '' ? '' : `\`${text}\``);
const both = (words: Bilingual): string => (words.zh === words.en ? words.zh : `${words.zh}<br>${words.en}`);
const bases = (list: readonly Basis[] | undefined): string => (list ?? []).map(basisLine).join('<br>');
const mark = (confirmed: boolean | undefined): string => (confirmed === false ? 'no' : 'yes');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

function page(title: string, ...parts: readonly string[]): string {
  const note =
    '<!-- Made by scripts/docs-reference.ts from the code. Do not edit: change the code and run it again. -->';
  return `${[note, `# ${title}`, ...parts.filter((part) => part.trim() !== '')].join('\n\n')}\n`;
}

// ── Commands ────────────────────────────────────────────────────────────────────────────────────────────────────────

function optionRows(command: Command): string[][] {
  return command.options.map((option) => [
    code(option.flags),
    option.description,
    option.mandatory ? 'required' : option.defaultValue === undefined ? '' : code(String(option.defaultValue)),
  ]);
}

function commandParts(command: Command, parent: string): string[] {
  const name = `${parent} ${command.name()}`;
  const args = command.registeredArguments;
  const usage = [...args.map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}]`)), '[options]'].join(' ');
  const own = [
    `## ${name.replace('./chengxin ', '')}`,
    `\`${name} ${usage}\``,
    command.description(),
    table(
      ['Argument', 'Meaning'],
      args.map((one) => [code(one.name()), one.description]),
    ),
    table(['Option', 'Meaning', 'Default'], optionRows(command)),
  ];
  const children = command.commands.filter((child) => child.name() !== 'help');
  if (children.length > 0) return children.flatMap((child) => commandParts(child, name));
  return own;
}

async function cliPage(): Promise<string> {
  const context = createCommandContext(false);
  const program = await buildProgram(context, []);
  const commands = program.commands
    .filter((command) => command.name() !== 'help')
    .sort((a, b) => (a.name() < b.name() ? -1 : 1));
  await context.end();
  return page(
    'Commands',
    'Run in the folder of the program. `./chengxin COMMAND --help` says the same.',
    table(
      ['Exit code', 'Meaning'],
      [
        ['0', 'done'],
        ['1', 'findings or refusals'],
        ['2', 'usage'],
        ['3', 'environment: configuration, database, disk, files'],
      ],
    ),
    'With `--json` one object goes to standard output and nothing else. Remarks go to standard error. An error with `--json` is `{"error": {"code", "zh", "en"}}`.',
    ...commands.flatMap((command) => commandParts(command, './chengxin')),
  );
}

// ── Errors, roles, metrics ──────────────────────────────────────────────────────────────────────────────────────────

function errorsPage(): string {
  const rows = Object.entries(errorDefinitions).map(([name, { status, zh, en }]) => [
    code(name),
    String(status),
    both({ zh, en }),
  ]);
  return page(
    'Error codes',
    `Every error answer is a problem (RFC 9457), \`application/problem+json\`. \`type\` is \`${problemType('conflict').replace('conflict', '<code>')}\`. The set is closed: a code never changes its meaning or status. An operation may give a more precise text; \`errors[]\` names the places.`,
    table(['Code', 'Status', 'Default text'], rows),
  );
}

function rolesPage(): string {
  const roles = Object.entries(roleTable);
  return page(
    'Roles and permissions',
    '`own` reaches the rows of the account’s body, of bodies below it and of bodies that it succeeded; `all` reaches every body’s. What is not named is denied. The operator is the command line on the machine itself. Purpose: the request states one of the policy list, which is logged with the act. Factor: how strongly the session must have been opened, where the installation has second factors.',
    table(
      ['Permission', 'Purpose', 'Factor', ...roles.map(([role]) => role)],
      permissionNames.map((name) => [
        code(name),
        permissionRows[name].purpose === 'required' ? 'yes' : '',
        permissionRows[name].factor,
        ...roles.map(([, row]) => (name === 'public.read' ? 'all' : (row[name] ?? ''))),
      ]),
    ),
  );
}

const outcomeMarks: Readonly<Record<Outcome, string>> = {
  ok: '✓',
  signIn: '401',
  forbidden: '403',
  hidden: '404',
  invalid: '400',
  conflict: '409',
  closed: '503',
};

/** The table that `tests/authorization/routes.test.ts` executes, cell by cell. */
async function accessTablePage(): Promise<string> {
  const { rows, modules } = await readTable();
  const files = [...new Set(modules.values())];
  const parts = files.flatMap((file) => [
    `## ${file.replace('.ts', '')}`,
    table(
      ['Route', 'Case', ...whos.map((who) => who)],
      [...rows]
        .filter(([route]) => modules.get(route) === file)
        .flatMap(([route, row]) =>
          casesOf(row).map((entry) => [
            code(route.replaceAll('::', ':')),
            entry.when ?? '',
            ...whos.map((who) => outcomeMarks[expected(entry.expect, who)]),
          ]),
        ),
    ),
  ]);
  return page(
    'Who may call what',
    'Every route by every caller, as declared in `tests/authorization/rows/` and executed by `tests/authorization/routes.test.ts`. ✓ answered · 401 asked to sign in · 403 refused · 404 hidden: it exists, the caller must not learn it · 400 a purpose or another fact is missing · 409 not in that state · 503 closed by the emergency switch or by read-only mode.',
    whos.map((who) => `- \`${who}\`: ${whoWords[who]}`).join('\n'),
    ...parts,
  );
}

function kitPage(): string {
  const { version, url, integrity, content, gzip } = readWidget(repositoryRoot);
  const entries = JSON.parse(readFileSync(join(repositoryRoot, 'packages', 'client', 'package.json'), 'utf8')) as {
    exports: Record<string, string>;
  };
  const about = (file: string): string =>
    /^\/\*\*\s*(?:\* )?([\s\S]*?)\*\//
      .exec(readFileSync(join(repositoryRoot, 'packages', 'client', file), 'utf8'))?.[1]
      ?.replaceAll(/\s*\n \*\s?/g, ' ')
      .trim() ?? '';
  return page(
    'Embedding kit',
    `How it is used: [Embedding](../guides/embedding.md). Version ${version}.`,
    '## Widget',
    table(
      ['Address', 'Integrity', 'Bytes', 'Bytes by gzip'],
      [[code(url), code(integrity), String(content.length), String(gzip)]],
    ),
    'A file under a version never changes; `GET /kit/index.json` says the same of the platform that answers.',
    '## Client',
    table(
      ['Entry', 'What it is'],
      Object.entries(entries.exports).map(([name, file]) => [code(`@chengxin/client${name.slice(1)}`), about(file)]),
    ),
  );
}

async function metricsPage(): Promise<string> {
  const metrics = await telemetryOf({}).registry.getMetricsAsJSON();
  const labels = (metric: object): string =>
    'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames.join(', ') : '';
  const registered = telemetryOf(metricsPage).registry.getMetricsAsArray();
  return page(
    'Metrics',
    '`GET /metrics`, Prometheus text format, answered to this machine only. Beside these come the usual figures of a Node process (memory, event loop, garbage collection) with the prefix `chengxin_`.',
    table(
      ['Name', 'Type', 'Labels', 'Meaning'],
      metrics.map((metric, index) => [
        code(metric.name),
        String(metric.type),
        labels(registered[index] ?? {}),
        metric.help,
      ]),
    ),
  );
}

// ── Configuration ───────────────────────────────────────────────────────────────────────────────────────────────────

interface Variable {
  readonly name: string;
  readonly fallback: string;
  readonly meaning: string;
}

const variables: readonly Variable[] = [
  { name: 'PORT', fallback: '8080', meaning: 'Port of the server. 0 to 65535.' },
  {
    name: 'HOST',
    fallback: '127.0.0.1',
    meaning: 'Address to listen on. With the demonstration city loaded any address but this machine’s is refused.',
  },
  {
    name: 'PUBLIC_URL',
    fallback: 'http(s)://HOST:PORT',
    meaning:
      'The address by which others reach this installation; printed in reports and QR codes. With https the session cookie is Secure and HSTS is sent.',
  },
  {
    name: 'DATA_DIR',
    fallback: '.data',
    meaning:
      'Keys, files as received, state and the embedded database. A relative path is taken from the program’s folder.',
  },
  {
    name: 'POLICY_DIR',
    fallback: '',
    meaning: 'The city’s own policy folder, read after the shipped one. See policy/README.md.',
  },
  {
    name: 'DATABASE_URL',
    fallback: '',
    meaning: 'The owner’s connection to a PostgreSQL server of one’s own (15 or later). Empty: the embedded server.',
  },
  ...(['app', 'person', 'log', 'sealer', 'audit'] as const).map((role) => ({
    name: `DATABASE_URL_${role.toUpperCase()}`,
    fallback: 'DATABASE_URL',
    meaning: `Connection of the login \`${role}\`. \`./chengxin roles\` prints the SQL that makes it.`,
  })),
  {
    name: 'TRUST_PROXY',
    fallback: 'no',
    meaning:
      '`1` when a proxy in front ends TLS and sets X-Forwarded-*; or a list of the proxies’ addresses and networks, separated by commas.',
  },
  { name: 'TLS_CERT_FILE', fallback: '', meaning: 'Certificate chain (PEM) when this process ends TLS itself.' },
  { name: 'TLS_KEY_FILE', fallback: '', meaning: 'Private key (PEM) belonging to it. Both or neither.' },
  {
    name: 'SCANNER',
    fallback: '',
    meaning:
      'The virus scanner of files as received: `clamd://HOST:PORT` or `clamd:/path/of/socket`. Once named, a file that it did not pass is not kept, also when it does not answer.',
  },
  {
    name: 'COLLECT_FILES',
    fallback: '2',
    meaning:
      'Files that are worked off side by side, 1 to 4. Each takes a thread and about 100 MB; the others wait in turn.',
  },
  {
    name: 'LOG_LEVEL',
    fallback: 'warn',
    meaning: 'fatal, error, warn, info, debug, trace or silent. `info` writes a line for each request.',
  },
  {
    name: 'DROP_FOLDER',
    fallback: '',
    meaning:
      'Drop folders of front-end machines, one below it for each body, named by its unified code. See [Channels](../operate/channels.md).',
  },
  {
    name: 'MAIL_URL',
    fallback: '',
    meaning:
      'The mail server: `smtps://user:password@host:465` or `smtp://host:25`. Unset, nobody is told by e-mail. See [Notices](../operate/notices.md).',
  },
  { name: 'MAIL_FROM', fallback: '', meaning: 'The address that mails come from.' },
  {
    name: 'SMS_URL',
    fallback: '',
    meaning:
      'The gateway of text messages: takes a signed POST. Unset, no text messages. See [Notices](../operate/notices.md).',
  },
  { name: 'SMS_SECRET', fallback: '', meaning: 'Secret shared with that gateway, 32 characters at least.' },
  { name: 'IM_URL', fallback: '', meaning: 'The same for the government messenger (政务即时通讯).' },
  { name: 'IM_SECRET', fallback: '', meaning: 'Secret shared with it.' },
  {
    name: 'PULL_HOSTS',
    fallback: '',
    meaning:
      '`host:port`, separated by commas: the only databases of departments that are ever connected to. See [Channels](../operate/channels.md).',
  },
  {
    name: 'RECEIVER_HOSTS',
    fallback: '',
    meaning:
      '`host:port`, separated by commas: receivers of take-down messages that may be at a private address. Every other one must have a public address; all answer by https. See [Take-down](../operate/take-down.md).',
  },
  {
    name: 'LOG_SEAL_HASH',
    fallback: 'sha256',
    meaning: 'The hash of new seals of the access log: `sha256`, or `sm3` (GB/T 32905). Older seals keep theirs.',
  },
  {
    name: 'LOG_CHECKPOINT_DIR',
    fallback: 'DATA_DIR/checkpoints',
    meaning: 'Where the hourly checkpoint of the access log is written. Ship this folder to another machine.',
  },
  {
    name: 'LOG_ARCHIVE_DIR',
    fallback: 'DATA_DIR/log-archive',
    meaning: 'Where `archive-log` writes the months of the access log that leave the database.',
  },
  { name: 'NODE_ENV', fallback: 'production', meaning: 'production, development or test.' },
];

/** Read by the code but not meant for an operator: what the tests and the system set. `CHENGXIN_…` is the launcher’s and the tests’ own. */
const internalVariables: ReadonlySet<string> = new Set([
  'CHROMIUM_PATH',
  'FONTCONFIG_FILE',
  'PATH',
  'PGUSER',
  'SUDO_USER',
]);

/** Every variable that the code names; one that nobody described here stops the generator. */
function checkVariables(): void {
  const files = globSync(['server/src/**/*.ts', 'scripts/**/*.mjs', 'packages/*/src/**/*.ts'], { cwd: repositoryRoot });
  const described = new Set([...variables.map((one) => one.name), ...internalVariables]);
  const unknown = new Set<string>();
  for (const file of files.filter((name) => !name.endsWith('.test.ts'))) {
    const text = readFileSync(join(repositoryRoot, file), 'utf8');
    for (const [, name = ''] of text.matchAll(/\benv\.((?!CHENGXIN_)[A-Z][A-Z0-9_]+)\b/g))
      if (!described.has(name)) unknown.add(name);
  }
  if (unknown.size > 0) throw new Error(`describe in scripts/docs-reference.ts: ${[...unknown].join(', ')}`);
}

function configurationPage(): string {
  checkVariables();
  const fresh = loadConfig({}, repositoryRoot);
  const stated = [String(fresh.port), fresh.host] as const;
  if (stated[0] !== '8080' || stated[1] !== '127.0.0.1') throw new Error('the defaults in docs-reference.ts are old');
  return page(
    'Configuration',
    'Environment variables, read once at start. A wrong value stops the program with exit code 3 and names everything that is wrong.',
    table(
      ['Variable', 'Default', 'Meaning'],
      variables.map((one) => [code(one.name), code(one.fallback), one.meaning]),
    ),
  );
}

// ── Policy ──────────────────────────────────────────────────────────────────────────────────────────────────────────

interface ShippedPolicy {
  readonly files: readonly PolicyFile[];
  readonly runtime: PolicyRuntime;
}

async function shippedPolicy(): Promise<ShippedPolicy> {
  const { files, problems } = await loadPolicyFiles([join(repositoryRoot, 'policy')]);
  if (problems.length > 0) throw new Error(`the policy has ${problems.length} problems: ./chengxin policy check`);
  return { files, runtime: compilePolicy(files, 0, 'reference') };
}

type FileOf<Kind extends PolicyFile['kind']> = Extract<PolicyFile, { kind: Kind }>;
const filesOf = <Kind extends PolicyFile['kind']>(files: readonly PolicyFile[], kind: Kind): FileOf<Kind>[] =>
  files.filter((file): file is FileOf<Kind> => file.kind === kind);

const period = (file: { validFrom?: string; validTo?: string }): string =>
  file.validFrom === undefined && file.validTo === undefined
    ? 'open'
    : `${file.validFrom ?? ''} – ${file.validTo ?? ''}`;

function policyPage({ files, runtime }: ShippedPolicy): string {
  const unconfirmed = runtime.unconfirmed();
  return page(
    'Policy files',
    `${files.length} files are shipped in \`policy/\`. \`confirmed: no\` means that the file, or a row in it, was not read in the official text: ${unconfirmed.length} entries, listed below. A city confirms or replaces them in its own folder.`,
    table(
      ['Kind', 'Key', 'Name', 'In effect', 'Confirmed', 'Basis'],
      files.map((file) => [
        code(file.kind),
        code(file.key),
        both(file.name),
        period(file),
        mark(file.confirmed),
        bases(file.basis),
      ]),
    ),
    '## Entries still to be confirmed against the official text',
    table(
      ['Kind', 'Key', 'Entry', 'Name'],
      unconfirmed.map((entry) => [
        code(entry.kind),
        code(entry.key),
        entry.id === undefined ? 'the file' : code(entry.id),
        both(entry.name),
      ]),
    ),
  );
}

function fieldLabels(fields: readonly { code: string; label: Bilingual }[]): Record<string, Bilingual> {
  return Object.fromEntries(fields.map((field) => [field.code, field.label]));
}

function editionParts(file: FileOf<'dataStandard'>): string[] {
  const labels = fieldLabels(file.body.fields);
  return file.body.editions.flatMap((edition) => {
    const maps = Object.entries(edition.maps ?? {}).map(([heading, map]) => [
      code(heading),
      code(map.field),
      Object.entries(map.constants ?? {})
        .map(([field, value]) => `${field} = ${value}`)
        .join(', '),
      Object.entries(map.values ?? {})
        .map(([from, to]) => `${from} → ${to}`)
        .join(', '),
    ]);
    return [
      `### ${edition.name.zh}  ${edition.name.en}`,
      `\`${edition.key}\`, ${edition.columns.length} columns, in effect ${period(edition)}, confirmed: ${mark(edition.confirmed ?? file.confirmed)}.${edition.counterparty === undefined ? '' : ` Counterparties are ${edition.counterparty === 'person' ? 'natural persons' : 'organisations'}.`}`,
      edition.columns.map((column) => `${code(column)} ${labels[column]?.zh ?? ''}`.trim()).join(' · '),
      maps.length === 0 ? '' : 'Columns of this edition that other fields hold:',
      table(['Heading', 'Field', 'Sets', 'Values'], maps),
      edition.optional?.length ? `May be empty or missing here: ${edition.optional.map(code).join(', ')}.` : '',
      edition.ignored?.length ? `Read past: ${edition.ignored.map(code).join(', ')}.` : '',
    ];
  });
}

function recordedUnder(body: FileOf<'dataStandard'>['body']): string {
  const items = Object.entries(body.itemBy?.items ?? {});
  const base = `recorded under the catalogue item ${code(body.item)}`;
  if (!body.itemBy || items.length === 0) return base;
  return `${base}, by ${code(body.itemBy.field)}: ${items.map(([value, item]) => `${value} → ${code(item)}`).join(', ')}`;
}

function standardParts(file: FileOf<'dataStandard'>): string[] {
  const { body } = file;
  return [
    `## ${file.name.zh}  ${file.name.en}`,
    `\`--standard ${body.standard}\`, ${recordedUnder(body)}. ${body.registers ? `Rows are the register itself (${body.registers.join(', ')}).` : `The same fact: subject, ${[...body.keyRoles, ...(body.keyFields ?? []).map(code)].join(', ') || 'item'}.`} Basis: ${file.basis.map(basisLine).join('; ')}.`,
    file.note ?? '',
    table(
      ['Column', 'Name', 'Type', 'Required', 'Values', 'Who may read', 'Person data', 'Confirmed'],
      body.fields.map((field) => [
        code(field.code),
        both(field.label),
        field.length === undefined ? field.type : `${field.type} ≤ ${field.length}`,
        field.required,
        field.codeTable === undefined ? '' : code(field.codeTable),
        field.publicity,
        field.person ?? '',
        mark(field.confirmed ?? file.confirmed),
      ]),
    ),
    ...editionParts(file),
  ];
}

function standardsPage({ files }: ShippedPolicy): string {
  const tables = filesOf(files, 'codeTable');
  return page(
    'Data standards',
    'A file is recognised by its headings: the column code, the Chinese name, or one of the aliases in `policy/standards/`. `amount10k` is 万元 with six decimals at the border and an integer number of fen inside. `conditional` columns are governed by a [quality rule](rules.md).',
    ...filesOf(files, 'dataStandard').flatMap(standardParts),
    '## Code tables',
    ...tables.flatMap((file) => [
      `### ${file.key}: ${file.name.zh}  ${file.name.en}`,
      table(
        ['Value', 'Name', 'Also accepted', 'Confirmed'],
        file.body.values.map((value) => [
          code(value.code),
          value.label.zh === value.code ? value.label.en : both(value.label),
          (value.aliases ?? []).join('、'),
          mark(value.confirmed ?? file.confirmed),
        ]),
      ),
    ]),
    `Divisions (GB/T 2260, in part: ${filesOf(files, 'divisions').reduce((n, file) => n + file.body.divisions.length, 0)} codes) and industries (GB/T 4754-2017: ${filesOf(files, 'industries').reduce((n, file) => n + file.body.industries.length, 0)} classes) are in \`policy/codes/\`.`,
  );
}

const severityWords: Readonly<Record<string, string>> = {
  correct: 'corrected, accepted',
  warn: 'accepted, told',
  doubt: 'waits for a decision',
  refuse: 'refused',
};

function conditionOf(runtime: PolicyRuntime, standard: string, id: string): string {
  const rule = runtime.rules(standard).find((one) => one.id === id);
  if (!rule || rule.builtin) return 'tested in code';
  const labels = { fields: fieldLabels(runtime.standard(standard).fields) };
  // Brackets of a pattern are no link.
  const say = (expression: Expression): string => describeExpression(expression, labels).en.replaceAll('](', ']\\(');
  const require = rule.require === undefined ? '' : say(rule.require);
  return rule.when === undefined ? require : `when ${say(rule.when)}: ${require}`;
}

function rulesPage({ files, runtime }: ShippedPolicy): string {
  const sets = filesOf(files, 'ruleSet');
  return page(
    'Quality rules',
    `What a finding can say. Severity: ${Object.entries(severityWords)
      .map(([name, words]) => `\`${name}\` ${words}`)
      .join(
        '; ',
      )}. \`{…}\` is filled from the row. Each finding keeps the rule and the version of the rule that made it.`,
    ...sets.flatMap((file) => [
      `## ${file.name.zh}  ${file.name.en}`,
      `Applies to: ${file.body.standards.includes('*') ? 'every standard' : file.body.standards.map(code).join(', ')}. Basis, where a rule names none of its own: ${file.basis.map(basisLine).join('; ')}.`,
      file.note ?? '',
      table(
        ['Rule', 'Severity', 'Column', 'Holds when', 'Says', 'What to do', 'Basis of its own', 'Confirmed'],
        file.body.rules.map((rule) => [
          code(rule.id),
          rule.severity,
          rule.field !== undefined ? code(rule.field) : rule.role !== undefined ? `role ${code(rule.role)}` : '',
          conditionOf(
            runtime,
            file.body.standards.find((key) => key !== '*' && runtime.rules(key).some((one) => one.id === rule.id)) ??
              runtime.standards()[0]?.standard ??
              '',
            rule.id,
          ),
          both(rule.message),
          both(rule.fix),
          bases(rule.basis),
          mark(rule.confirmed ?? file.confirmed),
        ]),
      ),
    ]),
  );
}

function cataloguePage({ files }: ShippedPolicy): string {
  const parts = filesOf(files, 'catalogue').flatMap((file) => [
    `## ${file.name.zh}  ${file.name.en}`,
    `Basis: ${file.basis.map(basisLine).join('; ')}.`,
    file.note ?? '',
    ...file.body.categories.flatMap((category) => [
      `### ${category.number} ${category.name.zh}  ${category.name.en}`,
      table(
        ['Item', 'Name', 'Reported by', 'About', 'Who may read', 'Standard', 'Kept (years)', 'Basis', 'Confirmed'],
        file.body.items
          .filter((item) => item.category === category.key)
          .map((item) => [
            code(item.key),
            both(item.name),
            item.responsible.join('、'),
            item.subjects.join(', '),
            item.publicity,
            item.standard === undefined ? '' : code(item.standard),
            item.retentionYears === undefined ? '' : String(item.retentionYears),
            bases(item.basis),
            mark(item.confirmed ?? file.confirmed),
          ]),
      ),
    ]),
  ]);
  return page(
    'Catalogue',
    'What is not in the catalogue, or in a lawful local supplement, cannot be recorded. Only items with a standard can be reported today. Nothing about a natural person is ever public, whatever an item says.',
    ...parts,
  );
}

const factLabels: Readonly<Record<string, Bilingual>> = {
  categories: { zh: '类别', en: 'categories' },
  amountFen: { zh: '罚款（分）', en: 'fine (fen)' },
  confiscatedFen: { zh: '没收（分）', en: 'confiscated (fen)' },
  procedure: { zh: '程序', en: 'procedure' },
  subjectKind: { zh: '主体类型', en: 'kind of subject' },
  decidedOn: { zh: '决定日期', en: 'decision date' },
  domain: { zh: '领域', en: 'domain' },
};
const sayFacts = (when: unknown): string =>
  describeExpression(expectExpression(when, DISCLOSURE_FACTS as Record<string, FieldType>), { fields: factLabels }).en;

function regimeParts(file: FileOf<'disclosure'>): string[] {
  const body: DisclosureRegime = file.body;
  return [
    `## ${file.name.zh}  ${file.name.en}`,
    `\`${file.key}\`, for ${body.items.map(code).join(', ')}, ${body.lane === 'marketRegister' ? 'on the register’s own publicity system' : 'on the credit platform'}, in effect ${period(file)}, confirmed: ${mark(file.confirmed)}. Basis: ${file.basis.map(basisLine).join('; ')}.`,
    file.note ?? '',
    body.whileEffective ? `Shown while in effect. ${basisLine(body.whileEffective.basis)}` : '',
    table(
      ['Class', 'Shown', 'Months at least', 'Months at most', 'Basis'],
      Object.entries(body.classes ?? {}).map(([name, one]) => [
        name,
        one.shown ? 'yes' : 'no',
        String(one.minMonths),
        String(one.maxMonths),
        basisLine(one.basis),
      ]),
    ),
    body.classification ? 'The first row that holds gives the class:' : '',
    table(
      ['Class', 'When', 'Basis', 'Confirmed'],
      (body.classification ?? []).map((row) => [
        row.severity,
        sayFacts(row.when),
        basisLine(row.basis),
        mark(row.confirmed ?? file.confirmed),
      ]),
    ),
    body.never ? 'Never on the public site:' : '',
    table(
      ['Rule', 'Name', 'When', 'Basis', 'Confirmed'],
      (body.never ?? []).map((row) => [
        code(row.id),
        both(row.name),
        sayFacts(row.when),
        basisLine(row.basis),
        mark(row.confirmed ?? file.confirmed),
      ]),
    ),
  ];
}

function qualityPage({ files }: ShippedPolicy): string {
  const unit = { percent: '%', permille: '‰', days: ' working days' } as const;
  return page(
    'Rates of quality',
    'What each rate counts over what, its target and when it warns. A rate without a denominator has no figure. How rows become counts: [Quality](../concepts/quality.md).',
    ...filesOf(files, 'qualityRules').flatMap((file) => [
      `## ${both(file.name)}`,
      `Arrival is due ${file.body.dueWorkingDays} working days after the decision, for: ${file.body.dueStandards.map(code).join(', ')}. Months are confirmed by working day ${file.body.confirmWorkingDays} of the next month; a reminder goes out ${file.body.remindWorkingDays} working days before. Letters are answered within ${file.body.replyWorkingDays} working days. Findings that mean a wrong code: ${file.body.codeRules.map(code).join(', ')}.`,
      table(
        [
          'Code',
          'Name',
          'Numerator',
          'Denominator',
          'Target',
          'Yellow',
          'Red',
          'Weight in the ranking',
          'Basis',
          'Confirmed',
        ],
        file.body.indicators.map((one) => [
          one.code,
          both(one.name),
          both(one.numerator),
          both(one.denominator),
          `${one.target}${unit[one.unit]}`,
          one.yellow === undefined ? '' : `${one.better === 'high' ? 'below' : 'above'} ${one.yellow}`,
          one.red === undefined ? '' : `${one.better === 'high' ? 'below' : 'above'} ${one.red}`,
          one.weight === undefined ? '' : String(one.weight),
          bases(one.basis),
          mark(one.confirmed ?? file.confirmed),
        ]),
      ),
    ]),
  );
}

function disclosurePage({ files }: ShippedPolicy): string {
  return page(
    'Disclosure regimes',
    'Whether the public may see a record is computed at every read from these files and from what happened to the record. Months run from the date of the document. Where two regimes could govern a record, the one that favours the subject does.',
    ...filesOf(files, 'disclosure').flatMap(regimeParts),
  );
}

// ── API ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly description?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly {
    name: string;
    in: string;
    required?: boolean;
    description?: string;
    schema?: Schema;
  }[];
  readonly requestBody?: { content?: Readonly<Record<string, { schema?: Schema }>> };
  readonly responses?: Readonly<Record<string, { content?: Readonly<Record<string, { schema?: Schema }>> }>>;
  readonly 'x-permission'?: string;
}

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' or ');
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  const base = typeof schema.type === 'string' ? schema.type : 'object';
  const range =
    schema.minimum === undefined && schema.maximum === undefined
      ? ''
      : `${schema.minimum ?? ''}…${schema.maximum ?? ''}`;
  const limits = [schema.format ?? '', schema.maxLength ? `≤ ${schema.maxLength}` : '', range].filter(Boolean);
  return limits.length > 0 ? `${base} (${limits.join(', ')})` : base;
}

/** The objects behind lists, nullable unions and intersections. */
function objectsIn(schema: Schema): readonly Schema[] {
  if (schema.properties) return [schema];
  if (schema.items) return objectsIn(schema.items);
  return [...(schema.anyOf ?? []), ...(schema.allOf ?? [])].flatMap(objectsIn);
}

const maxDepth = 3;

function fieldRows(schema: Schema, prefix = '', depth = 0): string[][] {
  if (depth > maxDepth) return [];
  return objectsIn(schema).flatMap((object) =>
    Object.entries(object.properties ?? {}).flatMap(([name, field]) => {
      const path = prefix === '' ? name : `${prefix}.${name}`;
      const row = [code(path), typeOf(field), object.required?.includes(name) ? 'yes' : '', field.description ?? ''];
      return [row, ...fieldRows(field, field.type === 'array' ? `${path}[]` : path, depth + 1)];
    }),
  );
}

function operationParts(method: string, path: string, operation: Operation): string[] {
  const head = ['Name', 'Type', 'Required', 'Meaning'];
  const parameters = (operation.parameters ?? []).map((one) => [
    `${code(one.name)} (${one.in})`,
    typeOf(one.schema ?? {}),
    one.required ? 'yes' : '',
    one.description ?? one.schema?.description ?? '',
  ]);
  const bodies = Object.entries(operation.requestBody?.content ?? {}).flatMap(([type, media]) => {
    const rows = fieldRows(media.schema ?? {});
    return rows.length > 0 ? [`Request, \`${type}\`:`, table(head, rows)] : [];
  });
  const answers = Object.entries(operation.responses ?? {}).flatMap(([status, answer]) => {
    if (status === 'default') return [];
    const rows = Object.values(answer.content ?? {}).flatMap((media) => fieldRows(media.schema ?? {}));
    return rows.length > 0 ? [`Answer ${status}:`, table(['Name', 'Type', 'Always', 'Meaning'], rows)] : [];
  });
  return [
    `### ${method.toUpperCase()} ${path}`,
    [operation.summary, operation.description].filter(Boolean).join('. '),
    `Permission: \`${operation['x-permission'] ?? 'public'}\`.`,
    table(head, parameters),
    ...bodies,
    ...answers,
  ];
}

async function apiPage(test: TestContext): Promise<string> {
  const app = await buildApp(test.ctx);
  const answer = await app.inject({ url: '/api/v1/openapi.json' });
  await app.close();
  const { paths } = answer.json<{ paths: Record<string, Record<string, Operation>> }>();
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method,
      path,
      operation,
      tag: operation.tags?.[0] ?? 'other',
    })),
  );
  const tags = [...new Set(operations.map((one) => one.tag))];
  return page(
    'HTTP API',
    'Machine-readable: `/api/v1/openapi.json` (OpenAPI 3.1); the same as a page: `/api/v1/docs`. Every list is `{items, nextCursor, dataAsOf}`; give `nextCursor` back as `cursor`. Errors: [error codes](errors.md). Permissions: [roles](roles.md). Samples: [API clients](../guides/api-clients.md).',
    ...tags.flatMap((tag) => [
      `## ${tag}`,
      ...operations
        .filter((one) => one.tag === tag)
        .flatMap((one) => operationParts(one.method, one.path, one.operation)),
    ]),
  );
}

// ── Tables ──────────────────────────────────────────────────────────────────────────────────────────────────────────

interface TableWords {
  readonly table: string;
  readonly columns: ReadonlyMap<string, string>;
}

const comment = (lines: readonly string[]): string => lines.map((line) => line.trim().replace(/^--\s?/, '')).join(' ');

/** The comments of the migrations: above a table, and above or behind a column. */
function migrationWords(): Map<string, TableWords> {
  const folder = join(repositoryRoot, 'migrations');
  const found = new Map<string, TableWords>();
  for (const name of readdirSync(folder)
    .filter((file) => /^\d{4}-.*\.sql$/.test(file))
    .sort()) {
    const lines = readFileSync(join(folder, name), 'utf8').split('\n');
    let above: string[] = [];
    let inside: Map<string, string> | null = null;
    for (const line of lines) {
      const begin = /^CREATE TABLE ([a-z_]+\.[a-z_0-9]+) \(/.exec(line);
      const column = /^\s+([a-z_][a-z_0-9]*)\s/.exec(line);
      if (begin?.[1]) {
        inside = new Map();
        found.set(begin[1], { table: comment(above), columns: inside });
      } else if (inside && column?.[1] && above.length > 0) inside.set(column[1], comment(above));
      if (/^\)/.test(line)) inside = null;
      above = /^\s*--/.test(line) ? [...above, line] : [];
    }
  }
  return found;
}

interface ColumnRow {
  schema: string;
  relation: string;
  name: string;
  type: string;
  required: boolean;
  fallback: string | null;
}
interface ConstraintRow {
  schema: string;
  relation: string;
  kind: string;
  definition: string;
}
interface RightRow {
  schema: string;
  relation: string;
  login: string;
  privilege: string;
  columns: string[] | null;
}

const schemas = ['core', 'person', 'identity', 'log', 'platform'];

async function readCatalog(test: TestContext): Promise<[ColumnRow[], ConstraintRow[], RightRow[]]> {
  const { migrator } = test.database.databases;
  const columns = await query<ColumnRow>(
    migrator,
    sql`select n.nspname as schema, c.relname as relation, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
          a.attnotnull as required, pg_get_expr(d.adbin, d.adrelid) as fallback
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
        where n.nspname = any(${schemas}::text[]) and c.relkind in ('r', 'p') and not c.relispartition
        order by 1, 2, a.attnum`,
  );
  const constraints = await query<ConstraintRow>(
    migrator,
    sql`select n.nspname as schema, c.relname as relation, k.contype::text as kind, pg_get_constraintdef(k.oid) as definition
        from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = any(${schemas}::text[]) and k.contype in ('p', 'u', 'c', 'f') and not c.relispartition
        union all
        select n.nspname, c.relname, 'i', regexp_replace(pg_get_indexdef(i.indexrelid), '^CREATE (UNIQUE )?INDEX \\S+ ON (ONLY )?\\S+ USING ', '\\1')
        from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = any(${schemas}::text[]) and not c.relispartition
          and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u'))
        order by 1, 2, 3 desc, 4`,
  );
  const rights = await query<RightRow>(
    migrator,
    sql`select n.nspname as schema, c.relname as relation, g.rolname as login, x.privilege_type as privilege, null::text[] as columns
        from pg_class c join pg_namespace n on n.oid = c.relnamespace cross join lateral aclexplode(c.relacl) x
        join pg_roles g on g.oid = x.grantee
        where n.nspname = any(${schemas}::text[]) and c.relkind in ('r', 'p') and not c.relispartition
        union all
        select n.nspname, c.relname, g.rolname, x.privilege_type, array_agg(a.attname::text order by a.attnum)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
        cross join lateral aclexplode(a.attacl) x join pg_roles g on g.oid = x.grantee
        where n.nspname = any(${schemas}::text[]) and c.relkind in ('r', 'p') and not c.relispartition
        group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
  );
  return [columns, constraints, rights];
}

const kindWords: Readonly<Record<string, string>> = { p: '', u: '', c: '', f: '', i: 'index ' };

function rightsLine(rows: readonly RightRow[]): string {
  const shortName = new Map(Object.entries(roleNames).map(([role, name]) => [name, role]));
  const logins = [...new Set(rows.map((row) => row.login))].filter((login) => login !== roleNames.migrator);
  if (logins.length === 0) return 'Rights: the owner alone.';
  const words = logins.map((login) => {
    const own = rows.filter((row) => row.login === login);
    const list = own.map((row) => row.privilege.toLowerCase() + (row.columns ? ` (${row.columns.join(', ')})` : ''));
    return `\`${shortName.get(login) ?? login}\` ${list.join(', ')}`;
  });
  return `Rights: ${words.join('; ')}.`;
}

function tableParts(
  name: string,
  words: TableWords | undefined,
  columns: readonly ColumnRow[],
  constraints: readonly ConstraintRow[],
  rights: readonly RightRow[],
): string[] {
  return [
    `### ${name}`,
    words?.table ?? '',
    table(
      ['Column', 'Type', 'Null', 'Default', 'Note'],
      columns.map((column) => [
        code(column.name),
        column.type,
        column.required ? '' : 'yes',
        column.fallback === null ? '' : code(column.fallback),
        words?.columns.get(column.name) ?? '',
      ]),
    ),
    constraints.map((row) => `- \`${kindWords[row.kind] ?? ''}${row.definition.replaceAll('\n', ' ')}\``).join('\n'),
    rightsLine(rights),
  ];
}

async function databasePage(test: TestContext): Promise<string> {
  const words = migrationWords();
  const [columns, constraints, rights] = await readCatalog(test);
  const bySchema = Map.groupBy(columns, (column) => column.schema);
  const parts = schemas.flatMap((schema) => {
    const own = Map.groupBy(bySchema.get(schema) ?? [], (column) => column.relation);
    const here = (row: { schema: string; relation: string }, relation: string): boolean =>
      row.schema === schema && row.relation === relation;
    return [
      `## Schema ${schema}`,
      ...[...own].flatMap(([relation, list]) =>
        tableParts(
          `${schema}.${relation}`,
          words.get(`${schema}.${relation}`),
          list,
          constraints.filter((row) => here(row, relation)),
          rights.filter((row) => here(row, relation)),
        ),
      ),
    ];
  });
  return page(
    'Database tables',
    'As `migrations/` make them. Each login has its own rights: `migrator` owns the schema, `app` runs the modules, `person` alone reaches the person store, `log` inserts into the access log, `sealer` seals it, `audit` reads it. `core.record` has a partition for each year, `log.access_log` one for each month. The schema `graphile_worker` is the queue of jobs and belongs to that library.',
    ...parts,
  );
}

// ── All ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

const index: readonly (readonly [file: string, words: string])[] = [
  ['cli.md', 'the command line'],
  ['api.md', 'the HTTP API'],
  ['errors.md', 'error codes of the API'],
  ['roles.md', 'roles and permissions'],
  ['access-table.md', 'every route by every role, as it is tested'],
  ['configuration.md', 'environment variables'],
  ['metrics.md', 'figures for monitoring'],
  ['policy.md', 'policy files and what is still to be confirmed'],
  ['standards.md', 'data standards, editions, code tables'],
  ['rules.md', 'quality rules'],
  ['catalogue.md', 'the catalogue of public credit information'],
  ['quality.md', 'rates of quality: numerator, denominator, target, warning'],
  ['disclosure.md', 'what is shown to the public and for how long'],
  ['kit.md', 'the embedding kit: widget with its hash, entries of the client'],
  ['database.md', 'tables, keys and rights'],
];

/** Pages that need no database. */
export async function generateOffline(): Promise<Pages> {
  const policy = await shippedPolicy();
  return new Map([
    [
      'README.md',
      page(
        'Reference',
        'Made from the code; a test holds it.',
        index.map(([file, words]) => `- [${file}](${file}): ${words}`).join('\n'),
      ),
    ],
    ['cli.md', await cliPage()],
    ['errors.md', errorsPage()],
    ['roles.md', rolesPage()],
    ['access-table.md', await accessTablePage()],
    ['configuration.md', configurationPage()],
    ['metrics.md', await metricsPage()],
    ['kit.md', kitPage()],
    ['policy.md', policyPage(policy)],
    ['standards.md', standardsPage(policy)],
    ['rules.md', rulesPage(policy)],
    ['catalogue.md', cataloguePage(policy)],
    ['quality.md', qualityPage(policy)],
    ['disclosure.md', disclosurePage(policy)],
  ]);
}

/** Pages that are read from a migrated database and the server built over it. */
export async function generateFromDatabase(): Promise<Pages> {
  const test = await createTestContext();
  try {
    return new Map([
      ['api.md', await apiPage(test)],
      ['database.md', await databasePage(test)],
    ]);
  } finally {
    await test.close();
  }
}

/** Names of pages that are missing or differ from the committed ones. */
export function differences(pages: Pages): string[] {
  const committed = new Set(
    readdirSync(referenceFolder).filter((name) => name.endsWith('.md') && !handWritten.has(name)),
  );
  const wrong = [...pages].filter(
    ([name, text]) => !committed.has(name) || readFileSync(join(referenceFolder, name), 'utf8') !== text,
  );
  return wrong.map(([name]) => name);
}

async function main(args: readonly string[]): Promise<number> {
  const pages: Pages = new Map([...(await generateOffline()), ...(await generateFromDatabase())]);
  mkdirSync(referenceFolder, { recursive: true });
  if (args.includes('--check')) {
    const wrong = differences(pages);
    for (const name of wrong) process.stdout.write(`docs/reference/${name} differs from the code\n`);
    return wrong.length > 0 ? 1 : 0;
  }
  for (const name of readdirSync(referenceFolder))
    if (!pages.has(name) && !handWritten.has(name)) rmSync(join(referenceFolder, name));
  for (const [name, text] of pages) writeFileSync(join(referenceFolder, name), text);
  process.stdout.write(`${pages.size} pages in docs/reference\n`);
  return 0;
}

if (import.meta.main) process.exit(await main(process.argv.slice(2)));
