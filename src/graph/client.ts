import type { Agent } from 'node:https';
import { type HttpAnswer, send, withoutQuotesIn } from './http.js';

/** Microsoft Graph's mail requests: one call, one HTTP request. */
export class GraphClient {
  readonly #host: string;
  readonly #agent: Agent;
  readonly #userAgent: string;
  readonly #timeout: number;

  constructor(graphHost: string, agent: Agent, userAgent: string, timeout: number) {
    this.#host = graphHost;
    this.#agent = agent;
    this.#userAgent = userAgent;
    this.#timeout = timeout;
  }

  /** For messages to people. */
  get host(): string {
    return new URL(this.#host).host;
  }

  /**
   * `POST /users/{mailbox}/sendMail` with MIME (Graph documentation, "Send Outlook messages … in MIME format").
   * @param body the MIME in base64
   * @throws NetworkFailure
   */
  async sendMail(
    mailbox: string,
    body: Buffer,
    token: string,
    clientRequestId: string,
    signal?: AbortSignal,
  ): Promise<HttpAnswer> {
    const answer = await send({
      method: 'POST',
      url: `${this.#host}/v1.0/users/${encodeURIComponent(mailbox)}/sendMail`,
      headers: {
        authorization: `Bearer ${token}`,
        // Exactly this selects the MIME path; a charset parameter is not documented to.
        'content-type': 'text/plain',
        'client-request-id': clientRequestId,
        'user-agent': this.#userAgent,
      },
      body,
      agent: this.#agent,
      timeout: this.#timeout,
      signal,
    });
    return withoutQuotesIn(answer, [token]);
  }
}
