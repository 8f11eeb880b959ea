import type { Plugin } from 'graphql-yoga';
import { isMultipart } from './body-limits.ts';
import { createBadRequest } from './client-errors.ts';
import { checkPreflight, parseMultipart } from './multipart.ts';

const json = /^application\/(graphql\+)?json\s*(;|$)/i;

/** How operations have to be sent: posted as JSON or with files, or asked for by GET with variables that are JSON. */
export const requestFormat: Plugin = {
  onRequestParse({ request, requestParser, setRequestParser, fetchAPI, endResponse }) {
    const contentType = request.headers.get('content-type') ?? '';
    if (request.method === 'POST' && isMultipart(contentType)) {
      checkPreflight(request);
      setRequestParser(parseMultipart);
    } else if (request.method === 'POST' && !json.test(contentType)) {
      // A form or plain text can be posted by any web page that somebody has open, without asking the server first.
      const error = { message: 'Send application/json.', extensions: { code: 'UNSUPPORTED_MEDIA_TYPE' } };
      endResponse(fetchAPI.Response.json({ errors: [error] }, { status: 415 }));
    } else if (request.method === 'GET' && requestParser !== undefined) {
      setRequestParser((given) => orBadRequest(() => requestParser(given)));
    }
  },
};

function orBadRequest<Result>(parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw createBadRequest('Variables and extensions must be JSON.');
  }
}
