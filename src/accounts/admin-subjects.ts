import type { Role } from './viewer.ts';

export interface KnownAs {
  readonly issuer: string;
  readonly subject: string;
  /** Null where nobody vouches for it: anybody can say that an address is theirs. */
  readonly verifiedEmail: string | null;
  /** Of their row. */
  readonly role: string;
}

export type FindRole = (known: KnownAs) => Role;

/** An admin by their row, or by a list of `issuer|subject` and addresses. */
export function createFindRole(adminSubjects: readonly string[]): FindRole {
  const listed = new Set(adminSubjects.map((entry) => (entry.includes('|') ? entry : entry.toLowerCase())));
  return ({ issuer, subject, verifiedEmail, role }) => {
    const isListed = listed.has(`${issuer}|${subject}`) || listed.has(verifiedEmail?.toLowerCase() ?? '');
    return role === 'ADMIN' || isListed ? 'ADMIN' : 'USER';
  };
}
