import { API_PROCESS_SETTINGS } from '@nannyapi/api';
import { OPERATOR_CONFIG, OPERATOR_PROCESS_SETTINGS, UNINSTALL_SETTINGS } from '@nannyapi/operator';
import type { Setting } from '@nannyapi/process';
import { FLAGS as AGENT_FLAGS, SETTINGS as AGENT_SETTINGS, USAGE } from '../../../agent-daemonset/src/config.ts';
import { agents } from '../../../cli/src/agents.ts';
import { approveAgent } from '../../../cli/src/agents/approve.ts';
import { denyAgent } from '../../../cli/src/agents/deny.ts';
import { listAgents } from '../../../cli/src/agents/list.ts';
import { revokeAgent } from '../../../cli/src/agents/revoke.ts';
import { enrollmentToken } from '../../../cli/src/enrollment-token.ts';
import { createEnrollmentToken } from '../../../cli/src/enrollment-token/create.ts';
import { listEnrollmentTokens } from '../../../cli/src/enrollment-token/list.ts';
import { revokeEnrollmentToken } from '../../../cli/src/enrollment-token/revoke.ts';
import { standaloneExport } from '../../../cli/src/export.ts';
import { importVerb } from '../../../cli/src/import.ts';
import { investigate } from '../../../cli/src/investigate.ts';
import { login } from '../../../cli/src/login.ts';
import { logout } from '../../../cli/src/logout.ts';
import { policy } from '../../../cli/src/policy.ts';
import { quickstart } from '../../../cli/src/quickstart.ts';
import { standaloneLoginLink } from '../../../cli/src/standalone-login-link.ts';
import { standalone } from '../../../cli/src/standalone.ts';
import { whoami } from '../../../cli/src/whoami.ts';
import { block, code, generatedBy, page } from './markdown.ts';

/** `docs/reference/configuration.md`: every flag and every variable. */
export function renderConfiguration(): string {
  const flagOf = new Map<string, string>(Object.entries(AGENT_FLAGS).map(([flag, name]) => [name, flag]));
  return page(
    generatedBy('the settings and the help of the programs'),
    '# Configuration',
    'A value that is not allowed keeps the program from starting; one message names all of them. An empty variable counts as absent.',
    '## `nanny standalone`',
    block(standalone.help),
    'It also reads the variables of the [operator](#operator).',
    '## `nanny standalone export`',
    block(standaloneExport.help),
    '## `nanny standalone login-link`',
    block(standaloneLoginLink.help),
    '## `nanny login`, `logout`, `whoami`',
    ...[login, logout, whoami].map(({ help }) => block(help)),
    '## `nanny agents`',
    ...[agents, listAgents, approveAgent, denyAgent, revokeAgent].map(({ help }) => block(help)),
    '## `nanny enrollment-token`',
    ...[enrollmentToken, createEnrollmentToken, listEnrollmentTokens, revokeEnrollmentToken].map(({ help }) =>
      block(help),
    ),
    '## `nanny investigate`',
    block(investigate.help),
    '## `nanny import`',
    block(importVerb.help),
    '## `nanny quickstart`',
    block(quickstart.help),
    '`hack/quickstart` does the set-up first and gives `--data data`, below the clone. It also reads the variables of the [operator](#operator).',
    '## `nanny policy`',
    block(policy.help),
    '## Operator',
    'Variables of the environment of `nanny standalone` and `nanny quickstart`, and of an operator of its own.',
    ...Object.entries(OPERATOR_CONFIG).map(([name, setting]) => settingText(name, setting)),
    '## Operator of its own',
    'Further variables of `operator/src/main.ts`, the operator as it runs in a cluster. Standalone has no use for them: its data folder admits one process.',
    ...Object.entries(OPERATOR_PROCESS_SETTINGS).map(([name, setting]) => settingText(name, setting)),
    '### `uninstall`',
    'With this argument the operator prepares a cluster for life without it, as the hook of the chart does, and ends. It reads these, and of the above those with the same names as there: namespace, kubeconfig, name of the lease, level of the log.',
    ...Object.entries(UNINSTALL_SETTINGS)
      .filter(([name]) => name.startsWith('NANNYAPI_UNINSTALL_'))
      .map(([name, setting]) => settingText(name, setting)),
    '## Facade of its own',
    'Variables of `api/src/main.ts`, the HTTP API as it runs in a cluster. Standalone serves it in its own process.',
    ...Object.entries(API_PROCESS_SETTINGS).map(([name, setting]) => settingText(name, setting)),
    '## `nanny-agent`',
    block(USAGE),
    'A flag wins over its variable. `nanny standalone --agent` starts its agent with the flags it needs.',
    ...Object.entries(AGENT_SETTINGS).map(([name, setting]) => settingText(name, setting, flagOf.get(name))),
  );
}

function settingText(name: string, setting: Setting, flag?: string): string {
  const title = `### ${code(name)}${flag === undefined ? '' : `, ${code(`--${flag}`)}`}`;
  return [
    title,
    '',
    `- Default: ${defaultOf(setting)}`,
    `- Allowed: ${allowedOf(setting)}`,
    '',
    setting.description,
  ].join('\n');
}

function defaultOf(setting: Setting): string {
  if (setting.default !== undefined) return code(String(setting.default));
  return setting.optional ? 'none' : 'none; required';
}

function allowedOf(setting: Setting): string {
  switch (setting.type) {
    case 'integer':
      return `an integer from ${setting.min} to ${setting.max}`;
    case 'boolean':
      return '`true` or `false`';
    case 'url':
      return `a URL that starts with ${(setting.protocols ?? ['https:', 'http:']).map((protocol) => code(`${protocol}//`)).join(' or ')}`;
    case 'choice':
      return setting.choices.map(code).join(', ');
    case 'string':
      break;
  }
  const pattern = setting.pattern ? ` that match ${code(setting.pattern.source)}` : '';
  return `1 to ${setting.maxLength ?? 4096} characters${pattern}`;
}
