/** How hosts get their agent from the control plane itself. */
export * from './agent-files.ts';
export * from './agent-package.ts';
export * from './install-command.ts';
export * from './install-routes.ts';
export * from './packed-agent.ts';
