import { describe, expect, it } from 'vitest';
import { requestedAccess } from './requested-access.ts';

const NOTHING = { group: '', namespace: '', plural: '', name: '', subresource: '' };

describe('requestedAccess', () => {
  it.each<[string, string, string, object]>([
    ['GET', '/api/v1/namespaces/a/pods', 'list', { namespace: 'a', plural: 'pods' }],
    ['GET', '/api/v1/namespaces/a/pods?watch=true', 'watch', { namespace: 'a', plural: 'pods' }],
    ['GET', '/api/v1/watch/namespaces/a/pods/b', 'watch', { namespace: 'a', plural: 'pods', name: 'b' }],
    ['GET', '/api/v1/pods?fieldSelector=metadata.name=x', 'list', { plural: 'pods', name: 'x' }],
    ['GET', '/api/v1/pods?fieldSelector=a=b,metadata.name==x&watch=1', 'watch', { plural: 'pods', name: 'x' }],
    ['GET', '/api/v1/pods?fieldSelector=metadata.name!=x', 'list', { plural: 'pods' }],
    ['DELETE', '/apis/g/v1/things?fieldSelector=metadata.name=x', 'deletecollection', { group: 'g', plural: 'things' }],
    ['DELETE', '/apis/g/v1/things/x', 'delete', { group: 'g', plural: 'things', name: 'x' }],
    ['HEAD', '/apis/g/v1/things/x', 'get', { group: 'g', plural: 'things', name: 'x' }],
    [
      'PATCH',
      '/apis/g/v1/things/x/status',
      'patch',
      { group: 'g', plural: 'things', name: 'x', subresource: 'status' },
    ],
    ['PUT', '/api/v1/namespaces/a', 'update', { namespace: 'a', plural: 'namespaces', name: 'a' }],
    [
      'PUT',
      '/api/v1/namespaces/a/status',
      'update',
      { namespace: 'a', plural: 'namespaces', name: 'a', subresource: 'status' },
    ],
    ['GET', '/api/v1/namespaces', 'list', { plural: 'namespaces' }],
    [
      'POST',
      '/api/v1/namespaces/a/serviceaccounts/b/token',
      'create',
      { namespace: 'a', plural: 'serviceaccounts', name: 'b', subresource: 'token' },
    ],
  ])('%s %s is %s of a resource', (method, target, verb, resource) => {
    const [path = '', query = ''] = target.split('?');
    expect(requestedAccess(method, path, new URLSearchParams(query))).toEqual({
      verb,
      path,
      resource: { ...NOTHING, ...resource },
    });
  });

  it.each(['/', '/api', '/api/v1', '/apis/g', '/apis/g/v1', '/healthz/ping', '/version/'])(
    '%s is no resource',
    (path) => {
      expect(requestedAccess('GET', path, new URLSearchParams())).toEqual({ verb: 'get', path });
    },
  );
});
