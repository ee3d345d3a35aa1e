/** A small CRD of no one's, for tests of the API server itself. */
export const WIDGET_CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList', shortNames: ['wd'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        selectableFields: [{ jsonPath: '.spec.color' }],
        additionalPrinterColumns: [{ name: 'Color', type: 'string', jsonPath: '.spec.color' }],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                description: 'What the widget is to be.',
                required: ['size'],
                properties: {
                  size: { type: 'integer', minimum: 1, maximum: 10, description: 'Size in units.' },
                  color: { type: 'string', default: 'grey', maxLength: 20, description: 'Color by name.' },
                  tags: {
                    type: 'array',
                    maxItems: 5,
                    'x-kubernetes-list-type': 'set',
                    items: { type: 'string', maxLength: 20 },
                  },
                },
                'x-kubernetes-validations': [
                  { rule: "self.color != 'black' || self.size < 5", message: 'black widgets are small' },
                ],
              },
              status: { type: 'object', properties: { phase: { type: 'string', maxLength: 20 } } },
            },
          },
        },
      },
    ],
  },
} as const;
