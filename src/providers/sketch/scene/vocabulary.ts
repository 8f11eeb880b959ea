/**
 * Everything the painter knows, with the words that ask for it. Singular, lower case, without accents; plurals are
 * found by themselves.
 */
export const vocabulary = {
  hour: {
    dawn: 'dawn, daybreak, first light, early morning',
    sunrise: 'sunrise, sunup, rising sun, morning',
    day: 'day, noon, midday, daylight, daytime, sunny, afternoon, sunshine',
    sunset: 'sunset, sundown, setting sun, golden hour, evening',
    dusk: 'dusk, twilight, blue hour, gloaming, nightfall',
    night: 'night, midnight, nocturnal, nighttime, starry night, moonlit, moonlight',
  },
  sky: {
    sun: 'sun',
    moon: 'moon, full moon, crescent, lunar, moonlit, moonlight',
    stars: 'star, starry, starlight, starlit, starry night, constellation',
    milkyWay: 'milky way, galaxy, cosmos, nebula, universe',
    aurora: 'aurora, northern light, southern light, polar light, borealis',
    meteors: 'meteor, shooting star, falling star, comet, perseid',
    clouds: 'cloud, cloudy, overcast, cumulus, cirrus',
    rainbow: 'rainbow',
  },
  weather: {
    storm: 'storm, stormy, thunderstorm, tempest, thunder, hurricane',
    lightning: 'lightning, thunderbolt, thunderstorm',
    rain: 'rain, rainy, drizzle, shower, downpour, raining, monsoon',
    snowfall: 'snowfall, snowing, blizzard, snowflake, snowstorm',
    fog: 'fog, foggy, mist, misty, haze, hazy',
  },
  season: {
    spring: 'spring, springtime, april, may',
    summer: 'summer, summertime, july, august',
    autumn: 'autumn, autumnal, october, november, fall foliage, foliage',
    winter: 'winter, wintry, snow, snowy, january, frozen, icy, frost, arctic',
  },
  ground: {
    mountains: 'mountain, mountainous, peak, summit, alp, alpine, himalaya, range, ridge, fjord',
    volcano: 'volcano, volcanic, fuji',
    hills: 'hill, hilly, countryside, valley, highland, rolling, tuscany, farmland',
    desert: 'desert, dune, sahara, sand',
    canyon: 'canyon, mesa, butte, badland, monument valley',
    forest: 'forest, wood, woodland, taiga, jungle, rainforest',
    meadow: 'meadow, field, grassland, prairie, plain, grass, pasture, steppe, savanna',
    island: 'island, isle, atoll, archipelago, tropic, tropical',
    city: 'city, skyline, skyscraper, downtown, metropolis, town, cityscape, urban, building, tower',
    cliffs: 'cliff, coast, coastline, shore, bluff',
  },
  water: {
    ocean: 'ocean, sea, seascape, bay, tide, wave, beach, coast, coastline, seaside',
    lake: 'lake, pond, lagoon, tarn, fjord, loch, reflection, water',
    river: 'river, stream, creek, brook',
  },
  detail: {
    trees: 'tree, pine, spruce, fir, conifer, oak, birch, maple',
    palms: 'palm, palm tree, coconut, tropic, tropical, oasis',
    blossoms: 'blossom, cherry blossom, sakura, cherry tree',
    cacti: 'cactus, cacti, saguaro',
    flowers: 'flower, wildflower, poppy, tulip, lavender, bloom',
    birds: 'bird, gull, seagull, eagle, geese, swallow, flock, crane',
    boat: 'boat, sailboat, ship, sail, yacht, sailing',
    balloon: 'balloon, hot air balloon',
    cabin: 'cabin, cottage, house, hut, farmhouse, chalet, home',
    lighthouse: 'lighthouse, beacon',
    fireflies: 'firefly, fireflies, glowworm',
  },
  mood: {
    calm: 'serene, calm, peaceful, tranquil, quiet, still, gentle, serenity',
    dramatic: 'dramatic, epic, moody, majestic, wild, breathtaking',
  },
  colour: {
    red: 'red, crimson, scarlet, ruby, vermilion',
    orange: 'orange, amber, copper, tangerine, fiery',
    gold: 'gold, golden, yellow, honey',
    green: 'green, emerald, jade, lime, mint',
    teal: 'teal, turquoise, cyan, aqua, aquamarine',
    blue: 'blue, azure, cobalt, sapphire, navy',
    purple: 'purple, violet, indigo, lavender, lilac, mauve, amethyst',
    pink: 'pink, rose, magenta, fuchsia, coral, peach',
  },
  style: {
    watercolor: 'watercolor, watercolour, aquarelle',
    oil: 'oil painting, oil, impasto, impressionist, impressionism',
    ink: 'ink, sumi, sumi-e, calligraphy, ink wash',
    neon: 'neon, synthwave, vaporwave, retrowave, cyberpunk, outrun',
    pastel: 'pastel, soft color, soft colour',
    monochrome: 'monochrome, black and white, grayscale, greyscale, noir',
    vintage: 'vintage, retro, sepia, nostalgic, old photo, polaroid',
    pop: 'pop, pop art, comic, poster, halftone, screenprint',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

export type Category = keyof typeof vocabulary;
export type Known<Of extends Category = Category> = Of extends Category
  ? Extract<keyof (typeof vocabulary)[Of], string>
  : never;
export type Style = Known<'style'>;

export const styles = Object.keys(vocabulary.style) as readonly Style[];

/** Words that deny several things at once. */
export const denials: Readonly<Record<string, readonly Known[]>> = {
  cloudless: ['clouds', 'storm'],
  'clear sky': ['clouds', 'storm', 'fog'],
  treeless: ['trees', 'forest', 'palms', 'blossoms'],
  starless: ['stars', 'milkyWay'],
  moonless: ['moon'],
  birdless: ['birds'],
};
