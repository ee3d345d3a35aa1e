import { nodePod } from '../../faults/pods/node-pod.ts';
import { nodeImage } from './images.ts';
import { inNamespace, mustKubectl } from './session.ts';
import { SHOP, type Story } from './story.ts';

/** A call of the product's API with a token that somebody took. */
export interface StolenCall {
  method: 'GET' | 'POST';
  path: string;
  body?: object;
}

/** What each call brought; of a stream, all that came up to its first ping or its end. */
export interface StolenAnswer {
  status: number;
  text: string;
}

/** What the pod runs: no certificate is checked, for who the server is, is not in question here. */
const SCRIPT = `
const https = require('node:https');
const { url, token, calls } = JSON.parse(process.env.IMPOSTOR);
const call = ({ method, path, body }) => new Promise((done) => {
  const headers = { authorization: 'Bearer ' + token, ...(body && { 'content-type': 'application/json' }) };
  const request = https.request(url + path, { method, headers, rejectUnauthorized: false, agent: false }, (answer) => {
    let text = '';
    const end = () => done({ status: answer.statusCode, text });
    answer.setEncoding('utf8').on('data', (part) => { text += part; if (/^event: ping/m.test(text)) { end(); request.destroy(); } });
    answer.on('end', end).on('error', end);
  });
  request.on('error', (error) => done({ status: 0, text: error.message })).end(body && JSON.stringify(body));
});
(async () => {
  const answers = [];
  for (const each of calls) answers.push(await call(each));
  console.log(JSON.stringify(answers));
})();`;

/** Makes calls with a token from a pod in the network of a node: from there they come as if from the agent's own. */
export async function callFrom(
  story: Story,
  { name, node, token, calls }: { name: string; node: string; token: string; calls: readonly StolenCall[] },
): Promise<StolenAnswer[]> {
  const { session } = story;
  const kubectl = inNamespace(session.kubectl, SHOP);
  const service = await inNamespace(session.kubectl, session.access.namespace).json<{
    spec: { clusterIP: string; ports: { port: number }[] };
  }>(['get', 'service', 'nannyapi-api']);
  const url = `https://${service.spec.clusterIP}:${service.spec.ports[0]?.port}`;
  const pod = nodePod(
    { namespace: SHOP, image: nodeImage(), nodeName: node },
    {
      name,
      container: 'caller',
      script: SCRIPT,
      more: { env: [{ name: 'IMPOSTOR', value: JSON.stringify({ url, token, calls }) }] },
      podMore: { hostNetwork: true, restartPolicy: 'Never' },
    },
  );
  await mustKubectl(kubectl, ['apply', '-f', '-'], JSON.stringify(pod));
  try {
    const ended = '--for=jsonpath={.status.phase}=Succeeded';
    await mustKubectl(kubectl, ['wait', `pod/${name}`, ended, '--timeout=60s']);
    return JSON.parse(await mustKubectl(kubectl, ['logs', name])) as StolenAnswer[];
  } finally {
    await mustKubectl(kubectl, ['delete', 'pod', name, '--wait=false']);
  }
}
