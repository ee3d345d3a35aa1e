export { createPlaybook, playbookFindings } from './playbook.ts';
