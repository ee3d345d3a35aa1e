import { describe, expect, it } from 'vitest';
import { compileCrd } from '../crd/compile-crd.ts';
import { widget, widgetCrd } from '../fixtures/widget-crd.ts';
import type { Json } from '../kinds.ts';
import { applyJsonPatch } from '../patch/json-patch.ts';
import { applyMergePatch } from '../patch/merge-patch.ts';
import { assertDepth } from './depth.ts';

function nested(depth: number): Json {
  let value: Json = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { raw: value };
  return value;
}

describe('assertDepth', () => {
  const tooDeep = expect.objectContaining({ code: 'BadRequest', message: 'exceeded max depth' });

  it('takes what people write', () => {
    expect(() => assertDepth(nested(900))).not.toThrow();
  });

  it('guards every way in', () => {
    const deep = nested(200_000);
    expect(() => compileCrd(widgetCrd()).prune(widget({ raw: deep }))).toThrow(tooDeep);
    expect(() => applyMergePatch({}, { a: deep })).toThrow(tooDeep);
    expect(() => applyJsonPatch({}, [{ op: 'add', path: '/a', value: deep }])).toThrow(tooDeep);
  });
});
