import { Agent, type AgentOptions } from 'node:https';

/** TCP port service multiplexer: nobody has listened there for decades, and no test ever will. */
const deadPort = 1;

/** An agent some of whose connections are refused. */
export class RefusingAgent extends Agent {
  readonly #refuse: () => boolean;

  /** @param refuse asked for each new connection */
  constructor(options: AgentOptions, refuse: () => boolean) {
    super(options);
    this.#refuse = refuse;
  }

  override createConnection(...[options, callback]: Parameters<Agent['createConnection']>) {
    return super.createConnection(this.#refuse() ? { ...options, port: deadPort } : options, callback);
  }
}
