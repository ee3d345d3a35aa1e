import { beforeAll, describe, expect, it } from 'vitest';
import { createAt, gadget, namesOf, serveGadgets, type Gadgets } from './fixtures/gadgets.ts';
import { onEachServer, uniqueName } from './servers.ts';

/** More than any server of a test has written. */
const FUTURE = '1000000000';

onEachServer((server) => {
  let gadgets: Gadgets;
  let configMaps: string;
  let revision: string;

  beforeAll(async () => {
    gadgets = await serveGadgets(server);
    configMaps = `/api/v1/namespaces/${gadgets.namespace}/configmaps`;
    for (const [index, name] of ['b', 'a', 'e', 'd', 'c'].entries()) {
      const spec = { color: index < 2 ? 'red' : 'blue', size: index };
      await createAt(server, gadgets.path, gadget(gadgets, name, { labels: { n: `${index}` }, spec }));
      await createAt(server, configMaps, { metadata: { name, labels: { n: `${index}` } } });
    }
    revision = (await server.raw.send('GET', configMaps)).body.metadata.resourceVersion;
  });

  /** Lists one of the two collections. */
  async function list(path: string, query = ''): Promise<Awaited<ReturnType<typeof server.raw.send>>> {
    return await server.raw.send('GET', `${path}?${query}`);
  }

  describe('a list', () => {
    it('is ordered by name, and its items of a built-in kind name no kind', async () => {
      const { body } = await list(configMaps);
      expect([body.kind, body.apiVersion]).toEqual(['ConfigMapList', 'v1']);
      expect(namesOf(body)).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect(body.metadata).toEqual({ resourceVersion: expect.stringMatching(/^\d+$/) });
      expect(body.items[0]).not.toHaveProperty('kind');
      expect(body.items[0]).not.toHaveProperty('apiVersion');
    });

    it('of custom resources names the kind of each item, and always has a continue token', async () => {
      const { body } = await list(gadgets.path);
      expect([body.kind, body.apiVersion]).toEqual(['GadgetList', gadgets.apiVersion]);
      expect([body.items[0].kind, body.items[0].apiVersion]).toEqual(['Gadget', gadgets.apiVersion]);
      expect(body.metadata).toEqual({ continue: '', resourceVersion: expect.stringMatching(/^\d+$/) });
    });

    it('over all namespaces is ordered by namespace, then name', async () => {
      const second = await server.createNamespace();
      await createAt(server, `/apis/${gadgets.apiVersion}/namespaces/${second}/gadgets`, gadget(gadgets, 'x'));
      const { body } = await list(gadgets.everywhere);
      const places = body.items.map(
        ({ metadata }: { metadata: { namespace: string; name: string } }) => `${metadata.namespace}/${metadata.name}`,
      );
      const own = ['a', 'b', 'c', 'd', 'e'].map((name) => `${gadgets.namespace}/${name}`);
      expect(places).toEqual([...own, `${second}/x`].toSorted());
      expect(namesOf((await list(gadgets.everywhere, `fieldSelector=metadata.namespace%3D${second}`)).body)).toEqual([
        'x',
      ]);
    });

    it('of a namespace that does not exist is empty', async () => {
      const { code, body } = await list('/api/v1/namespaces/nowhere/configmaps');
      expect([code, body.items]).toEqual([200, []]);
    });
  });

  describe('label selectors', () => {
    it.each([
      ['n=1', 'a'],
      ['n==1', 'a'],
      ['n!=1', 'b,c,d,e'],
      [' n  in ( 1 , 2 ) ', 'a,e'],
      ['n notin (1,2)', 'b,c,d'],
      ['n notin (1),n!=2', 'b,c,d'],
      ['n', 'a,b,c,d,e'],
      ['!n', ''],
      ['! absent', 'a,b,c,d,e'],
      ['absent!=x', 'a,b,c,d,e'],
      ['n>2', 'c,d'],
      ['n<1', 'b'],
      ['n in (1,,)', 'a'],
      ['n=1,n=2', ''],
      ['constructor', ''],
      ['!toString', 'a,b,c,d,e'],
    ])('%s', async (selector, expected) => {
      const query = `labelSelector=${encodeURIComponent(selector)}`;
      expect(namesOf((await list(configMaps, query)).body).join()).toBe(expected);
      expect(namesOf((await list(gadgets.path, query)).body).join()).toBe(expected);
    });

    it.each([
      ['=1', "found '=', expected: !, identifier, or 'end of string'"],
      ['n=1,', "found '', expected: identifier after ','"],
      ['n in 1', "unable to parse requirement: found '1' expected: '('"],
      ['n in (1', "unable to parse requirement: found '', expected: ',' or ')'"],
      ['n 1', "unable to parse requirement: found '1', expected: in, notin, =, ==, !=, gt, lt"],
      ['n===1', "unable to parse requirement: found '=', expected: identifier"],
      ['n=1 2', "found '2', expected: ',' or 'end of string'"],
      [
        'n>x',
        "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
      ],
    ])('refuses %s', async (selector, message) => {
      const { code, body } = await list(configMaps, `labelSelector=${encodeURIComponent(selector)}`);
      expect([code, body.reason, body.message]).toEqual([400, 'BadRequest', message]);
    });

    it('refuses keys and values that no label can have, and says why', async () => {
      const key = await list(configMaps, `labelSelector=a/b/c`);
      expect([key.code, key.body.message]).toEqual([400, expect.stringContaining('a valid label key must consist of')]);
      const value = await list(configMaps, `labelSelector=a%3D${'x'.repeat(64)}`);
      expect([value.code, value.body.message]).toEqual([400, expect.stringContaining('must be no more than 63')]);
    });
  });

  describe('field selectors', () => {
    it.each([
      ['metadata.name=a', 'a'],
      ['metadata.name==a', 'a'],
      ['metadata.name!=a', 'b,c,d,e'],
      ['metadata.name!=a,metadata.name!=b', 'c,d,e'],
      ['metadata.name=a,metadata.name=b', ''],
      ['metadata.namespace=nowhere', ''],
      ['metadata.name=', ''],
      [',metadata.name=a,', 'a'],
      ['spec.color=red', 'a,b'],
      ['spec.color!=red', 'c,d,e'],
      ['spec.size=3', 'd'],
      ['spec.color=blue,spec.size=2', 'e'],
    ])('%s', async (selector, expected) => {
      expect(namesOf((await list(gadgets.path, `fieldSelector=${encodeURIComponent(selector)}`)).body).join()).toBe(
        expected,
      );
    });

    it.each([
      ['spec.nothing=1', 'field label not supported: spec.nothing'],
      ['metadata.uid=1', 'field label not supported: metadata.uid'],
      ['nonsense', "invalid selector: 'nonsense'; can't understand 'nonsense'"],
      ['metadata.name=a=b', 'invalid field selector: unescaped character in value: 61'],
      ['metadata.name=a\\b', 'invalid field selector: invalid escape sequence: \\b'],
    ])('refuses %s', async (selector, message) => {
      const { code, body } = await list(gadgets.path, `fieldSelector=${encodeURIComponent(selector)}`);
      expect([code, body.reason, body.message]).toEqual([400, 'BadRequest', message]);
    });

    it('of a built-in kind name what may be selected', async () => {
      const { code, body } = await list(configMaps, 'fieldSelector=data.a%3D1');
      const message = '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"';
      expect([code, body.message]).toEqual([400, message]);
    });

    it('know the phase of namespaces and the type of secrets', async () => {
      const { namespace } = gadgets;
      const active = await list(
        '/api/v1/namespaces',
        `fieldSelector=status.phase%3DActive,metadata.name%3D${namespace}`,
      );
      expect(namesOf(active.body)).toEqual([namespace]);
      const secrets = `/api/v1/namespaces/${namespace}/secrets`;
      await createAt(server, secrets, { metadata: { name: 'plain' } });
      await createAt(server, secrets, { metadata: { name: 'odd' }, type: 'example.com/odd' });
      expect(namesOf((await list(secrets, 'fieldSelector=type%3DOpaque')).body)).toEqual(['plain']);
    });
  });

  describe('pages', () => {
    it.each(['configMaps', 'gadgets'])('of %s show one moment, whatever is written meanwhile', async (which) => {
      const fresh = `/api/v1/namespaces/${await server.createNamespace()}`;
      const path =
        which === 'gadgets'
          ? `/apis/${gadgets.apiVersion}${fresh.slice('/api/v1'.length)}/gadgets`
          : `${fresh}/configmaps`;
      const make = async (name: string): Promise<unknown> =>
        await createAt(server, path, which === 'gadgets' ? gadget(gadgets, name) : { metadata: { name } });
      for (const name of ['a', 'b', 'c', 'd', 'e']) await make(name);
      const first = (await list(path, 'limit=2')).body;
      expect([namesOf(first), first.metadata.remainingItemCount]).toEqual([['a', 'b'], 3]);
      await make('aa');
      await make('cc');
      await server.raw.send('DELETE', `${path}/d`);
      const second = (await list(path, `limit=2&continue=${first.metadata.continue}`)).body;
      expect([namesOf(second), second.metadata.remainingItemCount]).toEqual([['c', 'd'], 1]);
      expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
      const third = (await list(path, `limit=2&continue=${second.metadata.continue}`)).body;
      expect(namesOf(third)).toEqual(['e']);
      expect(third.metadata.continue ?? '').toBe('');
      expect(third.metadata).not.toHaveProperty('remainingItemCount');
      expect(namesOf((await list(path)).body)).toEqual(['a', 'aa', 'b', 'c', 'cc', 'e']);
    });

    it('over all namespaces go on in the middle of one', async () => {
      const seen: string[] = [];
      let query = 'limit=3';
      for (;;) {
        const { body } = await list(gadgets.everywhere, query);
        seen.push(...namesOf(body));
        if (body.metadata.continue === '') break;
        query = `limit=3&continue=${body.metadata.continue}`;
      }
      expect(seen.toSorted().join()).toBe(
        namesOf((await list(gadgets.everywhere)).body)
          .toSorted()
          .join(),
      );
    });

    it('of a selection are filled up, and do not tell how much remains', async () => {
      const { body } = await list(gadgets.path, 'limit=2&fieldSelector=spec.color%3Dblue');
      expect(namesOf(body)).toEqual(['c', 'd']);
      expect(body.metadata.continue).not.toBe('');
      expect(body.metadata).not.toHaveProperty('remainingItemCount');
      const rest = await list(gadgets.path, `fieldSelector=spec.color%3Dblue&continue=${body.metadata.continue}`);
      expect(namesOf(rest.body)).toEqual(['e']);
    });

    it.each([
      ['limit=0', 5],
      ['limit=-1', 5],
      ['limit=%2B2', 2],
      ['limit=5', 5],
      ['limit=1000000000', 5],
      ['limit=2&limit=1', 2],
      ['limit=2&resourceVersion=0', 5],
      ['limit=2&resourceVersion=0&resourceVersionMatch=NotOlderThan', 5],
    ])('%s shows %i', async (query, count) => {
      expect(namesOf((await list(configMaps, query)).body)).toHaveLength(count);
    });

    it.each(['x', '', '1.5', '1e3', ' 1'])('a limit of %j is refused', async (limit) => {
      const { code, body } = await list(configMaps, `limit=${encodeURIComponent(limit)}`);
      const message = `strconv.ParseInt: parsing ${JSON.stringify(limit)}: invalid syntax`;
      expect([code, body.reason, body.message]).toEqual([400, 'BadRequest', message]);
    });

    it.each([
      ['nonsense', 'continue key is not valid'],
      ['e30', 'continue key is not valid: server does not recognize this encoded version'],
      [Buffer.from('{"v":"meta.k8s.io/v1","rv":0,"start":"a"}').toString('base64url'), 'incorrect encoded start'],
      [Buffer.from('{"v":"meta.k8s.io/v1","rv":1,"start":""}').toString('base64url'), 'encoded start key empty'],
      [Buffer.from('{"v":"meta.k8s.io/v1","rv":1,"start":"../x"}').toString('base64url'), 'key is not valid: ../x'],
    ])('a continue token %s is refused', async (token, words) => {
      const { code, body } = await list(configMaps, `continue=${token}`);
      expect([code, body.reason]).toEqual([400, 'BadRequest']);
      expect(body.message).toContain('invalid continue token: ');
      expect(body.message).toContain(words);
    });

    it('a token with a resource version is refused', async () => {
      const { body } = await list(configMaps, 'limit=1');
      const answer = await list(configMaps, `continue=${body.metadata.continue}&resourceVersion=${revision}`);
      expect([answer.code, answer.body.message]).toEqual([
        400,
        'specifying resource version is not allowed when using continue',
      ]);
    });
  });

  describe('resource versions', () => {
    const FORBIDDEN = 'FieldValueForbidden';
    it.each([
      ['resourceVersion=', 200, undefined],
      ['resourceVersion=0', 200, undefined],
      ['resourceVersion=RV', 200, undefined],
      ['resourceVersion=RV&resourceVersionMatch=Exact', 200, undefined],
      ['resourceVersion=RV&resourceVersionMatch=NotOlderThan', 200, undefined],
      ['resourceVersion=0&resourceVersionMatch=NotOlderThan', 200, undefined],
      ['resourceVersion=x', 400, undefined],
      ['resourceVersion=-1', 400, undefined],
      ['resourceVersion=x&resourceVersionMatch=Exact', 400, undefined],
      ['resourceVersionMatch=Exact', 422, [FORBIDDEN]],
      ['resourceVersion=&resourceVersionMatch=NotOlderThan', 422, [FORBIDDEN]],
      ['resourceVersion=0&resourceVersionMatch=Exact', 422, [FORBIDDEN]],
      ['resourceVersion=RV&resourceVersionMatch=Bogus', 422, ['FieldValueNotSupported']],
      ['resourceVersionMatch=Bogus', 422, [FORBIDDEN, 'FieldValueNotSupported']],
      ['resourceVersionMatch=Exact&continue=x', 422, [FORBIDDEN, FORBIDDEN]],
      ['sendInitialEvents=true', 422, [FORBIDDEN]],
    ])('%s is answered with %i', async (query, code, causes) => {
      for (const limit of ['', 'limit=2&']) {
        for (const path of [configMaps, gadgets.path]) {
          const answer = await list(path, `${limit}${query.replace('RV', revision)}`);
          expect([answer.code, answer.body.details?.causes?.map(({ reason }: { reason: string }) => reason)]).toEqual([
            code,
            causes,
          ]);
        }
      }
    });

    it.each(['', '&resourceVersionMatch=NotOlderThan', '&resourceVersionMatch=Exact', '&limit=2'])(
      'from the future %s are told apart from other faults, with a time to try again',
      async (rest) => {
        const { code, headers, body } = await list(configMaps, `resourceVersion=${FUTURE}${rest}`);
        expect([code, body.reason, headers['retry-after']]).toEqual([504, 'Timeout', '1']);
        expect(body.message).toMatch(/^Timeout: Too large resource version: 1000000000, current: \d+$/);
        expect(body.details).toEqual({
          causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
          retryAfterSeconds: 1,
        });
      },
    );

    it('show the state of that moment when matched exactly, and at least that when not', async () => {
      const path = `/api/v1/namespaces/${await server.createNamespace()}/configmaps`;
      const name = uniqueName();
      const { metadata } = await createAt(server, path, { metadata: { name } });
      await createAt(server, path, { metadata: { name: `${name}-later` } });
      const exact = await list(path, `resourceVersion=${metadata.resourceVersion}&resourceVersionMatch=Exact`);
      expect([namesOf(exact.body), exact.body.metadata.resourceVersion]).toEqual([[name], metadata.resourceVersion]);
      const limited = await list(path, `resourceVersion=${metadata.resourceVersion}&limit=10`);
      expect(namesOf(limited.body)).toEqual([name]);
      const newer = `resourceVersion=${metadata.resourceVersion}&resourceVersionMatch=NotOlderThan`;
      expect(namesOf((await list(path, newer)).body)).toEqual([name, `${name}-later`]);
      expect(namesOf((await list(path, `resourceVersion=${metadata.resourceVersion}`)).body)).toHaveLength(2);
    });
  });
});
