export const scopes = ['READ', 'GENERATE', 'MANAGE'] as const;
/** What somebody may do: READ sees what is theirs, GENERATE makes and removes pictures, MANAGE changes keys and the account. */
export type Scope = (typeof scopes)[number];

export const allScopes: ReadonlySet<Scope> = new Set(scopes);

/** An ADMIN also reads what is others', and changes their quotas. */
export type Role = 'USER' | 'ADMIN';

/** How somebody showed who they are. */
export type Credential =
  /** On a machine of one's own, where nobody is asked. */
  | { readonly kind: 'local' }
  | { readonly kind: 'api-key'; readonly apiKeyId: string }
  | { readonly kind: 'token' }
  | { readonly kind: 'session' };

/** Who asks. Every read and write is scoped to them. */
export interface Viewer {
  /** Of the `User` row. */
  readonly id: string;
  readonly role: Role;
  readonly scopes: ReadonlySet<Scope>;
  readonly credential: Credential;
  /** When the credential ends; null for one that does not end by itself. */
  readonly expiresAt: Date | null;
}
