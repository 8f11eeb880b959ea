const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const nilUuid = '00000000-0000-0000-0000-000000000000';
/** The types that `node` finds. Asked for any other, the relay plugin throws an error that names what it looked for. */
const nodeTypes: readonly string[] = ['ApiKey', 'Generation', 'Image', 'ImageModel', 'User'];

export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}

/** A key that finds nothing in place of text that is no key at all, so that both get the same answer. */
export function toUuid(text: string): string {
  return isUuid(text) ? text : nilUuid;
}

/** Ids are opaque, global, and fit into a URL as they are. */
export function encodeGlobalId(typename: string, id: string | number | bigint): string {
  return Buffer.from(`${typename}:${id}`).toString('base64url');
}

/** Never throws: what is no id of ours becomes one that finds nothing. */
export function decodeGlobalId(globalId: string): { typename: string; id: string } {
  const [typename = '', id = ''] = Buffer.from(globalId, 'base64url').toString('utf8').split(':');
  return nodeTypes.includes(typename) ? { typename, id } : { typename: 'Generation', id: nilUuid };
}

/** The key in an id of this type; for any other text one that finds nothing. */
export function decodeKey(globalId: string, typename: string): string {
  const decoded = decodeGlobalId(globalId);
  return decoded.typename === typename ? toUuid(decoded.id) : nilUuid;
}
