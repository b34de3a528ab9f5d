/** Rows → what the API shows. Words come from the rule version that made the finding. */
import type { FindingView, SubmissionView } from '@chengxin/contract';
import { basisLine, fillWords, type PolicyRuntime } from '../policy/index.ts';
import type { FindingRow, SubmissionRow } from './queries.ts';

const unknownName = (key: string) => ({ zh: key, en: key });

function standardOf(policy: PolicyRuntime, key: string) {
  return policy.standards().find((standard) => standard.standard === key);
}

export function submissionView(row: SubmissionRow, policy: PolicyRuntime): SubmissionView {
  const standard = standardOf(policy, row.standard);
  const edition = standard?.editions.find((entry) => entry.key === row.edition);
  return {
    id: row.submission_id,
    state: row.state,
    standard: row.standard,
    standardName:
      standard?.name ??
      (row.standard === 'auto' ? { zh: '自动识别', en: 'Recognised from the file' } : unknownName(row.standard)),
    edition: row.edition,
    editionName: edition?.name ?? null,
    body: { id: row.body_id, name: row.body_name },
    channel: row.channel,
    batchNo: row.batch_no,
    fileName: row.file_name,
    fileBytes: Number(row.file_bytes),
    fileKind: row.file_kind,
    fileEncoding: row.file_encoding,
    receivedAt: row.received_at,
    receivedBy: row.account_name ?? row.os_user,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    progress: {
      rowsDone: Number(row.rows_done),
      rowsExpected: row.rows_expected === null ? null : Number(row.rows_expected),
      ahead: row.ahead === null ? null : Number(row.ahead),
    },
    counts: {
      rows: Number(row.rows_done),
      accepted: Number(row.accepted),
      superseding: Number(row.superseding),
      corrected: Number(row.corrected),
      doubtful: Number(row.doubtful),
      doubtfulOpen: Number(row.doubtful_open),
      refused: Number(row.refused),
      duplicate: Number(row.duplicate),
      personRows: Number(row.person_rows),
      findings: Number(row.findings_total),
    },
    failure: row.failure,
    policySetId: row.policy_set_id,
  };
}

export function findingView(row: FindingRow, standardKey: string, policy: PolicyRuntime): FindingView {
  const rule = policy.rule(row.rule);
  const field = standardOf(policy, standardKey)?.fields.find((entry) => entry.code === row.field);
  const given = { value: row.value, newValue: row.new_value, row: String(row.row_no), ...row.args };
  const words = (template: { zh: string; en: string } | undefined) => ({
    zh: template ? fillWords(template, { ...given, field: field?.label.zh }).zh : row.rule,
    en: template ? fillWords(template, { ...given, field: field?.label.en }).en : row.rule,
  });
  const basis = rule?.basis?.[0];
  return {
    row: row.row_no,
    field: row.field,
    fieldLabel: field?.label ?? null,
    severity: row.severity as FindingView['severity'],
    rule: row.rule,
    ruleVersion: row.rule_version,
    value: row.value,
    newValue: row.new_value,
    message: words(rule?.message),
    fix: words(rule?.fix),
    basis: basis ? basisLine(basis) : null,
  };
}
