/** Words to add to a prompt that is about something and does not say something of it yet. The first that fit are taken. */
export interface Addition {
  readonly when: RegExp;
  readonly unless: RegExp;
  readonly words: string;
}

const light = [
  /\b(light\w*|lit|sun\w*|moon\w*|dawn|dusk|day|noon|morning|evening|night|twilight|golden hour|blue hour)\b/,
  /\b(glow\w*|shadows?|shad(ed|y)|neon|candle\w*|lantern\w*|fire\w*|aurora|back-?lit|dark\w*|bright\w*)\b/,
  /\b(storm\w*|fog\w*|mist\w*|haz[ey]|rain\w*|overcast|cloud\w*|dramatic|moody|underwater)\b/,
];
const lens = [/\b(lens|\d+ ?mm|depth of field|bokeh|macro|wide[- ]angle|close[- ]up|blurred|focus|full[- ]body)\b/];
/** Has neither light nor depth. */
const flat = [/\b(logo|icon|emblem|badge|sticker|vector|flat|pixel art|line art|diagram|pattern)\b/];
const drawn = [
  /\b(paint\w*|watercolou?r|oil|drawing|drawn|sketch\w*|ink|cartoon|anime|manga|comic|illustration|render\w*|style)\b/,
  ...flat,
];
const composition = [
  /\b(compos\w+|cent(er|re)d|rule of thirds|framing|framed|symmetr\w+|view|angle|perspective|aerial|panorama)\b/,
  /\b(foreground|horizon|close[- ]up|portrait|head ?shot)\b/,
];
const detail = [/\b(detail\w*|textur\w*|sharp\w*|crisp|minimal\w*|simple|fur|feathers?)\b/];

const anything = [/./su];

export const additions: readonly Addition[] = [
  add('flat shapes on an empty background', {
    when: [/\b(logo|icon|emblem|badge)\b/],
    unless: [/\b(vector|flat|background)\b/],
  }),
  add('eyes in sharp focus, softly blurred background', {
    when: [/\b(portrait|head ?shot|face)\b/],
    unless: [...lens, ...drawn, /\bbackground\b/],
  }),
  add('natural pose and expression', {
    when: [/\b(woman|man|women|men|girl|boy|child|children|person|people|sailor|king|queen)\b/],
    unless: [/\b(pos(e|es|ing)|express\w+|smil\w+|laugh\w*|cry\w*|sit\w*|stand\w*|walk\w*|run\w*|danc\w*)\b/, ...flat],
  }),
  add('fine texture of fur or feathers', {
    when: [/\b(cat|dog|fox|bird|horse|lion|tiger|wolf|bear|owl|rabbit|animal)s?\b/],
    unless: [...detail, ...drawn],
  }),
  add('close-up, softly blurred background', {
    when: [/\b(food|cake|bread|fruit|dish|meal|coffee|soup)\b/],
    unless: [...lens, ...drawn, /\bbackground\b/],
  }),
  add('strong perspective, straight verticals', {
    when: [/\b(city|street|house|building|tower|bridge|interior|room|kitchen)\b/],
    unless: [...composition, ...flat],
  }),
  add('clear foreground, middle ground and distance', {
    when: [
      /\b(landscape|mountains?|hills?|valley|forest|desert|ocean|sea|lake|river|coast|island|meadow|(?<!depth of )field)\b/,
    ],
    unless: [...composition, ...flat],
  }),
  add('soft directional light', { when: anything, unless: [...light, ...flat] }),
  add('balanced composition', { when: anything, unless: composition }),
  add('rich natural detail', { when: anything, unless: [...detail, ...drawn] }),
];

interface Occasion {
  readonly when: readonly RegExp[];
  readonly unless: readonly RegExp[];
}

function add(words: string, { when, unless }: Occasion): Addition {
  return { words, when: anyOf(when), unless: anyOf(unless) };
}

function anyOf(patterns: readonly RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => source).join('|'), 'isu');
}
