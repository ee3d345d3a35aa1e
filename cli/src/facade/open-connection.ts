import { systemClock } from '@nannyapi/process';
import type { VerbIo } from '../verb.ts';
import { credentialsPath, readLogin } from './credentials-file.ts';
import { FacadeConnection, type FacadeAccess } from './facade-connection.ts';

/** The way to the control plane that this command line is logged in at. @throws CodedError `NotLoggedIn`. */
export async function readAccess(io: Pick<VerbIo, 'env'>): Promise<FacadeAccess> {
  return readLogin(credentialsPath(io.env), systemClock.now());
}

/** Gives work a connection to that control plane, and closes it afterwards. */
export async function withConnection(
  io: VerbIo,
  work: (connection: FacadeConnection, access: FacadeAccess) => Promise<number>,
): Promise<number> {
  const access = await readAccess(io);
  const connection = new FacadeConnection(access);
  try {
    return await work(connection, access);
  } finally {
    await connection.close();
  }
}
