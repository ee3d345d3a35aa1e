import { describe, expect, it } from 'vitest';
import { duplicateFields } from './duplicate-fields.ts';

describe('duplicateFields', () => {
  it.each<[string, string[]]>([
    ['{}', []],
    ['{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}', []],
    ['{"a":1,"a":2,"a":3}', ['a']],
    ['{"a":{"b":1,"b":2}}', ['a.b']],
    ['{"a":[1,{"b":1,"b":2}]}', ['a[1].b']],
    ['[{"op":1,"op":2}]', ['[0].op']],
    ['{"a":"x\\"{,:","a":"y"}', ['a']],
    ['{"a":1,"\\u0061":2}', ['a']],
    ['{"a":"x\\\\","a":"\\\\\\"","b":1}', ['a']],
    [`{a: 'it"s'}`, []],
    ['{ "a" : -1.5e3 ,\n"b" : [ true , null , "," ] , "b" : 0 }', ['b']],
    ['{"a":{"x":[[],[{"k":1}]],"y":{}},"b":"a","c":["a","a"]}', []],
  ])('finds in %s: %j', (text, fields) => {
    expect(duplicateFields(text)).toEqual(fields);
  });
});
