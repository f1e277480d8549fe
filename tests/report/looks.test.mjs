// The HTML report in a real browser: what it must do there, and pictures of it in target/report-screenshots.
//   node --test tests/report/looks.test.mjs          after the Makefile has written the reports
//   REPORTS=a.html,b.html node --test tests/report/looks.test.mjs
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env.CHROMIUM ?? places.find(existsSync);
const out = fileURLToPath(new URL('../../target/report-screenshots/', import.meta.url));
mkdirSync(out, { recursive: true });
const reports = process.env.REPORTS
  ? process.env.REPORTS.split(',').map((path) => resolve(path))
  : readdirSync(out).filter((name) => name.endsWith('.html')).map((name) => out + name);
const looks = [
  { name: 'light', width: 1200, colorScheme: 'light' },
  { name: 'dark', width: 1200, colorScheme: 'dark' },
  { name: 'phone-light', width: 360, colorScheme: 'light' },
  { name: 'phone-dark', width: 360, colorScheme: 'dark' },
];

if (!executablePath) {
  // A check that cannot run here must not pass unnoticed where it is relied on.
  test('the report in a browser', { skip: !process.env.CI && 'SKIPPED: chromium is not installed' }, () => {
    assert.fail('chromium is not installed, and CI is set');
  });
} else {
  let browser;
  before(async () => {
    const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'];
    browser = await chromium.launch({ executablePath, args });
  });
  after(() => browser?.close());

  test('there are reports to look at', () => assert.ok(reports.length > 0));

  for (const report of reports) {
    const name = basename(report, '.html');
    for (const look of looks) {
      test(`${name} is whole and quiet: ${look.name}`, async () => {
        const { page, seen } = await open(report, look);
        await page.screenshot({ path: `${out}${name}-${look.name}.png`, fullPage: true });
        const found = await page.evaluate(examine);
        assert.deepEqual(seen, { requests: [pathToFileURL(report).href], messages: [] });
        assert.deepEqual(found.foreign, [], 'elements that no template has');
        assert.deepEqual(found.links, [], 'links that lead elsewhere than to https or into the page');
        assert.equal(found.overflow, 0, 'the page is wider than the window');
        assert.deepEqual(found.outside, [], 'elements that stick out of the window');
        assert.deepEqual(found.overlapping, [], 'labels of a chart that overlap');
        assert.deepEqual(found.empty, [], 'sections without a content');
        assert.deepEqual(found.nameless, [], 'charts that a screen reader cannot name');
        await page.context().close();
      });
    }

    test(`${name} is dark where that is wanted, and reads without scripts`, async () => {
      const shades = [];
      for (const colorScheme of ['light', 'dark']) {
        const { page } = await open(report, { width: 1200, colorScheme });
        shades.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).reduce((a, b) => a + +b, 0)));
        assert.equal(await page.evaluate(() => document.scripts.length), 0);
        await page.context().close();
      }
      assert.ok(shades[0] > 600 && shades[1] < 120, `${shades}`);
    });

    test(`${name} can be printed`, async () => {
      const { page } = await open(report, { width: 1200, colorScheme: 'dark' });
      const pdf = await page.pdf({ path: `${out}${name}.pdf`, format: 'A4' });
      assert.ok(pdf.length > 1000);
      await page.emulateMedia({ media: 'print' });
      const ink = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      assert.equal(ink, 'rgb(255, 255, 255)');
      await page.context().close();
    });
  }

  async function open(report, { width, colorScheme }) {
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, deviceScaleFactor: 1 });
    const page = await context.newPage();
    const seen = { requests: [], messages: [] };
    page.on('request', (request) => seen.requests.push(request.url()));
    page.on('console', (message) => seen.messages.push(message.text()));
    page.on('pageerror', (error) => seen.messages.push(String(error)));
    page.on('dialog', (dialog) => { seen.messages.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
    await page.goto(pathToFileURL(report).href, { waitUntil: 'load' });
    return { page, seen };
  }
}

// Runs in the page.
function examine() {
  const say = (element) => `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''} ${element.textContent.slice(0, 40)}`;
  const shown = (element) => element.checkVisibility() && !element.closest('.hidden, .groups thead');
  const all = (selector) => [...document.querySelectorAll(selector)];
  const templates = 'html head meta title style body div header main section footer h1 h2 h3 p span b i a code pre bdi ul ol li dl dt dd '
    + 'table caption thead tbody tr th td details summary figure figcaption svg g rect line circle path desc';
  const known = new Set(templates.split(' '));
  const boxes = all('.ticks').map((ticks) => [...ticks.children].filter(shown).map((span) => span.getBoundingClientRect()));
  const width = document.documentElement.clientWidth;
  return {
    foreign: all('*').filter((element) => !known.has(element.tagName.toLowerCase())).map(say),
    links: all('[href], [src]').map((element) => element.getAttribute('href') ?? 'src').filter((to) => !/^(#[a-z]+|https:\/\/[!-~]+)$/.test(to)),
    overflow: Math.max(0, document.documentElement.scrollWidth - width),
    outside: all('body *').filter((element) => shown(element) && !element.closest('.scroll, svg'))
      .filter((element) => { const box = element.getBoundingClientRect(); return box.width > 0 && (box.right > width + 0.5 || box.left < -0.5); }).map(say),
    overlapping: boxes.flatMap((row) => row.toSorted((a, b) => a.left - b.left).filter((box, at, sorted) => at > 0 && sorted[at - 1].right + 2 > box.left))
      .map((box) => `at ${box.left}`),
    empty: all('section').filter((section) => section.children.length < 2 || section.textContent.trim().length < 40).map(say),
    nameless: all('svg[role=img]').filter((svg) => !svg.querySelector(':scope > title')?.textContent.trim()).map(say),
  };
}
