// @ts-check
/**
 * Goes on with the timeline of a run where the page ends: lines as they come, the time that has passed, outputs where
 * they are asked for, and the verdict once it is there. Without it the page is whole, as of when it was sent.
 *
 * Whatever a host or a model said becomes text nodes and nothing else.
 */
import { addLines, elapsedText, linesOf } from './run-lines.js';

/**
 * @import { RunLine } from './run-lines.d.ts'
 * @import { RunEvent } from '../src/investigations/run-event.ts'
 */

const EVENTS = [
  'accepted',
  'waiting',
  'step',
  'action-started',
  'action-ended',
  'step-ended',
  'finding',
  'verdict',
  'deleted',
];
/** How long to wait before a refused stream is tried again, in milliseconds. */
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
/** Most of an output that is shown in place, in bytes; all of it is on a page of its own. */
const MAX_OUTPUT_BYTES = 65_536;

/** @param {HTMLElement} list */
function startTimeline(list) {
  list.addEventListener('toggle', (event) => void showOutput(event.target), { capture: true });
  if (list.dataset.over === undefined) followRun(list);
}

/** @param {HTMLElement} list */
function followRun(list) {
  const { start = '', now = '' } = list.dataset;
  const aheadMs = Date.parse(now) - Date.now();
  /** @param {number} ms */
  const sinceStart = (ms) => elapsedText((ms - Date.parse(start)) / 1000);
  const clock = setInterval(() => setText('[data-elapsed]', sinceStart(Date.now() + aheadMs)), 1000);
  const view = new TimelineView(list, sinceStart);
  tell('Connecting to the live view…');
  void follow(list, (event) => view.take(event)).finally(() => clearInterval(clock));
}

/**
 * Reads the events of a run until the last one, over as many connections as it takes. Each begins with all that has
 * happened, so that nothing is missed in between.
 *
 * @param {HTMLElement} list
 * @param {(event: RunEvent) => void} take
 */
async function follow(list, take) {
  const { events = '', page = '' } = list.dataset;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    const end = await readStream(events, take, () => (waitMs = FIRST_WAIT_MS));
    if (end !== undefined) {
      list.dataset.over = '';
      document.querySelector('[data-refresh]')?.remove();
      if (end === 'verdict') await showVerdict();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    const obstacle = await findObstacle(page);
    if (obstacle !== undefined) return tell(obstacle, 'bad');
  }
}

/**
 * Reads one stream. The browser mends a broken connection by itself, but gives up on an answer that is an error.
 *
 * @param {string} url
 * @param {(event: RunEvent) => void} take
 * @param {() => void} opened
 * @returns {Promise<'verdict' | 'deleted' | undefined>} the last event of the run; undefined when the browser gave up
 */
function readStream(url, take, opened) {
  return new Promise((resolve) => {
    const stream = new EventSource(url);
    for (const type of EVENTS)
      stream.addEventListener(type, (message) => {
        const event = /** @type {RunEvent} */ ({ type, id: message.lastEventId, data: JSON.parse(message.data) });
        take(event);
        if (event.type !== 'verdict' && event.type !== 'deleted') return;
        stream.close();
        resolve(event.type);
      });
    stream.addEventListener('open', () => {
      opened();
      tell('Live.');
    });
    stream.addEventListener('error', () => {
      tell('The connection is lost. Trying again; what happens meanwhile will be told.', 'bad');
      if (stream.readyState === EventSource.CLOSED) resolve(undefined);
    });
  });
}

/**
 * Asks for the page itself, for a stream does not say why it was refused.
 *
 * @param {string} page
 * @returns {Promise<string | undefined>} what only the person can mend; undefined when trying again may help
 */
async function findObstacle(page) {
  try {
    const response = await fetch(page, { redirect: 'manual', headers: { accept: 'text/html' } });
    if (response.type === 'opaqueredirect') return 'You are logged out. Reload the page to log in and go on.';
    if (response.status === 403) return 'You may not see this run any more.';
    if (response.status === 404) return 'Somebody deleted the investigation.';
    return undefined;
  } catch {
    return undefined;
  }
}

/** The lines on the page, and what is known of them. */
class TimelineView {
  /** @type {Map<string, RunLine>} */
  #lines = new Map();
  /** @type {Map<string, RunLine>} */
  #shown = new Map();
  /** @type {Map<string, HTMLElement>} */
  #items = new Map();
  /** @type {Set<number>} */
  #endedSteps = new Set();

  /**
   * @param {HTMLElement} list with the lines that the server sent
   * @param {(ms: number) => string} sinceStart
   */
  constructor(list, sinceStart) {
    this.list = list;
    this.sinceStart = sinceStart;
    for (const item of list.children) if (item instanceof HTMLElement) this.#items.set(item.dataset.line ?? '', item);
  }

  /** @param {RunEvent} event */
  take(event) {
    addLines(this.#lines, event);
    showState(event);
    const endedStep = event.type === 'step-ended' ? event.data.step : undefined;
    if (endedStep !== undefined) this.#endedSteps.add(endedStep);
    for (const line of this.#lines.values()) {
      const isEnding = endedStep !== undefined && line.step === endedStep;
      if (this.#shown.get(line.id) === line && !isEnding) continue;
      const isNew = !this.#shown.has(line.id);
      this.#shown.set(line.id, line);
      const isStepOver = line.step !== undefined && this.#endedSteps.has(line.step);
      updateItem(this.#itemOf(line), line, { list: this.list, isStepOver });
      if (isNew && line.tone !== 'dim' && line.label !== 'read') tell(`${line.label}: ${line.text}`);
    }
  }

  /** @param {RunLine} line */
  #itemOf(line) {
    const known = this.#items.get(line.id);
    if (known) return known;
    const item = newItem(line, this.sinceStart);
    this.#items.set(line.id, item);
    this.list.append(item);
    return item;
  }
}

/**
 * @param {RunLine} line
 * @param {(ms: number) => string} sinceStart
 */
function newItem(line, sinceStart) {
  const item = document.createElement('li');
  item.dataset.line = line.id;
  const time = document.createElement('time');
  if (line.time !== undefined) {
    time.dateTime = line.time;
    time.title = line.time;
    time.textContent = sinceStart(Date.parse(line.time));
  }
  item.append(time, element('span', 'label'), element('div', 'what'));
  return item;
}

/**
 * Brings an item up to date; what a person has opened in it stays open.
 *
 * @param {HTMLElement} item
 * @param {RunLine} line
 * @param {{ list: HTMLElement, isStepOver: boolean }} context
 */
function updateItem(item, line, { list, isStepOver }) {
  item.className = `line ${line.tone}`;
  const what = item.querySelector('.what');
  const label = item.querySelector('.label');
  if (!what || !label) return;
  label.textContent = line.label;
  part(what, '.text', () => element(line.isCode ? 'code' : 'span', 'text')).textContent = line.text;
  if (line.outcome !== undefined) part(what, '.outcome', () => element('span', 'outcome')).textContent = line.outcome;
  if (line.evidenceID !== undefined && isStepOver) {
    const { evidenceID } = line;
    part(what, '.output', () => outputOf(evidenceID, list));
  }
  if (line.quotes) {
    const { quotes } = line;
    part(what, '.quotes', () => quotesOf(quotes, list));
  }
}

/**
 * @param {Element} parent
 * @param {string} selector
 * @param {() => HTMLElement} create
 */
function part(parent, selector, create) {
  const known = parent.querySelector(`:scope > ${selector}`);
  if (known) return known;
  const made = create();
  parent.append(made);
  return made;
}

/**
 * @param {string} evidenceID
 * @param {HTMLElement} list
 */
function outputOf(evidenceID, list) {
  const details = element('details', 'output');
  details.dataset.evidence = evidenceID;
  const summary = document.createElement('summary');
  summary.textContent = 'output';
  details.append(summary, evidenceLink(evidenceID, list, 'Open on a page of its own'));
  return details;
}

/**
 * @param {readonly { id: string, quote: string }[]} quotes
 * @param {HTMLElement} list
 */
function quotesOf(quotes, list) {
  const details = element('details', 'quotes');
  const summary = document.createElement('summary');
  summary.textContent = 'proof';
  const all = document.createElement('ul');
  for (const { id, quote } of quotes) {
    const item = document.createElement('li');
    const text = document.createElement('q');
    text.textContent = quote;
    item.append(evidenceLink(id, list, id), ' ', text);
    all.append(item);
  }
  details.append(summary, all);
  return details;
}

/**
 * @param {string} evidenceID
 * @param {HTMLElement} list
 * @param {string} text
 */
function evidenceLink(evidenceID, list, text) {
  const link = document.createElement('a');
  link.href = `${list.dataset.page ?? ''}/evidence/${encodeURIComponent(evidenceID)}`;
  link.textContent = text;
  return link;
}

/** @param {EventTarget | null} target */
async function showOutput(target) {
  if (!(target instanceof HTMLDetailsElement) || !target.open || target.querySelector('pre')) return;
  const list = target.closest('[data-timeline]');
  const { evidence } = target.dataset;
  if (!(list instanceof HTMLElement) || evidence === undefined) return;
  const text = document.createElement('pre');
  text.textContent = 'Reading…';
  target.append(text);
  text.textContent = await readOutput(`${list.dataset.evidence ?? ''}/${encodeURIComponent(evidence)}`);
}

/**
 * @param {string} url
 * @returns {Promise<string>} the head of an output, or in words why there is none
 */
async function readOutput(url) {
  try {
    const response = await fetch(url, { headers: { range: `bytes=0-${MAX_OUTPUT_BYTES - 1}` } });
    if (response.status === 416) return '(It said nothing.)';
    if (!response.ok) {
      const problem = /** @type {{ detail?: string, title?: string }} */ (await response.json());
      return `It cannot be read: ${problem.detail ?? problem.title ?? response.status}`;
    }
    const text = await response.text();
    const totalBytes = Number(/\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1] ?? 0);
    if (totalBytes > MAX_OUTPUT_BYTES) return `${text}\n… (${totalBytes - MAX_OUTPUT_BYTES} bytes more)`;
    return text === '' ? '(It said nothing.)' : text;
  } catch {
    return 'It cannot be read: the control plane did not answer. Close and open this to try again.';
  }
}

/**
 * Says in the place of the answer what is done now.
 *
 * @param {RunEvent} event
 */
function showState(event) {
  if (event.type !== 'step' && event.type !== 'waiting') return;
  const [line] = linesOf(event);
  setText('[data-state]', event.type === 'step' ? 'Investigating' : 'Waiting');
  setText('[data-testing]', line === undefined ? '' : `${line.label}: ${line.text}`);
}

/**
 * Puts the verdict where the page says that there is none yet. The new page is parsed, never run: the parser makes a
 * document of its own, whose scripts are dead, and the server has escaped all that a host or a model said.
 */
async function showVerdict() {
  try {
    const response = await fetch(location.href, { headers: { accept: 'text/html' } });
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    for (const id of ['answer', 'facts', 'cost', 'deeds']) {
      const fresh = page.getElementById(id);
      if (response.ok && fresh) document.getElementById(id)?.replaceWith(document.adoptNode(fresh));
    }
    document.title = page.title;
  } catch {
    tell('The verdict is there. Reload the page to see it.');
  }
}

/**
 * @param {string} text
 * @param {'plain' | 'bad'} tone
 */
function tell(text, tone = 'plain') {
  setText('[data-live]', text);
  document.querySelector('[data-live]')?.classList.toggle('bad', tone === 'bad');
}

/**
 * @param {string} selector
 * @param {string} text
 */
function setText(selector, text) {
  for (const node of document.querySelectorAll(selector)) node.textContent = text;
}

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {string} className
 */
function element(name, className) {
  const made = document.createElement(name);
  made.className = className;
  return made;
}

// Last, for the class above is not there before its line was read.
const list = document.querySelector('[data-timeline]');
if (list instanceof HTMLElement) startTimeline(list);
