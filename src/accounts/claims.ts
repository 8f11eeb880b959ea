import { z } from 'zod';
import type { Credential, Scope } from './viewer.ts';

const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^\P{Cc}*$/u);

/** What is read of a token or a session. Who it is must be said properly; what is only for people is left out where it is odd. */
export const claimsSchema = z.object({
  sub: line(255),
  /** Seconds since 1970, to the end of the year 9999. */
  exp: z.number().positive().max(253_402_300_799),
  name: line(200).nullish().catch(null),
  email: line(320).nullish().catch(null),
  email_verified: z.boolean().nullish().catch(null),
});

export type Claims = z.infer<typeof claimsSchema>;

/** Somebody for whom another system vouches. */
export interface Introduction {
  readonly issuer: string;
  readonly claims: Claims;
  readonly scopes: ReadonlySet<Scope>;
  readonly credential: Credential;
}
