const headerBytes = 128;
const tagBytes = 12;
/** Profiles of colour spaces have half a kilobyte, those of screens three. Tables for printing have a megabyte. */
const maxBytes = 4_096;
const classes: readonly string[] = ['mntr', 'scnr', 'spac'];
/** What describes colours, and its name. Others say whose screen it was, down to the serial number. */
const knownTags = new Set([
  ...['desc', 'cprt', 'wtpt', 'bkpt', 'chad', 'cicp', 'lumi', 'chrm'],
  ...['rXYZ', 'gXYZ', 'bXYZ', 'rTRC', 'gTRC', 'bTRC'],
]);

/**
 * Whether an ICC profile may stay with a picture: a small and whole one of RGB colours, which says nothing else. Its header is
 * laid out in ICC.1:2022, section 7.2.
 */
export function isPlainProfile(profile: Uint8Array): boolean {
  const { buffer, byteOffset, byteLength } = profile;
  if (byteLength < headerBytes + 4 || byteLength > maxBytes) return false;
  const view = new DataView(buffer, byteOffset, byteLength);
  const textAt = (offset: number) => String.fromCharCode(...profile.subarray(offset, offset + 4));
  if (view.getUint32(0) !== byteLength || textAt(36) !== 'acsp') return false;
  if (!classes.includes(textAt(12)) || textAt(16) !== 'RGB ' || textAt(20) !== 'XYZ ') return false;
  const count = view.getUint32(headerBytes);
  const tagsEnd = headerBytes + 4 + count * tagBytes;
  if (count > knownTags.size || tagsEnd > byteLength) return false;
  return Array.from({ length: count }, (_, index) => headerBytes + 4 + index * tagBytes).every((offset) => {
    const [start, size] = [view.getUint32(offset + 4), view.getUint32(offset + 8)];
    return knownTags.has(textAt(offset)) && start >= tagsEnd && start + size <= byteLength;
  });
}
