import { fetchProtectedResource, type Configuration } from 'openid-client';
import type { LoginProviderConfig } from './login-config.ts';
import { LoginError } from './login-error.ts';

/** A person as `GET /user` tells it. `id` is for good, `login` may be given up and taken by another. */
export interface GithubUser {
  id: number;
  login: string;
  name?: unknown;
  avatar_url?: unknown;
}

/** An organisation or a team: its name in lower case, and its number. */
export interface GithubGroup {
  id: number;
  name: string;
}

const PAGE_SIZE = 100;
/** Orgs or teams beyond 2,000 of one person are not looked at. */
const MAX_PAGES = 20;

/**
 * The few questions that a login asks of GitHub's API.
 *
 * @see https://docs.github.com/en/rest/users/users, https://docs.github.com/en/rest/orgs/orgs, https://docs.github.com/en/rest/teams/teams
 */
export class GithubApi {
  readonly #configuration: Configuration;
  readonly #accessToken: string;
  readonly #baseURL: string;

  constructor(configuration: Configuration, accessToken: string, baseURL: string) {
    this.#configuration = configuration;
    this.#accessToken = accessToken;
    this.#baseURL = baseURL;
  }

  async user(): Promise<GithubUser> {
    const user = (await this.#get('/user')).body as Partial<GithubUser> | null;
    if (!isID(user?.id) || typeof user?.login !== 'string') throw malformed('/user');
    return user as GithubUser;
  }

  /** The address that is both primary and verified; `undefined` when there is none. */
  async email(): Promise<string | undefined> {
    const emails = await this.#pages('/user/emails');
    const found = emails.find((item) => item['primary'] === true && item['verified'] === true);
    return typeof found?.['email'] === 'string' ? found['email'] : undefined;
  }

  /** Those that the person is an active member of and that let this application see it. */
  async orgs(): Promise<GithubGroup[]> {
    return (await this.#pages('/user/orgs')).map((org) => groupOf(org['id'], org['login']));
  }

  /** Named `<org>/<slug>`. */
  async teams(): Promise<GithubGroup[]> {
    return (await this.#pages('/user/teams')).map((team) => {
      const { login } = (team['organization'] ?? {}) as { login?: unknown };
      if (typeof login !== 'string' || typeof team['slug'] !== 'string') throw malformed('/user/teams');
      return groupOf(team['id'], `${login}/${team['slug']}`);
    });
  }

  async #pages(path: string): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = [];
    for (let page = 1; page <= MAX_PAGES; page++) {
      const { body, hasNext } = await this.#get(`${path}?per_page=${PAGE_SIZE}&page=${page}`);
      if (!Array.isArray(body)) throw malformed(path);
      items.push(...body.filter((item): item is Record<string, unknown> => typeof item === 'object' && item !== null));
      if (!hasNext) break;
    }
    return items;
  }

  async #get(path: string): Promise<{ body: unknown; hasNext: boolean }> {
    const url = new URL(`${this.#baseURL}${path}`);
    const headers = new Headers({
      accept: 'application/vnd.github+json',
      'user-agent': 'nannyapi',
      'x-github-api-version': '2022-11-28',
    });
    const response = await fetchProtectedResource(this.#configuration, this.#accessToken, url, 'GET', null, headers);
    if (!response.ok) {
      await response.body?.cancel();
      const isOutage = response.status >= 500 || response.status === 429;
      throw new LoginError(isOutage ? 'Unavailable' : 'ProviderFailed', `GitHub's API answers ${response.status}`);
    }
    // Only whether there is more is read of it: its addresses would be followed with the token.
    const hasNext = /;\s*rel="next"/.test(response.headers.get('link') ?? '');
    return { body: await response.json(), hasNext };
  }
}

/** Where the API of a GitHub is: github.com, one with data residency, or a GitHub Enterprise Server. */
export function githubApiURL({ issuer }: LoginProviderConfig): string {
  if (issuer.hostname === 'github.com') return 'https://api.github.com';
  if (issuer.hostname.endsWith('.ghe.com')) return `https://api.${issuer.host}`;
  return `${issuer.origin}/api/v3`;
}

function groupOf(id: unknown, name: unknown): GithubGroup {
  if (!isID(id) || typeof name !== 'string') throw malformed('a list');
  return { id, name: name.toLowerCase() };
}

function isID(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function malformed(path: string): LoginError {
  return new LoginError('ProviderFailed', `GitHub's API answers ${path} in an unknown form`);
}
