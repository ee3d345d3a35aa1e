import { CodedError, type Clock, type Logger } from '@nannyapi/process';
import type { Diagnostician, DiagnosisInput, DiagnosisReply } from '../diagnostician.ts';
import { Gateway } from './gateway.ts';
import { buildPrompt } from './prompt.ts';
import { readInference } from './inference.ts';

/** What the TensorZero diagnostician needs. */
export interface TensorZeroDeps {
  /** Base address of the gateway. */
  url: string;
  apiKey?: string | undefined;
  /** A json function with the output schema that we ship. */
  functionName: string;
  /** How long one call may take; longer than the gateway's own timeouts. */
  timeoutSeconds: number;
  clock: Clock;
  log: Logger;
}

/** Has a model choose the moves, behind a TensorZero gateway. */
export function createTensorZero(deps: TensorZeroDeps): Diagnostician {
  const gateway = new Gateway(deps);
  return {
    name: 'tensorzero',
    async next(input: DiagnosisInput, { signal }): Promise<DiagnosisReply> {
      const answer = await gateway.post('/inference', requestOf(input, deps.functionName), { signal });
      const reply = readInference(answer);
      if (reply === undefined) {
        throw new CodedError({
          code: 'GatewayAnswerUnknown',
          message: `${deps.url} answered with something that is no inference`,
        });
      }
      return reply;
    },
  };
}

/** Tags let a person find a run in the gateway's records; they are flat strings. */
function requestOf(input: DiagnosisInput, functionName: string): object {
  const { namespace, name, uid, episodeID } = input.investigation;
  return {
    function_name: functionName,
    episode_id: episodeID,
    input: { messages: [{ role: 'user', content: buildPrompt(input) }] },
    tags: { namespace, investigation: name, investigation_uid: uid, step: String(input.nextStep) },
  };
}
