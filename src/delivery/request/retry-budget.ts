/**
 * What all messages of one transport may spend together on retries after failures of the network, so that an outage is
 * met by a few patient messages while the rest fail at once instead of queueing up behind them. Numbers as in the AWS
 * SDKs' standard retry mode. Waits that the service itself asked for cost nothing.
 */
export class RetryBudget {
  static readonly capacity = 500;
  static readonly cost = 14;
  #tokens = RetryBudget.capacity;

  /** Takes the cost of one retry; `false` when there is not enough left. */
  spend(): boolean {
    if (this.#tokens < RetryBudget.cost) return false;
    this.#tokens -= RetryBudget.cost;
    return true;
  }

  /** A message got through: what the outage cost is given back. */
  refund(): void {
    this.#tokens = Math.min(RetryBudget.capacity, this.#tokens + RetryBudget.cost);
  }
}
