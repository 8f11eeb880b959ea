/**
 * Gives the memory of bytes back at once, for those who alone have them and are done: V8 would keep it until tens of megabytes
 * have piled up. Whoever reads them afterwards finds none.
 */
export function giveBack({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
