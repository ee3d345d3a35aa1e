import type { Command } from '../grammar/grammar.ts';
import { fileCommands } from './files.ts';
import { firewallCommands } from './firewall.ts';
import { guestCommands } from './guests.ts';
import { loadCommands } from './load.ts';
import { nameCommands } from './names.ts';
import { networkCommands } from './network.ts';
import { packageCommands } from './packages.ts';
import { processCommands } from './processes.ts';
import { serviceCommands } from './services.ts';
import { storageCommands } from './storage.ts';
import { systemCommands } from './system.ts';

/** Every command that may run, by subject. */
export const COMMANDS: readonly Command[] = [
  ...loadCommands,
  ...processCommands,
  ...fileCommands,
  ...networkCommands,
  ...firewallCommands,
  ...nameCommands,
  ...serviceCommands,
  ...storageCommands,
  ...systemCommands,
  ...packageCommands,
  ...guestCommands,
];
