/** What the program is made of: a CycloneDX bill of materials, the licences in it, and what the registry knows against it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmCommand, root } from './tree.mjs';

export const sbomFile = join(root, '.data', 'sbom.cdx.json');

/**
 * Licences under which a city may run, change and pass on the whole. LGPL: libvips, linked at
 * run time by sharp. MPL: lightningcss, unmodified, of the web build. MIT-0: MIT without its one condition (nodemailer).
 */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'LGPL-3.0-or-later',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'MulanPSL-2.0',
  'OFL-1.1',
  'PostgreSQL',
  'Python-2.0',
  'Unlicense',
]);
const auditTimeMs = 30_000;

function npm(args, timeout) {
  const [command, first] = npmCommand();
  return spawnSync(command, [...first, ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 ** 2,
    ...(timeout ? { timeout } : {}),
  });
}

/** `MIT`, `(MIT OR CC0-1.0)`, `MIT AND ISC`: every part of an AND, one of an OR. */
export function isAllowed(expression) {
  const text = expression.replace(/^\(|\)$/g, '');
  if (text.includes(' AND ')) return text.split(' AND ').every((part) => isAllowed(part.trim()));
  if (text.includes(' OR ')) return text.split(' OR ').some((part) => isAllowed(part.trim()));
  return allowed.has(text.trim());
}

const licencesOf = (component) =>
  (component.licenses ?? []).map((entry) => entry.license?.id ?? entry.license?.name ?? entry.expression ?? '(none)');

/** Writes the bill of materials and prints the licences in it. False when a licence is not one of the allowed. */
export function checkLicences() {
  const made = npm(['sbom', '--sbom-format', 'cyclonedx', '--omit=dev']);
  if (made.status !== 0) throw new Error(`npm sbom: exit ${made.status}: ${made.stderr.slice(0, 2000)}`);
  const bill = JSON.parse(made.stdout);
  mkdirSync(join(root, '.data'), { recursive: true, mode: 0o711 });
  writeFileSync(sbomFile, made.stdout);
  const counts = new Map();
  const wrong = [];
  for (const component of bill.components) {
    const licences = licencesOf(component);
    const named = licences.length > 0 ? licences : ['(none)'];
    for (const licence of named) counts.set(licence, (counts.get(licence) ?? 0) + 1);
    if (!named.some(isAllowed)) wrong.push(`${component.name}@${component.version}: ${named.join(', ')}`);
  }
  const list = [...counts].sort((a, b) => b[1] - a[1]).map(([licence, count]) => `${licence} ${count}`);
  process.stdout.write(`${bill.components.length} packages: ${list.join(', ')}\n`);
  for (const line of wrong) process.stderr.write(`licence to be looked at: ${line}\n`);
  return bill.components.length > 50 && wrong.length === 0;
}

/** What the registry's advisories say; told, and no failure: they change without a change of ours. */
export function audit() {
  const asked = npm(['audit', '--omit=dev', '--json'], auditTimeMs);
  let found;
  try {
    found = JSON.parse(asked.stdout).metadata?.vulnerabilities;
  } catch {
    found = undefined;
  }
  if (!found) return 'not run (the registry does not answer it)';
  return Object.entries(found)
    .map(([severity, count]) => `${severity} ${count}`)
    .join(', ');
}
