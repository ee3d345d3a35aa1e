import { createLogger } from '@nannyapi/process';
import { startApiServer } from '../src/server/start-api-server.ts';
import { RawClient } from './raw-client.ts';
import { CONFIG_MAPS } from './widget-server.ts';

/**
 * A program for the crash test: serves a data folder, writes to itself over HTTPS as fast as it can, and prints
 * `NAME REVISION` for every create that was answered, `! CODE REASON` for every one that was refused, with what a read
 * of the first object answered meanwhile. It ends when it is killed.
 */
async function main(dataDir: string, writers: number): Promise<void> {
  const log = createLogger({ name: 'crash-test', level: 'silent' });
  const server = await startApiServer({ dataDir, port: 0, crds: [], log });
  const raw = new RawClient(server);
  const write = async (writer: number): Promise<never> => {
    for (let count = 0; ; count += 1) {
      const name = `pid-${process.pid}-${writer}-${count}`;
      const body = { metadata: { name }, data: { name, filler: 'x'.repeat(500) } };
      const answer = await raw.send('POST', CONFIG_MAPS, { body });
      if (answer.code === 201) {
        process.stdout.write(`${name} ${answer.body.metadata.resourceVersion}\n`);
        continue;
      }
      const read = await raw.send('GET', CONFIG_MAPS);
      process.stdout.write(`! ${answer.code} ${answer.body.reason} ${read.code}\n`);
    }
  };
  await Promise.all(Array.from({ length: writers }, (_item, writer) => write(writer)));
}

await main(process.argv[2] ?? '', Number(process.argv[3] ?? 4));
