/** Words to add to a prompt that is about something and does not say something of it yet. The first that fit are taken. */
export interface Addition {
  readonly when: RegExp;
  readonly unless: RegExp;
  readonly words: string;
}

const anything = /./su;
const light =
  /\b(light|lit|lighting|sun\w*|moon\w*|dawn|dusk|night|glow\w*|shadow\w*|golden hour|neon|candle\w*|backlit)\b/i;
const lens = /\b(lens|\d+ ?mm|depth of field|bokeh|macro|wide[- ]angle|close[- ]up|photo\w*)\b/i;
const drawn =
  /\b(paint\w*|watercolou?r|drawing|sketch|ink|cartoon|anime|comic|vector|logo|icon|pixel art|illustration|render\w*)\b/i;

export const additions: readonly Addition[] = [
  {
    when: /\b(logo|icon|emblem|badge)\b/i,
    unless: /\b(vector|flat|background)\b/i,
    words: 'flat vector shapes, centred on a plain background',
  },
  {
    when: /\b(portrait|face|woman|man|girl|boy|child|person|sailor|king|queen)\b/i,
    unless: lens,
    words: 'head and shoulders, eyes in sharp focus, softly blurred background',
  },
  {
    when: /\b(landscape|mountains?|hills?|valley|forest|desert|ocean|sea|lake|river|coast|island|field)\b/i,
    unless: /\b(foreground|horizon|composition|panorama|aerial)\b/i,
    words: 'clear foreground, middle ground and distance',
  },
  {
    when: /\b(city|street|house|building|tower|bridge|interior|room|kitchen)\b/i,
    unless: /\b(perspective|angle|view|aerial)\b/i,
    words: 'strong perspective, straight verticals',
  },
  {
    when: /\b(cat|dog|fox|bird|horse|lion|tiger|wolf|animal|fish|bear|owl)\b/i,
    unless: /\b(fur|feathers?|scales|detail\w*)\b/i,
    words: 'fine texture of fur or feathers, natural pose',
  },
  { when: /\b(food|cake|bread|fruit|dish|meal|coffee)\b/i, unless: lens, words: 'close-up, shallow depth of field' },
  { when: anything, unless: light, words: 'soft directional light with gentle shadows' },
  {
    when: anything,
    unless: /\b(composition|composed|centred|centered|rule of thirds|framing)\b/i,
    words: 'balanced composition',
  },
  {
    when: anything,
    unless: new RegExp(`${drawn.source}|${/\b(detail\w*|texture\w*|sharp)\b/i.source}`, 'i'),
    words: 'rich natural detail',
  },
];
