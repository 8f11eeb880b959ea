export const usage = `Usage: npm run generate -- "what to show" [options]

Makes a picture and saves it here. Starts Darkroom where none is running.

  --model <slug>       which model, for example sketch/landscape
  --negative <text>    what to leave out
  --size <size>        a ratio or pixels: 16:9, 1024x768
  --steps <number>     how often the model goes over the picture
  --guidance <number>  how closely to keep to the words
  --seed <number>      the same one gives the same picture
  --input <path>       an image to start from, or its URL; several times for several
  --mask <path>        an image, transparent where the first input may change
  --strength <number>  how far to leave the input: 0 keeps it, 1 ignores it
  --enhance            makes a better wording first
  --count <number>     how many pictures
  --style <name>       one of the model's styles
  --format <format>    png, webp or jpeg
  --output <path>      a file, or a folder with / at its end
  --url <address>      of a running server (default: http://127.0.0.1:4000)
  --json               prints the result as JSON; with npm run --silent, nothing else
  --help               prints this

A server that asks who you are is shown the key in DARKROOM_API_KEY (environment or .env).

Exit codes: 0 done, 1 failed or cancelled, 2 wrong usage.
`;

export const usageHint = `Usage: npm run generate -- "what to show" [options]
       npm run generate -- --help
`;
