import { createHash } from 'node:crypto';
import { type LeadRef, userIdOf } from '../../plugin/contract/lead.ts';

/** Bits of a lead's number: below 2⁵³, so that scripts may keep it as a number. */
const NUMBER_BITS = 52;

/**
 * The number that a lead starts with: made from who it is, so that no counter is the place where all new leads of all
 * nodes wait for each other.
 */
export function leadNumber(ref: LeadRef): number {
  const hash = createHash('sha256').update(userIdOf(ref)).digest();
  return Number(hash.readBigUInt64BE(0) >> BigInt(64 - NUMBER_BITS)) + 1;
}
