import { Auth } from '@auth/core';
import Credentials from '@auth/core/providers/credentials';

export interface AuthApp {
  /** Its address: what begins with https gets `__Secure-` cookies. */
  readonly url: string;
  readonly secret: string;
  /** What it puts into the session beside who it is. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Signs in at a real Auth.js, and answers the cookies of the session as a browser sends them. */
export async function signIn({ url, secret, more = {} }: AuthApp, user: string): Promise<string> {
  const config = {
    secret,
    trustHost: true,
    basePath: '/auth',
    providers: [Credentials({ authorize: async () => ({ id: user, name: user, email: `${user}@example.org` }) })],
    callbacks: { jwt: ({ token }: { readonly token: object }) => ({ ...token, ...more }) },
  };
  const csrf = await Auth(new Request(`${url}/auth/csrf`), config);
  const { csrfToken } = (await csrf.json()) as { readonly csrfToken: string };
  const answer = await Auth(
    new Request(`${url}/auth/callback/credentials`, {
      method: 'POST',
      headers: { cookie: toCookie(csrf), 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ csrfToken }),
    }),
    config,
  );
  return toCookie(answer);
}

function toCookie(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
}
