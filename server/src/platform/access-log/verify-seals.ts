/** The seals themselves: their numbers, chain, hashes and signatures. Reads no rows. */
import type { Findings } from './findings.ts';
import { genesis, hashOf, sealHash, sealText } from './merkle.ts';
import { type readPublicKeys, verifies } from './seal-key.ts';
import type { StoredSeal } from './seal-queries.ts';

/** Gaps in the numbers are told singly up to here, then as a range. */
const toldSingly = 3;

function checkNumber(seal: StoredSeal, previous: StoredSeal | null, findings: Findings): void {
  const due = BigInt(previous?.sealNo ?? '0') + 1n;
  const missing = BigInt(seal.sealNo) - due;
  if (missing === 0n) return;
  for (let at = 0n; at < missing && at < BigInt(toldSingly); at += 1n) {
    const no = String(due + at);
    findings.add('sealMissing', { sealNo: no }, `第 ${no} 号封存缺失。`, `Seal ${no} is missing.`);
  }
  if (missing > BigInt(toldSingly)) {
    const [from, to] = [due + BigInt(toldSingly), BigInt(seal.sealNo) - 1n];
    findings.add(
      'sealMissing',
      { sealNo: String(from) },
      `第 ${from} 至 ${to} 号封存缺失。`,
      `Seals ${from} to ${to} are missing.`,
    );
  }
}

export function checkChain(seal: StoredSeal, previous: StoredSeal | null, findings: Findings): void {
  const no = seal.sealNo;
  const place = { sealNo: no, month: seal.month };
  checkNumber(seal, previous, findings);
  if (seal.prevHash !== (previous?.sealHash ?? genesis)) {
    findings.add('chain', place, `第 ${no} 号封存与前一封存不相连。`, `Seal ${no} does not follow the one before it.`);
  }
  if (!previous) return;
  if (seal.epoch < previous.epoch) {
    findings.add('epoch', place, `第 ${no} 号封存的纪元倒退。`, `The epoch of seal ${no} goes back.`);
  }
  if (previous.epoch !== seal.epoch) return;
  const same = seal.fromXid === previous.fromXid && seal.toXid === previous.toXid && seal.month > previous.month;
  const next = BigInt(seal.fromXid) >= BigInt(previous.toXid);
  if (!same && !next) {
    findings.add(
      'range',
      place,
      `第 ${no} 号封存的范围与前一封存重叠。`,
      `The range of seal ${no} overlaps the one before it.`,
    );
  }
}

export function checkSeal(seal: StoredSeal, keys: ReturnType<typeof readPublicKeys>, findings: Findings): void {
  const no = seal.sealNo;
  const place = { sealNo: no, month: seal.month };
  if (hashOf(seal.algorithm) === null || !seal.algorithm.startsWith('ed25519+')) {
    findings.add(
      'algorithm',
      place,
      `第 ${no} 号封存使用未知算法 ${seal.algorithm}。`,
      `Seal ${no} names the unknown algorithm ${seal.algorithm}.`,
    );
  }
  if (sealHash(seal) !== seal.sealHash) {
    findings.add('sealChanged', place, `第 ${no} 号封存本身被改动。`, `Seal ${no} itself was changed.`);
  }
  const key = keys.get(seal.keyId);
  if (!key) {
    findings.add(
      'unknownKey',
      place,
      `第 ${no} 号封存由未知密钥 ${seal.keyId} 签名。`,
      `Seal ${no} was signed with the unknown key ${seal.keyId}.`,
    );
  } else if (!verifies(key, sealText(seal), seal.signature)) {
    findings.add('signature', place, `第 ${no} 号封存签名无效。`, `The signature of seal ${no} is not valid.`);
  }
}
