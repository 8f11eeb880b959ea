import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { type Answer, type ReceivedRequest, sendJson, sendText, startStandin } from './standin.ts';

/** Of the models that answer in words alone. */
export const textPath = /^\/v1beta\/models\/(?<model>gemini-3\.\d-flash(?:-lite)?):generateContent$/;

export interface GeminiTextOptions {
  /** The only key that it knows. Any key will do where none is given. */
  readonly apiKey?: string;
}

const text = z.strictObject({ text: z.string().min(1) });

/** What `GenerateContentRequest` of generativelanguage/v1beta knows and Darkroom has a use for; nothing else passes. */
const textRequest = z.strictObject({
  contents: z.tuple([z.strictObject({ role: z.literal('user'), parts: z.tuple([text]) })]),
  systemInstruction: z.strictObject({ role: z.literal('user').optional(), parts: z.tuple([text]) }).optional(),
  generationConfig: z.strictObject({ maxOutputTokens: z.int().min(1).max(65_536).optional() }).optional(),
});

/** Gemini's models for words on a server of their own. */
export function startGeminiTextStandin({ port = 0, ...options }: GeminiTextOptions & { readonly port?: number } = {}) {
  return startStandin((request, response) => answerText(request, response, options), { port });
}

/** Answers a `generateContent` with text only: whatever is said, it is said again with a little more light. */
export function answerText(request: ReceivedRequest, response: ServerResponse, options: GeminiTextOptions = {}): void {
  const { status, body } = toReply(request, options);
  if (typeof body === 'string') sendText(response, status, body, 'text/html');
  else sendJson(response, status, body);
}

interface Reply {
  readonly status: number;
  readonly body: object | string;
}

function toReply({ method, path, headers, body }: ReceivedRequest, { apiKey }: GeminiTextOptions): Reply {
  const modelVersion = textPath.exec(path)?.groups?.model;
  if (method !== 'POST' || modelVersion === undefined) {
    return { status: 404, body: '<html><title>Error 404 (Not Found)!!1</title></html>' };
  }
  const refusal = refuseKey(headers['x-goog-api-key'], apiKey);
  if (refusal !== undefined) return refusal;
  const { data, error } = textRequest.safeParse(parse(body));
  if (error !== undefined) {
    const message = `Invalid JSON payload received. ${z.prettifyError(error)}`;
    return toError({ code: 400, status: 'INVALID_ARGUMENT', message });
  }
  const said = data.contents[0].parts[0].text;
  const parts = [{ text: `${said}, in the low light of a winter afternoon`, thoughtSignature: 'c2lnbmVk' }];
  return { status: 200, body: { ...toTextReply(parts), modelVersion } };
}

function refuseKey(key: string | string[] | undefined, known: string | undefined): Reply | undefined {
  if (key === undefined || key === '') {
    const message = "Method doesn't allow unregistered callers (callers without identity).";
    return toError({ code: 403, status: 'PERMISSION_DENIED', message });
  }
  if (known === undefined || key === known) return undefined;
  const reason = {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason: 'API_KEY_INVALID',
    domain: 'googleapis.com',
  };
  const message = 'API key not valid. Please pass a valid API key.';
  return toError({ code: 400, status: 'INVALID_ARGUMENT', message, details: [reason] });
}

function toError(error: { readonly code: number } & Readonly<Record<string, unknown>>): Reply {
  return { status: error.code, body: { error } };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

/** As recorded from a model for words (vercel/ai, google-threshold-live.json), with other words. */
export function toTextReply(parts: readonly object[], candidate: object = {}): object {
  return {
    candidates: [{ content: { parts, role: 'model' }, finishReason: 'STOP', index: 0, ...candidate }],
    usageMetadata: {
      promptTokenCount: 400,
      candidatesTokenCount: 30,
      totalTokenCount: 450,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 400 }],
      thoughtsTokenCount: 20,
      serviceTier: 'standard',
    },
    modelVersion: 'gemini-3.5-flash-lite',
    responseId: 'response-of-the-stand-in',
  };
}

/** Says this instead. */
export function sayInText(reply: object): Answer {
  return (_, response) => sendJson(response, 200, reply);
}
