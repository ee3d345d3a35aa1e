import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'puppeteer-core';
import { takePhotographs } from './photographs.ts';

/** How long a page may take to show something, in milliseconds. A run of a loaded machine takes most of a minute. */
const WAIT_MS = 90_000;

/**
 * A person with a browser profile of their own.
 *
 * Whatever the browser complains of on the way is kept: errors of scripts, breaches of the content security policy,
 * answers that were not got. A visit is only good if {@link complaints} is empty in the end.
 */
export class Visitor {
  readonly page: Page;
  readonly complaints: string[] = [];
  readonly #context: BrowserContext;
  readonly #base: string;
  #expected: string | undefined;

  private constructor(context: BrowserContext, page: Page, base: string) {
    this.#context = context;
    this.page = page;
    this.#base = base;
    page.setDefaultTimeout(WAIT_MS);
    page.on('pageerror', (error) => this.complaints.push(`${page.url()}: ${String(error)}`));
    page.on('console', (message) => {
      // An identity provider is not ours to mend.
      if (!['error', 'warn'].includes(message.type()) || !page.url().startsWith(base)) return;
      // The browser tells of every answer that is an error, also of the one that was asked for.
      if (this.#expected !== undefined && message.text().includes(this.#expected)) return;
      this.complaints.push(`${page.url()}: ${message.text()}`);
    });
  }

  /** @param base URL of the facade */
  static async arrive(browser: Browser, base: string): Promise<Visitor> {
    const context = await browser.createBrowserContext();
    return new Visitor(context, await context.newPage(), base);
  }

  /** From now on the browser may complain with this text; without one, of nothing. */
  expects(complaint?: string): void {
    this.#expected = complaint;
  }

  /** Opens a page of the facade and returns the status of its answer. */
  async open(path: string, expectedStatus = 200): Promise<number> {
    this.expects(expectedStatus === 200 ? undefined : `status of ${expectedStatus}`);
    const response = await this.page.goto(new URL(path, this.#base).href);
    return response?.status() ?? 0;
  }

  /** Clicks a button or a link by what it says, and waits for the page that it leads to. */
  async follow(text: string, expectedStatus = 200): Promise<void> {
    this.expects(expectedStatus === 200 ? undefined : `status of ${expectedStatus}`);
    await Promise.all([this.page.waitForNavigation(), this.click(text)]);
  }

  /** Clicks a button, a link or a summary by what it says. */
  async click(text: string): Promise<void> {
    const element = await this.page.waitForSelector(`:is(a, button, summary)::-p-text(${text})`, { visible: true });
    await element?.click();
  }

  /** Types into the field of a label, over what is there. */
  async type(label: string, text: string): Promise<void> {
    const field = await this.page.waitForSelector(`aria/${label}`, { visible: true });
    await field?.evaluate((node) => ((node as unknown as { value: string }).value = ''));
    await field?.type(text);
  }

  /** Waits until the page shows a text. */
  async sees(text: string): Promise<void> {
    await this.page.waitForFunction(`document.body.innerText.includes(${JSON.stringify(text)})`);
  }

  /** What the page shows. */
  text(): Promise<string> {
    return this.page.evaluate('document.body.innerText') as Promise<string>;
  }

  /** Where the browser is, without the origin. */
  path(): string {
    const { pathname, search } = new URL(this.page.url());
    return pathname + search;
  }

  /** What axe finds wrong with the page, one line each. Takes the photographs of it, too, where they are wanted. */
  async faults(name: string): Promise<string[]> {
    await takePhotographs(this.page, name);
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    await this.page.evaluate(axe);
    const found = (await this.page.evaluate(
      // What Swagger UI draws is Swagger UI's.
      `axe.run({ exclude: ['#openapi'] }, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`,
    )) as { violations: { id: string; help: string; nodes: { html: string }[] }[] };
    return found.violations.map(({ id, help, nodes }) => `${name}: ${id}: ${help}: ${nodes[0]?.html.slice(0, 200)}`);
  }

  async leave(): Promise<void> {
    await this.#context.close();
  }
}
