const signatureBytes = 8;
/** Length, type and checksum, around the data of each chunk. */
const framingBytes = 12;

export interface PngChunks {
  readonly animated: boolean;
  /** False when the file stops before its end mark: libpng decodes such a file without a word if all rows are there. */
  readonly complete: boolean;
}

/** Walks from chunk to chunk without looking inside: libvips shows an animated PNG as its first frame and tells nobody. */
export function readPngChunks(bytes: Uint8Array): PngChunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let animated = false;
  let offset = signatureBytes;
  while (offset + framingBytes <= bytes.byteLength) {
    const type = chunkType(bytes, offset + 4);
    if (type === 'IEND') return { animated, complete: true };
    if (type === 'acTL') animated = true;
    offset += framingBytes + view.getUint32(offset);
  }
  return { animated, complete: false };
}

function chunkType(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + 4));
}
