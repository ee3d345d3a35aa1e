import type { Rendered } from './helm.ts';

/** A pod of the chart and the object that makes it. */
export interface ChartPod {
  /** E.g. `Deployment/nannyapi-api`. */
  owner: string;
  labels: Record<string, string>;
  selector?: Record<string, string> | undefined;
  spec: Rendered['spec'];
}

/** Every pod that the objects make. */
export function podsOf(objects: readonly Rendered[]): ChartPod[] {
  return objects.flatMap((object) => {
    const owner = `${object.kind}/${object.metadata.name}`;
    if (object.kind === 'Pod') return [{ owner, labels: object.metadata.labels ?? {}, spec: object.spec }];
    const template = object.spec?.template as Rendered | undefined;
    if (template === undefined || object.kind === 'CustomResourceDefinition') return [];
    const selector = object.spec.selector?.matchLabels as Record<string, string> | undefined;
    return [{ owner, labels: template.metadata.labels ?? {}, selector, spec: template.spec }];
  });
}

/** Whether all labels of the selector are among the labels. */
export function isSelected(labels: Record<string, string>, selector: Record<string, string>): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}
