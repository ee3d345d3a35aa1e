import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, extname, join } from 'node:path';

/** One file that pages refer to. */
interface Asset {
  /** Below `/assets/`, with the hash of its content in it. */
  hashedName: string;
  type: string;
  read(): Promise<Buffer>;
}

/** What an asset is served as. */
export interface ServedAsset {
  body: Buffer;
  type: string;
  /** Whether the name asked for is that of these very bytes, so that they may be kept for ever. */
  isCurrent: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const SWAGGER_FILES = ['swagger-ui.css', 'swagger-ui-bundle.js'];
/** Hexadecimal digits of a hash in a name: 40 bits tell two versions of one file apart. */
const HASH_LENGTH = 10;

/**
 * Style sheets, scripts and pictures of the pages.
 *
 * Each is served under a name that holds the hash of its bytes, so that browsers keep it for ever and never keep an old
 * one. Only names and hashes stay in memory: a browser asks for a file once.
 */
export class Assets {
  readonly #assets: ReadonlyMap<string, Asset>;

  private constructor(assets: ReadonlyMap<string, Asset>) {
    this.#assets = assets;
  }

  /** @throws Error when the folder of assets is not there: the program was not installed whole. */
  static load(): Assets {
    const assets = new Map<string, Asset>();
    // Scripts come after what they import, by name: run-lines before timeline.
    for (const file of assetFiles()) assets.set(basename(file), assetOf(file, assets));
    return new Assets(assets);
  }

  /** The path of an asset, e.g. `/assets/pages-0a1b2c3d4e.css`. @throws Error when there is no such file. */
  path(name: string): string {
    const asset = this.#assets.get(name);
    if (!asset) throw new Error(`There is no asset ${name}`);
    return `/assets/${asset.hashedName}`;
  }

  /**
   * The file of a name with a hash in it; `undefined` when there is none.
   *
   * Another hash brings the present file: while replicas of two versions serve side by side, a page of one asks the
   * other for its assets.
   */
  async find(hashedName: string): Promise<ServedAsset | undefined> {
    const asset = this.#assets.get(hashedName.replace(/-[0-9a-f]{10}(\.[a-z]+)$/, '$1'));
    if (!asset) return undefined;
    return { body: await asset.read(), type: asset.type, isCurrent: asset.hashedName === hashedName };
  }
}

function assetOf(file: string, known: ReadonlyMap<string, Asset>): Asset {
  const name = basename(file);
  const extension = extname(name);
  const content = withHashedImports(readFileSync(file), extension, known);
  const hash = createHash('sha256').update(content).digest('hex').slice(0, HASH_LENGTH);
  return {
    hashedName: `${basename(name, extension)}-${hash}${extension}`,
    type: TYPES[extension] ?? 'application/octet-stream',
    read: async () => withHashedImports(await readFile(file), extension, known),
  };
}

/** `from './run-lines.js'` with the name that the file is served under. */
function withHashedImports(content: Buffer, extension: string, known: ReadonlyMap<string, Asset>): Buffer {
  if (extension !== '.js' || content.length > 100_000) return content;
  const text = content.toString('utf8');
  return Buffer.from(
    text.replaceAll(/(?<=^import .* from ')\.\/([\w.-]+)(?=';$)/gm, (_, name: string) => {
      const asset = known.get(name);
      return asset ? `./${asset.hashedName}` : `./${name}`;
    }),
  );
}

/** Beside the bundle, where `hack/build.mjs` puts them; else where the sources and npm have them. */
function assetFiles(): string[] {
  const beside = join(import.meta.dirname, 'assets');
  if (existsSync(beside)) return listAssets(beside);
  const swagger = createRequire(import.meta.url).resolve('swagger-ui-dist/package.json');
  return [
    ...listAssets(join(import.meta.dirname, '../../../assets')),
    ...SWAGGER_FILES.map((name) => join(swagger, '..', name)),
  ];
}

function listAssets(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => extname(name) in TYPES)
    .toSorted()
    .map((name) => join(folder, name));
}
