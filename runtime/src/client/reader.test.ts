import { describe, expectTypeOf, it } from 'vitest';
import type { Widget } from '../../testing/widget.ts';
import type { CachedReader, Informer } from '../informer/informer.ts';
import type { LiveReader, ResourceClient, Writer } from './resource-client.ts';

describe('readers', () => {
  it('are told apart by type: a cached one is never taken for a live one, nor the other way', () => {
    expectTypeOf<CachedReader<Widget>>().not.toExtend<LiveReader<Widget>>();
    expectTypeOf<LiveReader<Widget>>().not.toExtend<CachedReader<Widget>>();
  });

  it('are what informers hold and clients are', () => {
    expectTypeOf<Informer<Widget>['store']>().toEqualTypeOf<CachedReader<Widget>>();
    expectTypeOf<ResourceClient<Widget>>().toExtend<LiveReader<Widget>>();
    expectTypeOf<ResourceClient<Widget>>().toExtend<Writer<Widget>>();
    expectTypeOf<CachedReader<Widget>>().not.toExtend<Writer<Widget>>();
  });
});
