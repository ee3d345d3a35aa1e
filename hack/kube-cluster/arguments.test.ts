import { describe, expect, it } from 'vitest';
import { readCommand } from './arguments.ts';

const read = (line: string) => readCommand(line.split(' ').filter(Boolean), '/here');

describe('the words after hack/kube', () => {
  it.each([
    ['up', { verb: 'up', on: 'Namespaces', nodeCount: 1, withProduct: true }],
    ['up --nodes 2 --without-product', { verb: 'up', on: 'Namespaces', nodeCount: 2, withProduct: false }],
    ['up --kind', { verb: 'up', on: 'Kind', nodeCount: 1, withProduct: true }],
    ['up --kubeconfig mine', { verb: 'up', on: 'Existing', kubeconfigPath: '/here/mine' }],
    ['load a.tar /b.tar', { verb: 'load', archives: ['/here/a.tar', '/b.tar'] }],
    ['restart-node node2', { verb: 'restart-node', node: 'node2' }],
    ['restart-api-server', { verb: 'restart-api-server' }],
    ['down', { verb: 'down' }],
    ['env', { verb: 'env' }],
  ])('%s', (line, command) => {
    expect(read(line)).toEqual(command);
  });

  it.each([
    ['', 'there is no command without a name'],
    ['start', 'there is no start'],
    ['up --nodes 0', '--nodes takes a number from 1 to 16, not 0'],
    ['up --nodes two', '--nodes takes a number from 1 to 16, not two'],
    ['up --node 2', "Unknown option '--node'"],
    ['up here', 'up takes no here'],
    ['up --kind --kubeconfig mine', '--kubeconfig names a cluster that is there'],
    ['down --nodes 2', 'down takes no options'],
    ['load', 'load takes the paths of image archives'],
    ['restart-node', 'restart-node takes the name of one node'],
  ])('"%s" is refused with what is allowed', (line, words) => {
    expect(() => read(line)).toThrow(words);
  });
});
