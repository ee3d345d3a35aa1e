import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';

/** The ways in which a page is looked at. */
const VIEWS = [
  { name: 'desktop', width: 1280, scheme: 'light' },
  { name: 'mobile', width: 375, scheme: 'light' },
  { name: 'narrow', width: 360, scheme: 'light' },
  { name: 'dark', width: 1280, scheme: 'dark' },
] as const;

/**
 * Photographs a page for people to look at, into the folder that `NANNYAPI_SCREENSHOTS` names; without it nothing is done.
 *
 * @throws Error when the page is wider than the window: nobody should have to scroll sideways.
 */
export async function takePhotographs(page: Page, name: string): Promise<void> {
  const folder = process.env['NANNYAPI_SCREENSHOTS'];
  if (folder !== undefined) await mkdir(folder, { recursive: true });
  for (const { name: view, width, scheme } of VIEWS) {
    await page.setViewport({ width, height: 800 });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    const excess = (await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )) as number;
    if (excess > 0) throw new Error(`${name} is ${excess} px wider than a window of ${width} px`);
    if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}-${view}.png`), fullPage: true });
  }
  await page.setViewport({ width: 1280, height: 800 });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
}
