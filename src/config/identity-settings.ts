import { z } from 'zod';
import { baseUrl, list, longText, minSecretCharacters, secret, toList, tooShort } from './forms.ts';

/** Who may come in. Without API_KEY_PEPPER, OIDC_ISSUER and AUTH_SECRET, everybody on this machine, see src/identity.ts. */
export const identitySettings = z.object({
  API_KEY_PEPPER: secret(longText()).describe(
    'Turns API keys on: 32 or more random characters that their hashes are made with. Another one ends all keys.',
  ),
  OIDC_ISSUER: z
    .url({ protocol: /^https?$/, error: 'must be a URL that begins with http:// or https://' })
    .optional()
    .describe('Turns tokens of an OpenID Connect provider on: its issuer, as it stands in the tokens.'),
  OIDC_AUDIENCE: z.string().min(1).optional().describe('The audience that those tokens must be for.'),
  OIDC_JWKS_URL: baseUrl()
    .optional()
    .describe("Where the issuer's keys are. Without it, its /.well-known/openid-configuration says so."),
  AUTH_SECRET: secret(
    z.string().refine((text) => toList(text).every((each) => each.length >= minSecretCharacters), tooShort),
  ).describe(
    'Turns sessions of an app with Auth.js on: the secret of that app, or several with commas, the newest first.',
  ),
  ADMIN_SUBJECTS: list()
    .optional()
    .describe('Who is an admin, with commas: issuer|subject, or an e-mail address that a token says is verified.'),
});
