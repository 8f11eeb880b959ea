const riffHeaderBytes = 12;
const chunkHeaderBytes = 8;

/** Walks from chunk to chunk up to the picture's data, of which there are two kinds. */
export function isLosslessWebp(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = riffHeaderBytes;
  while (offset + chunkHeaderBytes <= bytes.byteLength) {
    const type = String.fromCharCode(...bytes.subarray(offset, offset + 4));
    if (type === 'VP8L') return true;
    if (type === 'VP8 ') return false;
    const sizeBytes = view.getUint32(offset + 4, true);
    offset += chunkHeaderBytes + sizeBytes + (sizeBytes % 2);
  }
  return false;
}
