import { SlidingWindow } from './sliding-window.js';

// Graph documentation, "Throttling limits": requests by 10 minutes, uploads by 5. (fact throttle-3)
const REQUEST_SECONDS = 600;
const UPLOAD_SECONDS = 300;

/** What one application used of one mailbox. */
export class Usage {
  readonly appId: string;
  /** Address, lower case. */
  readonly mailbox: string;
  requests = new SlidingWindow(REQUEST_SECONDS);
  /** Bytes of body. */
  uploads = new SlidingWindow(UPLOAD_SECONDS);
  inFlight = 0;

  constructor(appId: string, mailbox: string) {
    this.appId = appId;
    this.mailbox = mailbox;
  }

  /** All but what is in flight. */
  forget(): void {
    this.requests = new SlidingWindow(REQUEST_SECONDS);
    this.uploads = new SlidingWindow(UPLOAD_SECONDS);
  }
}
