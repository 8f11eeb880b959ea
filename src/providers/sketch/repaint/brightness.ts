/** How bright light looks: even steps to the eye, not to the light meter. 1 is paper white. */
export function brightnessOf(red: number, green: number, blue: number): number {
  return Math.sqrt(Math.max(0, 0.2126 * red + 0.7152 * green + 0.0722 * blue));
}
