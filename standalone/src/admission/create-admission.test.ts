import { RawClient, startTestApiServer, type RawAnswer, type TestApiServer } from '../../testing/index.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const GROUP = '/apis/admissionregistration.k8s.io/v1';
const MAPS = '/api/v1/namespaces/default/configmaps';

let server: TestApiServer;
let raw: RawClient;

beforeAll(async () => {
  server = await startTestApiServer({ crds: [] });
  raw = new RawClient(server);
});
afterAll(async () => {
  raw?.close();
  await server?.close();
});
beforeEach(async () => {
  for (const plural of ['validatingadmissionpolicybindings', 'validatingadmissionpolicies']) {
    await raw.send('DELETE', `${GROUP}/${plural}`);
  }
});

async function must(method: string, path: string, body?: object): Promise<RawAnswer['body']> {
  const answer = await raw.send(method, path, body === undefined ? {} : { body });
  if (answer.code >= 300) throw new Error(answer.text);
  return answer.body;
}

/** A policy that says no to what its rule is about. */
async function forbid(name: string, rule: object, spec: object = {}): Promise<void> {
  const resourceRules = [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'], ...rule }];
  const kind = 'ValidatingAdmissionPolicy';
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const validations = [{ expression: 'false', message: 'no' }];
  const policy = { matchConstraints: { resourceRules }, validations, ...spec };
  await must('POST', `${GROUP}/validatingadmissionpolicies`, { apiVersion, kind, metadata: { name }, spec: policy });
  const binding = { policyName: name, validationActions: ['Deny'] };
  const body = { apiVersion, kind: `${kind}Binding`, metadata: { name }, spec: binding };
  await must('POST', `${GROUP}/validatingadmissionpolicybindings`, body);
}

async function write(name: string): Promise<number> {
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } };
  return (await raw.send('POST', `${MAPS}?dryRun=All`, { body })).code;
}

describe('createAdmission', () => {
  it('heeds a policy from the write that binds it to the one that takes it away', async () => {
    expect(await write('a')).toBe(201);
    await forbid('p', { resources: ['configmaps'] });
    expect(await write('a')).toBe(422);
    await must('DELETE', `${GROUP}/validatingadmissionpolicybindings/p`);
    expect(await write('a')).toBe(201);
  });

  it('heeds the newest state of a policy', async () => {
    await forbid('p', { resources: ['configmaps'] });
    const path = `${GROUP}/validatingadmissionpolicies/p`;
    const policy = await must('GET', path);
    policy.spec.validations[0].expression = 'object.metadata.name == "b"';
    await must('PUT', path, policy);
    expect([await write('a'), await write('b')]).toEqual([422, 201]);
  });

  it('has no policy judge policies, for one that forbids them could not be taken back', async () => {
    await forbid('all', {});
    expect(await write('a')).toBe(422);
    await must('DELETE', `${GROUP}/validatingadmissionpolicies/all`);
    expect(await write('a')).toBe(201);
  });

  it('has no policy judge questions about rights', async () => {
    await forbid('all', {});
    const body = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { nonResourceAttributes: { path: '/', verb: 'get' } },
    };
    expect((await raw.send('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { body })).code).toBe(201);
  });

  it('judges each object of a collection that is deleted', async () => {
    for (const name of ['kept', 'gone']) {
      await must('POST', MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { set: 'x' } } });
    }
    await forbid(
      'p',
      { resources: ['configmaps'] },
      { validations: [{ expression: 'oldObject.metadata.name != "kept"', message: 'keep it' }] },
    );
    const { code, body } = await raw.send('DELETE', `${MAPS}?labelSelector=set%3Dx`);
    expect([code, body.message]).toEqual([422, expect.stringContaining('keep it')]);
    expect((await raw.send('GET', `${MAPS}/kept`)).code).toBe(200);
    expect((await raw.send('GET', `${MAPS}/gone`)).code).toBe(404);
  });

  it('leaves the garbage collection of the server itself alone', async () => {
    const owner = await must('POST', MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owner' } });
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid }];
    await must('POST', MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owned', ownerReferences } });
    const watch = await raw.watch(
      `${MAPS}?watch=true&fieldSelector=metadata.name%3Downed&resourceVersion=${owner.metadata.resourceVersion}`,
    );
    await forbid('p', { resources: ['configmaps'], resourceNames: ['owned'] });
    await must('DELETE', `${MAPS}/owner`);
    expect((await watch.next()).type).toBe('ADDED');
    expect((await watch.next()).type).toBe('DELETED');
    watch.close();
  });

  it('sees a namespace as it will be, and what is in it by its labels', async () => {
    await forbid(
      'p',
      { resources: ['namespaces', 'configmaps'], operations: ['CREATE'] },
      {
        matchConstraints: {
          resourceRules: [
            { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['namespaces', 'configmaps'] },
          ],
          namespaceSelector: { matchLabels: { closed: 'yes' } },
        },
      },
    );
    const namespace = (labels: object): object => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'closed', labels },
    });
    expect((await raw.send('POST', '/api/v1/namespaces', { body: namespace({ closed: 'yes' }) })).code).toBe(422);
    await must('POST', '/api/v1/namespaces', namespace({}));
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
    const path = '/api/v1/namespaces/closed/configmaps?dryRun=All';
    expect((await raw.send('POST', path, { body: map })).code).toBe(201);
    await raw.send('PATCH', '/api/v1/namespaces/closed', {
      body: { metadata: { labels: { closed: 'yes' } } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect((await raw.send('POST', path, { body: map })).code).toBe(422);
  });

  it('shows an event in the form of the API that the policy asked for', async () => {
    await forbid(
      'p',
      { apiGroups: ['events.k8s.io'], resources: ['events'] },
      {
        validations: [
          { expression: 'object.apiVersion != "events.k8s.io/v1" || object.note != "secret"', message: 'no secrets' },
        ],
      },
    );
    const event = (message: string): object => ({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: message, namespace: 'default' },
      involvedObject: { kind: 'ConfigMap', name: 'a', namespace: 'default' },
      message,
      type: 'Normal',
      reason: 'Said',
    });
    const path = '/api/v1/namespaces/default/events?dryRun=All';
    expect((await raw.send('POST', path, { body: event('secret') })).body.message).toContain('no secrets');
    expect((await raw.send('POST', path, { body: event('public') })).code).toBe(201);
  });
});
