import { dump, load } from 'js-yaml';
import { renderAccessTemplates } from './access-template.ts';
import { renderCrdTemplate } from './crd-template.ts';
import { renderValuesPage } from './values-page.ts';

/** What the generated files of the chart are made from. */
export interface ChartSources {
  /** File names below a folder of the repository, at any depth, sorted, with slashes. */
  list: (folder: string) => string[];
  /** Text of a file, by its path below the root of the repository. */
  read: (path: string) => string;
}

const CHART = 'charts/nannyapi';
const CRDS = 'crds/v1alpha1';
const ACCESS = 'crds/access';
const TENSORZERO = 'operator/tensorzero';

/** Every generated file of the chart, and the page of its values, by path below the root. The same sources give the same bytes. */
export function renderChartFiles({ list, read }: ChartSources): Map<string, string> {
  const values = read(`${CHART}/values.yaml`);
  const crds = list(CRDS).map((file) => [
    `${CHART}/templates/crds/${file}`,
    renderCrdTemplate(read(`${CRDS}/${file}`)),
  ]);
  // The model is the installation's own: it comes from a value.
  const prompts = list(TENSORZERO)
    .filter((file) => file !== 'models.toml')
    .map((file) => [`${CHART}/files/tensorzero/${file}`, read(`${TENSORZERO}/${file}`)]);
  const access = renderAccessTemplates(
    list(ACCESS)
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => read(`${ACCESS}/${file}`)),
  );
  const { version } = JSON.parse(read('package.json')) as { version: string };
  return new Map([
    [`${CHART}/Chart.yaml`, withVersion(read(`${CHART}/Chart.yaml`), version)],
    [`${CHART}/files/default-values.yaml`, renderDefaults(values)],
    ['docs/reference/chart-values.md', renderValuesPage(values, JSON.parse(read(`${CHART}/values.schema.json`)))],
    ...(crds as [string, string][]),
    ...[...access].map(([path, text]): [string, string] => [`${CHART}/templates/${path}`, text]),
    ...(prompts as [string, string][]),
  ]);
}

/** Chart and product are released together, under one number: that of package.json. */
function withVersion(chart: string, version: string): string {
  return chart.replace(/^version: .*$/m, `version: ${version}`).replace(/^appVersion: .*$/m, `appVersion: ${version}`);
}

/** Templates cannot read values.yaml, and need the defaults for what the values of an older chart lack. */
function renderDefaults(values: string): string {
  return `# Generated from values.yaml by \`npm run generate\`. Do not edit.\n${dump(load(values), { lineWidth: -1 })}`;
}
