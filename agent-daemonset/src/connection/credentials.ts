import type { IncomingMessage } from 'node:http';

/** The request that is to be proved. */
export interface ProvableRequest {
  method: string;
  url: URL;
}

/** What proves to the control plane who asks. */
export interface Credentials {
  /** The headers for one request, made anew for each try. @throws CodedError when there is nothing to prove it with. */
  headersFor(request: ProvableRequest, signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /**
   * Hears the head of every answer.
   *
   * @param sent the headers that the request was proved with
   * @returns true when the same request, proved anew, may well be taken
   */
  hear(answer: Pick<IncomingMessage, 'statusCode' | 'headers'>, sent: Readonly<Record<string, string>>): boolean;
}
