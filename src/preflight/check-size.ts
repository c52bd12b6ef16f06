import { finding, type PartSize, type PreflightFinding } from './finding.js';
import type { MessageSize } from './message-size.js';

/** Estimates are good to a few bytes; a signature or a trace header may still be added. */
const nearly = 0.95;

/** Compares the estimated size with what fits into a request. */
export function checkSize(size: MessageSize, maxRequestSize: number): PreflightFinding[] {
  const { mime, unknown } = size;
  const request = requestSize(mime);
  const heaviest = heaviestOf(size);
  const room = `about ${number(request)} bytes of request, where ${number(maxRequestSize)} fit`;
  const named = heaviest.map((part) => `${part.name} ${number(part.size)} bytes`).join(', ');
  if (request > maxRequestSize) {
    return [
      finding(
        'too-large',
        `The message is too large: ${room}. Heaviest: ${named}. Send smaller or fewer attachments (about ${megabytes(maxRequestSize)} MB of files fit into one message), or links to them.`,
        { mime, request, heaviest },
      ),
    ];
  }
  const findings: PreflightFinding[] = [];
  if (request > maxRequestSize * nearly) {
    findings.push(
      finding('nearly-too-large', `The message is nearly too large: ${room}. Heaviest: ${named}.`, {
        mime,
        request,
        heaviest,
      }),
    );
  }
  if (unknown.length > 0) {
    findings.push(
      finding(
        'size-unknown',
        `The size of ${unknown.join(', ')} is not known beforehand (a stream, a URL, or a file that cannot be looked at). The rest takes ${room}. About ${megabytes(maxRequestSize)} MB of files fit into one message.`,
        { mime, request, parts: unknown },
      ),
    );
  }
  return findings;
}

/** The MIME goes up in base64, unwrapped. */
export function requestSize(mime: number): number {
  return Math.ceil(mime / 3) * 4;
}

/** At most five, and none that would not make a difference. */
function heaviestOf({ mime, parts }: MessageSize): PartSize[] {
  const heavy = parts.filter(({ size }) => size * 100 > mime);
  return heavy.sort((a, b) => b.size - a.size).slice(0, 5);
}

/** Files go through base64 twice, the inner one with line ends. */
const megabytes = (request: number) => ((request * 0.75 * 0.75 * 76) / 78 / 1_000_000).toFixed(1);

const number = (value: number) => value.toLocaleString('en');
