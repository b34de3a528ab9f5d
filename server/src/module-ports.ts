/** What one module needs of another that it may not import, joined here, at the root (DESIGN §3: left never imports right). */
import type { AppContext } from './context.ts';
import type { ExportPorts } from './modules/access/index.ts';
import type { AccountPorts } from './modules/accounts/index.ts';
import { countOpenOf, endedFigures } from './modules/casework/index.ts';
import { forgetRows, openDraftsOf } from './modules/collection/index.ts';
import { type CredentialPorts, loadPersonProofs } from './modules/credentials/index.ts';
import { discloseRecord } from './modules/disclosure/index.ts';
import { leaveSeriousList, readAnnounced, readPublicEntries, readPublicLists } from './modules/lists/index.ts';
import { readMeasures } from './modules/measures/index.ts';
import { type PersonPorts, signedProofPort, testIdentityProvider } from './modules/persons/index.ts';
import type { QualityPorts } from './modules/quality/index.ts';
import { isKeyed, keyPartsOf, recordKey } from './modules/records/index.ts';
import type { RepairPorts } from './modules/repair/index.ts';
import { verifyAnyReport } from './modules/reports/index.ts';
import { countExport, exportRecords, findArchiveSubject, type SubjectPorts } from './modules/subjects/index.ts';
import { DomainError } from './platform/errors.ts';

/** Exports are decided by access and read by subjects. */
export function exportPorts(ctx: AppContext): ExportPorts {
  const ports = subjectPorts(ctx);
  return {
    count: countExport,
    rows: (client, reading, filter, limit) => exportRecords(ctx, client, ports, reading, filter, limit),
  };
}

export function subjectPorts(ctx: AppContext): SubjectPorts {
  return {
    lists: { all: readPublicLists, entries: readPublicEntries, announced: readAnnounced },
    measures: readMeasures,
    disclose: discloseRecord,
    rekey: (record, canonicalId) => {
      // The register keys by source and subject, not by document: its rows are filled again by the next registration.
      const standard = ctx.policy().standard(record.standard);
      if (!isKeyed(standard)) return null;
      const value = (code: string): string | null => {
        const held = record.payload[code];
        return typeof held === 'string' ? held : null;
      };
      return recordKey({ ...keyPartsOf(standard, { ...record, value }), canonicalSubjectId: canonicalId });
    },
    verifyReport: verifyAnyReport,
  };
}

/** Work that waits for one person. Drafts belong to the body: any second reader finds them, so that nothing is handed over. */
export const accountPorts: AccountPorts = {
  taskOwners: [
    {
      key: 'drafts',
      name: { zh: '待复核的录入', en: 'entries that wait for a second reader' },
      countOpen: openDraftsOf,
    },
    {
      key: 'cases',
      name: { zh: '已分办的事项', en: 'cases that were given to them' },
      countOpen: countOpenOf,
    },
  ],
};

export function personPorts(ctx: AppContext): PersonPorts {
  return {
    proofs: [
      ...loadPersonProofs(ctx).map((settings) => signedProofPort(ctx.clock, settings)),
      // The one for tests never serves anywhere else.
      ...(ctx.config.nodeEnv === 'test' ? [testIdentityProvider(ctx)] : []),
    ],
    forgetRows: (submissionId, rowNos) => forgetRows(ctx, submissionId, rowNos),
  };
}

/** The organisation that a proof names: the register must know it. */
export const credentialPorts: CredentialPorts = {
  async findOrganisation(client, unifiedCode) {
    try {
      const subject = await findArchiveSubject(client, { code: unifiedCode });
      return { subjectId: subject.subject_id, name: subject.name };
    } catch (error) {
      if (error instanceof DomainError && error.code === 'not-found') return null;
      throw error;
    }
  },
};

/** Objections and repairs are kept by casework, which stands right of quality. */
export const qualityPorts = (ctx: AppContext): QualityPorts => ({
  caseFigures: (from, to) => endedFigures(ctx, from, to),
});

/** Lists bring the hooks of their removals here. */
export const repairPorts: RepairPorts = { removals: [leaveSeriousList] };
