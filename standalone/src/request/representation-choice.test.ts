import { describe, expect, it } from 'vitest';
import { findChoice, negotiate } from './representation-choice.ts';

const META = 'g=meta.k8s.io;v=v1';

describe('findChoice', () => {
  it.each<[string | undefined, string]>([
    [undefined, 'Object as application/json'],
    ['', 'Object as application/json'],
    ['*/*', 'Object as application/json'],
    ['application/yaml', 'Object as application/yaml'],
    ['application/vnd.kubernetes.protobuf, application/json', 'Object as application/json'],
    ['application/json;q=0.1, application/yaml;q=0.9', 'Object as application/yaml'],
    ['application/json;q=0.5, application/yaml;q=0.5', 'Object as application/json'],
    [`application/json;as=Table;${META}, application/json`, 'Table as application/json'],
    [`application/yaml;as=PartialObjectMetadata;${META}`, 'PartialObjectMetadata as application/yaml'],
    ['application/json;as=Table;g=meta.k8s.io;v=v2, application/json', 'Object as application/json'],
  ])('%s is answered with %s', (accept, expected) => {
    const choice = findChoice(accept);
    expect(`${choice?.representation} as ${choice?.mediaType}`).toBe(expected);
  });

  it.each(['text/html', ',', 'application/cbor', `application/json;as=Other;${META}`])('%s cannot be met', (accept) => {
    expect(findChoice(accept)).toBeUndefined();
    expect(() => negotiate(accept)).toThrowError(expect.objectContaining({ code: 'NotAcceptable', status: 406 }));
  });
});
