/** Words of the duties towards natural persons. Closed sets; labels are the contract's. */
import type { PersonDocumentType } from '@chengxin/identifiers';

export type ActingAs = 'self' | 'guardian' | 'survivor';

/** Somebody who has proved who the person is and for whom they act. Made by an identity provider only, never from a body. */
export interface ProvenPerson {
  readonly kind: PersonDocumentType;
  readonly number: string;
  readonly actingAs: ActingAs;
  /** The provider's reference of this proof; it counts once. */
  readonly reference: string;
  readonly expiresAt: string;
}

/** A city's identity provider with strong authentication (face and card, or a CA certificate). An adapter fills it. */
export interface IdentityProofPort {
  readonly provider: string;
  readonly name?: { readonly zh: string; readonly en: string };
  /** Where the browser goes to be proved; without one the service is not offered on the page. */
  readonly startUrl?: string;
  /** Null: not valid, expired, or not strong enough. */
  verify(assertion: string): Promise<ProvenPerson | null>;
}

/** What the person store needs of modules to its right. */
export interface PersonPorts {
  readonly proofs: readonly IdentityProofPort[];
  /** Takes rows out of a file as received and destroys the key under which they could be read. Idempotent. */
  forgetRows(submissionId: string, rowNos: readonly number[]): Promise<void>;
}
