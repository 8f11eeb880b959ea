import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Provider } from '../../src/providers/provider.ts';
import { createSketchProvider } from '../../src/providers/sketch/sketch-provider.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { createHold } from '../support/hold.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const flags =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking ' +
  '--disable-component-update --disable-sync';

/** With one hand on the editors and one eye on the wire. */
interface Visit {
  readonly page: Page;
  /** Every address that was asked for, sockets too. */
  readonly addresses: readonly string[];
  /** What the page complained about. */
  readonly complaints: readonly string[];
}

describe.skipIf(executablePath === undefined)('GraphiQL in Chromium (skipped where no Chromium is installed)', () => {
  let darkroom: Darkroom;
  let browser: Browser;
  let hold = createHold();
  const sketch = createSketchProvider({ stepMilliseconds: 0 });
  /** The built-in painter, which stops after its first step until it is let go on. */
  const patient: Provider = {
    ...sketch,
    async *generate(order) {
      for await (const event of sketch.generate(order)) {
        yield event;
        if (event.type === 'progress') await hold.wait(order.signal);
      }
    },
  };
  beforeAll(async () => {
    darkroom = await startDarkroom({ providers: [patient] });
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: flags.split(' ') });
  });
  afterAll(async () => {
    await browser.close();
    await darkroom[Symbol.asyncDispose]();
    await sketch[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    hold = createHold();
  });
  afterEach(() => hold.release());

  async function visit(): Promise<Visit> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(20_000);
    const addresses: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => addresses.push(request.url()));
    page.on('websocket', (socket) => addresses.push(socket.url()));
    page.on('pageerror', (error) => complaints.push(error.message));
    // What its policy forbids is told on the console alone.
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) complaints.push(message.text());
    });
    await page.goto(`${darkroom.url}/graphql`);
    await page.getByRole('tab').first().waitFor();
    return { page, addresses, complaints };
  }

  const run = (page: Page) => page.getByRole('button', { name: 'Execute query' }).click();

  /** Without blanks: the pane breaks long lines where they would not fit. */
  async function waitForAnswer(page: Page, words: RegExp, timeout = 20_000): Promise<string> {
    const answer = page.getByRole('region', { name: 'Result Window' });
    await answer.getByText(words).first().waitFor({ timeout });
    // biome-ignore lint/performance/useDomNodeTextContent: the order of the lines is that on the screen, not in the page
    return (await answer.locator('.view-lines').innerText()).replaceAll(/\s/g, '');
  }

  /** GraphiQL learns the operations of a tab a moment after it shows them: a query that is run before is run again. */
  async function runUntilAnswered(page: Page, words: RegExp): Promise<string> {
    for (let tries = 1; ; tries += 1) {
      await run(page);
      try {
        return await waitForAnswer(page, words, 4_000);
      } catch (error) {
        if (tries === 4) throw error;
      }
    }
  }

  const titles = { Follow: /2\.\sFollow/, History: /3\.\sThe\shistory/ } as const;

  /** By keyboard: tabs can be dragged, and one that is clicked at a machine's pace has moved before the button is let go. */
  async function openTab(page: Page, name: keyof typeof titles): Promise<void> {
    await page.getByRole('button', { name, exact: true }).press('Enter');
    await page.locator('[role=tab][aria-selected=true]').getByText(name).waitFor();
    // The editor follows the tab a moment later, and until then what is run is the tab before.
    await page.locator('.view-line', { hasText: titles[name] }).first().waitFor();
  }

  async function giveVariables(page: Page, text: string): Promise<void> {
    await page.getByRole('region', { name: 'Variables' }).locator('.monaco-editor').first().click();
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await page.keyboard.insertText(text);
  }

  test('generates, follows over WebSocket to the end and lists, in three tabs, and asks nobody but this server', async () => {
    const { page, addresses, complaints } = await visit();
    expect(await page.title()).toBe('Darkroom');
    expect(await page.getByRole('tab').allInnerTexts()).toEqual(['Generate', 'Follow', 'History']);

    await run(page);
    const generated = await waitForAnswer(page, /QUEUED|RUNNING/);
    expect(generated).toContain('GenerateImageSuccess');
    const id = /"id":"([\w-]+)"/.exec(generated)?.[1];
    expect(id, JSON.stringify(generated)).toBeDefined();

    await openTab(page, 'Follow');
    await giveVariables(page, JSON.stringify({ id }));
    await run(page);
    expect(await waitForAnswer(page, /"GENERATING"/)).toContain('"totalSteps":20');
    hold.release();
    const followed = await waitForAnswer(page, /"SUCCEEDED"/);
    expect(followed).toContain('"imagesStored":1');

    await openTab(page, 'History');
    const history = await runUntilAnswered(page, /"prompt"/);
    expect(history).toContain(id);
    expect(history).toContain('Aserenelandscapewithmountainsatsunset');

    const { host } = new URL(darkroom.url);
    expect(addresses).toContain(`ws://${host}/graphql`);
    const elsewhere = addresses.filter((address) => new URL(address.replace(/^blob:/, '')).host !== host);
    expect(elsewhere).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
    await expect.poll(() => darkroom.app.hub.mailboxCount).toBe(0);
  });

  test('a browser tab that is closed in the middle of a generation leaves no mailbox', async () => {
    const { page } = await visit();
    await run(page);
    const id = /"id":"([\w-]+)"/.exec(await waitForAnswer(page, /QUEUED|RUNNING/))?.[1];
    await openTab(page, 'Follow');
    await giveVariables(page, JSON.stringify({ id }));
    await run(page);
    await waitForAnswer(page, /"RUNNING"/);
    expect(darkroom.app.hub.mailboxCount).toBe(1);
    await page.close();
    await expect.poll(() => darkroom.app.hub.mailboxCount).toBe(0);
  });
});
