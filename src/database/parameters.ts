/** The places of so many parameters of a statement, such as `$3`, `$4` and `$5`. */
export function toPlaces(firstParameter: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `$${firstParameter + index}`);
}
