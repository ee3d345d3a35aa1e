import { expect, it } from 'vitest';
import type { ApiObject } from '../kinds.ts';
import { acceptNames } from './accepted-names.ts';
import type { Crd, CrdNames } from './crd-types.ts';

function definition(name: string, names: CrdNames, accepted?: CrdNames): Crd {
  const spec = { group: 'example.org', scope: 'Cluster', names, versions: [] };
  const status = accepted === undefined ? {} : { status: { acceptedNames: accepted } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
    spec,
    ...status,
  } as Crd;
}

const WIDGET = { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList', shortNames: ['w'] };
const OTHERS: ApiObject[] = [definition('widgets.example.org', WIDGET, WIDGET)];
const FREE = { plural: 'gadgets', singular: 'gadget', kind: 'Gadget', listKind: 'GadgetList' };

it('accepts names that nobody has', () => {
  expect(acceptNames(definition('gadgets.example.org', FREE), OTHERS)).toEqual({ names: FREE, conflict: undefined });
});

it.each([
  ['singular', { ...FREE, singular: 'widget' }, 'SingularConflict', '"widget" is already in use'],
  ['short name', { ...FREE, shortNames: ['g', 'w'] }, 'ShortNamesConflict', '"w" is already in use'],
  ['kind', { ...FREE, kind: 'Widget' }, 'KindConflict', '"Widget" is already in use'],
  ['kind of lists', { ...FREE, listKind: 'WidgetList' }, 'ListKindConflict', '"WidgetList" is already in use'],
])('refuses a %s that another has', (_name, names, reason, message) => {
  expect(acceptNames(definition('gadgets.example.org', names), OTHERS).conflict).toEqual({ reason, message });
});

it('lets a definition keep what it has', () => {
  const own = definition('widgets.example.org', { ...WIDGET, shortNames: ['w', 'wd'] }, WIDGET);
  expect(acceptNames(own, OTHERS)).toEqual({ names: { ...WIDGET, shortNames: ['w', 'wd'] }, conflict: undefined });
});

it('lets go of short names that are no longer asked for', () => {
  const { shortNames: _shortNames, ...wanted } = WIDGET;
  expect(acceptNames(definition('widgets.example.org', wanted, WIDGET), OTHERS).names).toEqual(wanted);
});
