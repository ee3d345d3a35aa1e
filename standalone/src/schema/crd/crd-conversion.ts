import type { Cause } from '../kinds.ts';
import { forbidden, notSupported, required } from '../structural/cause.ts';
import type { Crd } from './crd-types.ts';

const PATH = 'spec.conversion';

/**
 * Violations in how versions are converted. A webhook that kube-apiserver would take is refused too: standalone calls
 * nobody.
 */
export function crdConversionCauses(conversion: Crd['spec']['conversion']): Cause[] {
  if (conversion === undefined) return [];
  const { strategy, webhook } = conversion;
  if (strategy === 'Webhook') return webhookCauses(webhook);
  const causes: Cause[] = [];
  if ((strategy ?? '') === '') causes.push(required(`${PATH}.strategy`));
  else if (strategy !== 'None') causes.push(notSupported(`${PATH}.strategy`, strategy, ['None', 'Webhook']));
  const words = 'should not be set when strategy is not set to Webhook';
  if (webhook?.clientConfig !== undefined) causes.push(forbidden(`${PATH}.webhookClientConfig`, words));
  if ((webhook?.conversionReviewVersions ?? []).length > 0) {
    causes.push(forbidden(`${PATH}.conversionReviewVersions`, words));
  }
  return causes;
}

function webhookCauses(webhook: NonNullable<Crd['spec']['conversion']>['webhook']): Cause[] {
  const causes: Cause[] = [];
  if (webhook?.clientConfig === undefined) {
    causes.push(required(`${PATH}.webhookClientConfig`, 'required when strategy is set to Webhook'));
  }
  if ((webhook?.conversionReviewVersions ?? []).length === 0) {
    causes.push(required(`${PATH}.conversionReviewVersions`));
  }
  return causes.length > 0 ? causes : [forbidden(`${PATH}.strategy`, 'conversion webhooks are not served here')];
}
