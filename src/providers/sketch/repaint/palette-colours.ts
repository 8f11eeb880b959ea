import { type Colour, luminance, mix, mixColours, scaleColour } from '../canvas/colour.ts';
import type { Palette } from '../scene/palette.ts';

/** What a palette has for every brightness: its lights where the picture is warm, its shades where it is cool. */
export interface PaletteColours {
  /** Fills `into` with a colour that is exactly so bright; `warmth` 0 to 1. */
  read(brightness: number, warmth: number, into: Float32Array): void;
}

const steps = 256;
const brightest = 1.25;

export function createPaletteColours(palette: Palette): PaletteColours {
  const { silhouette, shade, water, haze, glow, light, disc, cloudLit, sky } = palette;
  const cool = createRamp([silhouette, shade, water, sky[4], sky[3], sky[2], haze]);
  const warm = createRamp([silhouette, glow, light, disc, cloudLit]);
  return {
    read(brightness, warmth, into) {
      const place = Math.min(steps - 0.001, (brightness / brightest) * steps);
      const between = place % 1;
      const index = (place - between) * 3;
      for (let channel = 0; channel < 3; channel++) {
        into[channel] = mix(
          mix(cool[index + channel] as number, cool[index + channel + 3] as number, between),
          mix(warm[index + channel] as number, warm[index + channel + 3] as number, between),
          warmth,
        );
      }
    },
  };
}

interface Stop {
  readonly brightness: number;
  readonly colour: Colour;
}

/** From black through these colours, the darkest first, to what shines: three numbers a step. */
function createRamp(colours: readonly [Colour, ...Colour[]]): Float32Array {
  const sorted = colours.toSorted((one, other) => luminance(one) - luminance(other));
  const shining = mixColours(sorted.at(-1) ?? colours[0], [1, 1, 1], 0.75);
  const stops = [
    { brightness: 0, colour: sorted[0] ?? colours[0] },
    ...sorted.map((colour) => ({ brightness: Math.sqrt(luminance(colour)), colour })),
    { brightness: brightest, colour: shining },
  ];
  const table = Array.from({ length: steps + 1 }, (_, step) => colourBetween(stops, (step / steps) * brightest));
  return Float32Array.from(table.flat());
}

function colourBetween(stops: readonly Stop[], brightness: number): Colour {
  const next = stops.findIndex((stop) => stop.brightness >= brightness);
  const [from, to] = stops.slice(Math.max(0, next - 1));
  if (from === undefined || to === undefined) return [0, 0, 0];
  const share = (brightness - from.brightness) / Math.max(0.001, to.brightness - from.brightness);
  const mixed = mixColours(from.colour, to.colour, Math.min(1, share));
  return scaleColour(mixed, brightness ** 2 / Math.max(0.0001, luminance(mixed)));
}
