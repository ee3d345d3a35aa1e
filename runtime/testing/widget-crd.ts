import { WidgetResource } from './widget.ts';

const integer = { type: 'integer' };
const text = { type: 'string' };

/** The CRD of `Widget`, for real API servers. */
export const widgetCrd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${WidgetResource.plural}.${WidgetResource.group}` },
  spec: {
    group: WidgetResource.group,
    scope: 'Namespaced',
    names: { kind: 'Widget', listKind: 'WidgetList', plural: 'widgets', singular: 'widget' },
    versions: [
      {
        name: WidgetResource.version,
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { size: integer, suspend: { type: 'boolean' }, owner: text } },
              status: {
                type: 'object',
                properties: {
                  size: integer,
                  observedGeneration: integer,
                  conditions: {
                    type: 'array',
                    items: {
                      type: 'object',
                      properties: {
                        type: text,
                        status: text,
                        reason: text,
                        message: text,
                        lastTransitionTime: text,
                        observedGeneration: integer,
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
} as const;
