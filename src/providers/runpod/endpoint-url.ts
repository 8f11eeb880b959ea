const publicEndpoints = 'https://api.runpod.ai/v2';

/**
 * The URL of one endpoint, from what people copy out of RunPod's console and examples: the operation at its end, a query and
 * slashes are cut off. Throws an `Error` for what names no endpoint.
 */
export function toEndpointUrl(text: string): string {
  const url = text
    .trim()
    .replace(/[?#].*$/, '')
    .replace(/\/+(?:(?:runsync|run)\/*)?$/, '');
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.pathname === '/') {
    throw new Error('RUNPOD_API_URL names no endpoint: it looks like https://api.runpod.ai/v2/<endpoint>.');
  }
  return url;
}

/** Where a model's jobs go: to the endpoint of its own, or to the configured one. Undefined where there is neither. */
export function findEndpointUrl(configured: string | undefined, own: string | undefined): string | undefined {
  if (own === undefined) return configured;
  const siblings = configured?.slice(0, configured.lastIndexOf('/')) ?? publicEndpoints;
  return `${siblings}/${own}`;
}
