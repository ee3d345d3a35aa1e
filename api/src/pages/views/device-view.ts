import type { PendingDevice } from '../../oauth/device-approval.ts';
import { html, path, type Html } from '../html/html.ts';
import { formField, type FieldErrors } from './form-field.ts';
import { csrfField, type PageContext } from './layout.ts';
import { durationText, timeTag } from './time-text.ts';

/** The page on which a code is typed. */
export interface DeviceCodePage {
  /** The code in the link, to be compared and not to be trusted. */
  linkedCode: string | undefined;
  problem: string | undefined;
}

/** The page on which a device is decided on. */
export interface DeviceDecisionPage {
  device: PendingDevice;
  /** As it was typed. */
  userCode: string;
  form: { namespace: string; name: string };
  errors: FieldErrors;
  problem?: string | undefined;
  /** An Agent of this name exists: approving takes its key away. */
  replaces: boolean;
}

/** Asks for the code. Also a link that has the code in it does not save the typing: who was sent a link sees no code. */
export function deviceCodeView({ linkedCode, problem }: DeviceCodePage, context: PageContext): Html {
  return html`<h1>Let a device in</h1>
    <p>
      A host or a command line that wants in shows a code, such as <code class="nowrap">WDJB-MJHT</code>. Type it here.
    </p>
    ${problem !== undefined && html`<p class="notice bad" role="alert">${problem}</p>`}
    ${
      linkedCode !== undefined &&
      html`<p class="notice">
        Your link is for the code <code>${linkedCode}</code>. Type it only if <strong>you</strong> started the enrolment
        and see the same code on that machine. If somebody sent you the link, close this page.
      </p>`
    }
    <form method="post" action="/device">
      ${csrfField(context.viewer)}
      ${formField({
        name: 'user_code',
        label: 'Code',
        hint: 'Eight letters. Case and the dash do not matter.',
        isRequired: true,
        maxLength: 32,
        autocomplete: 'off',
        isCode: true,
        hasFocus: true,
      })} <button class="primary">Go on</button>
    </form>`;
}

/** Shows who wants in, and lets the person decide; to deny is as near as to approve. */
export function deviceDecisionView(page: DeviceDecisionPage, context: PageContext): Html {
  const { device, userCode, problem } = page;
  const isAgent = device.client === 'Agent';
  return html`<h1>${isAgent ? 'Let this host in?' : 'Let this command line act for you?'}</h1>
    ${problem !== undefined && html`<p class="notice bad" role="alert">${problem}</p>`} ${deviceFacts(device, context)}
    <p class="notice">
      ${
        isAgent
          ? 'All but the address and the times is what the host says of itself. Approve it only if you started this enrolment.'
          : 'It will be able to do all that you may do, for twelve hours. Approve it only if you started it yourself.'
      }
    </p>
    <form method="post" action="/device/decision">
      ${csrfField(context.viewer)}<input type="hidden" name="user_code" value="${userCode}" />
      ${isAgent && agentFields(page)}
      <p class="small">You decide as <strong>${context.viewer?.displayName}</strong> (${context.viewer?.name}).</p>
      <div class="deeds">
        <button class="primary" name="decision" value="approve">Approve</button>
        <button class="danger" name="decision" value="deny" formnovalidate>Deny</button>
      </div>
    </form>`;
}

function deviceFacts(device: PendingDevice, { now }: PageContext): Html {
  const {
    hostname,
    address,
    osName,
    arch,
    version,
    capabilities,
    requestedName,
    userAgent,
    startTime,
    expirationTime,
  } = device;
  const seconds = Math.max(0, (expirationTime.getTime() - now.getTime()) / 1000);
  const fact = (name: string, value: Html | string | undefined): Html | undefined =>
    value === undefined || value === ''
      ? undefined
      : html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`;
  return html`<dl class="facts">
    ${fact('Host name', hostname)}${fact('Address', html`<code>${address}</code>`)}
    ${fact('System', [osName, arch].filter(Boolean).join(', '))}${fact('Version', version)}
    ${fact('Wants to be called', requestedName)} ${fact('Program', userAgent)}
    ${fact('Can do there', capabilities.join(', '))}
    ${fact('Asked', timeTag(startTime, now))}${fact('Expires in', durationText(seconds))}
  </dl>`;
}

function agentFields({ form, errors, replaces }: DeviceDecisionPage): Html {
  return html`${
      replaces &&
      html`<div class="notice warn" role="alert">
        <p>
          There is an agent <a href="${path`/agents/${form.namespace}/${form.name}`}">${form.name}</a> already. To go on
          means: this host takes its place. The host that speaks for it now is cut off within seconds and loses what it
          is doing; its investigations stay. Do so for a host that was set up anew. For another host choose another
          name.
        </p>
        <label class="check"
          ><input type="checkbox" name="replaces_key" value="${`${form.namespace}/${form.name}`}" /> This host takes the
          place of ${form.name}</label
        >
      </div>`
    }
    <div class="beside">
      ${formField({
        name: 'name',
        label: 'Name of the agent',
        hint: 'Lower-case letters, digits and -.',
        value: form.name,
        error: errors['name'],
        isRequired: true,
        maxLength: 63,
        autocomplete: 'off',
        isCode: true,
      })}
      ${formField({ name: 'namespace', label: 'Namespace', hint: 'Who may use the namespace may ask this host.', value: form.namespace, error: errors['namespace'], isRequired: true, maxLength: 63, isCode: true })}
    </div>`;
}
