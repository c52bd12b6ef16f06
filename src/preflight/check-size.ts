import type { GraphMailError } from '../common/errors.js';
import { mimeLimit } from '../message/compose/encodings.js';
import { indivisibleAttachment, indivisibleMessage } from '../message/large/indivisible.js';
import { type Leaf, leavesOf, type TreeNode } from '../message/large/leaves.js';
import { indivisibleError, largestMessage, maxUpload, refusalOfUpload, tooMuchLeft } from '../message/large/limits.js';
import { ownOptions } from '../message/prepare.js';
import { chosen } from '../options/message-options.js';
import type { MailboxSelection } from '../options/types.js';
import { errorText, finding, type PartSize, type PreflightFinding } from './finding.js';
import type { MailView } from './mail-view.js';
import type { MeasuredPart, MessageSize } from './message-size.js';
import type { PreflightSettings } from './options.js';

/** Estimates are good to a few bytes; a signature or a trace header may still be added. */
const nearly = 0.95;

/** Compares the estimated size with what fits into a request. */
export function checkSize(view: MailView, size: MessageSize, settings: PreflightSettings): PreflightFinding[] {
  const { maxRequestSize } = settings;
  const request = requestSize(size.mime);
  if (request > maxRequestSize) return checkLarge(view, size, settings);
  const findings: PreflightFinding[] = [];
  if (request > maxRequestSize * nearly) {
    findings.push(
      finding(
        'nearly-too-large',
        `The message is nearly too large: ${requestSizeText(request, maxRequestSize)}.${heaviestSentence(size)}`,
        { mime: size.mime, request, heaviest: heaviestOf(size) },
      ),
    );
  }
  const fit = `About ${megabytes(maxRequestSize)} MB of files fit into one message.`;
  return [...findings, ...checkUnknown(size, maxRequestSize, fit)];
}

/** What becomes of a message that does not fit into a request. */
function checkLarge(view: MailView, size: MessageSize, settings: PreflightSettings): PreflightFinding[] {
  const { maxRequestSize } = settings;
  const { mime } = size;
  const request = requestSize(mime);
  const taken = requestSizeText(request, maxRequestSize);
  const division = divisionOf(view, size, mimeLimit(maxRequestSize));
  const tooLarge = (message: string) => [finding('too-large', message, { mime, request, heaviest: heaviestOf(size) })];
  if (largeMessagesOf(view.mail, settings) === 'reject') {
    const upload =
      'uploaded' in division ? "; or let them be uploaded with the transport's option largeMessages: 'upload'" : '';
    return tooLarge(
      `The message is too large: ${taken}.${heaviestSentence(size)} Send smaller or fewer attachments (about ${megabytes(maxRequestSize)} MB of files fit into one message), or links to them${upload}.`,
    );
  }
  if ('refusal' in division)
    return tooLarge(`${errorText(division.refusal)} The message takes ${taken}.${heaviestSentence(size)}`);
  const uploaded = division.uploaded.map(named);
  const parts = finding(
    'sent-in-parts',
    `The message is too large for one request: ${taken}. It would go out as a draft, to which its heavy attachments are uploaded: ${listed(uploaded)}. Exchange writes such a message anew, so its MIME structure and header fields of its parts, such as Content-Description, are not kept. The application needs the permission Mail.ReadWrite for it.${mime > largestMessage ? ` With its base64 it has about ${number(mime)} bytes, more than the 150 MB that Exchange Online takes at most: it is likely refused, as only about 112 MB of files fit. Send links to them.` : ''}`,
    { mime, request, uploaded },
  );
  const fit = `Attachments that do not fit are uploaded, ${number(maxUpload)} bytes together at most.`;
  return [parts, ...checkUnknown(size, maxRequestSize, fit)];
}

function checkUnknown({ mime, unknown }: MessageSize, maxRequestSize: number, fit: string): PreflightFinding[] {
  if (unknown.length === 0) return [];
  const request = requestSize(mime);
  return [
    finding(
      'size-unknown',
      `The size of ${unknown.join(', ')} is not known beforehand (a stream, a URL, or a file that cannot be looked at). The rest takes ${requestSizeText(request, maxRequestSize)}. ${fit}`,
      { mime, request, parts: unknown },
    ),
  ];
}

/** A message whose own options are wrong is refused with its mailbox, and the rest is told as if it had none. */
function largeMessagesOf(mail: MailboxSelection, settings: PreflightSettings): PreflightSettings['largeMessages'] {
  try {
    return chosen(ownOptions(mail.data.graph)).largeMessages ?? settings.largeMessages;
  } catch {
    return settings.largeMessages;
  }
}

/** The MIME goes up in base64, unwrapped. */
function requestSize(mime: number): number {
  return Math.ceil(mime / 3) * 4;
}

function requestSizeText(request: number, maxRequestSize: number): string {
  return `about ${number(request)} bytes of request, where ${number(maxRequestSize)} fit`;
}

/** At most five, and none that would not make a difference. */
function heaviestOf({ mime, parts }: MessageSize): PartSize[] {
  const heavy = parts.filter(({ size }) => size * 100 > mime);
  return heavy
    .sort((a, b) => b.size - a.size)
    .slice(0, 5)
    .map(named);
}

function heaviestSentence(size: MessageSize): string {
  const heaviest = heaviestOf(size);
  return heaviest.length === 0 ? '' : ` Heaviest: ${listed(heaviest)}.`;
}

/** Without the node: what is reported may be kept, and would keep the whole message. */
const named = ({ name, size }: PartSize): PartSize => ({ name, size });

function listed(parts: readonly PartSize[]): string {
  const first = parts.slice(0, 5).map(({ name, size }) => `${name} ${number(size)} bytes`);
  return [...first, ...(parts.length > 5 ? [`and ${parts.length - 5} more`] : [])].join(', ');
}

/** Files go through base64 twice, the inner one with line ends. */
const megabytes = (request: number) => ((request * 0.75 * 0.75 * 76) / 78 / 1_000_000).toFixed(1);

const number = (value: number) => value.toLocaleString('en');

/** What the transport would take out of a message that is too large, or its refusal of it. */
type Division = { uploaded: MeasuredPart[] } | { refusal: GraphMailError };

type Part = MeasuredPart & { leaf: Leaf };

/**
 * Takes the largest attachments out of a message, as the transport does, but in numbers alone: the message is not touched.
 * Parts of unknown size are left out of account: they can only add to what does not fit.
 */
function divisionOf({ mail, node }: MailView, size: MessageSize, maxMime: number): Division {
  const root = node as unknown as TreeNode;
  // Not the transporter that sends it today: its own DKIM does not come along.
  const whole = indivisibleMessage({ data: mail.data, message: root }, { mailer: {} });
  if (whole) return { refusal: indivisibleError(whole) };
  const parts = knownParts(root, size.parts);
  const movable = parts.filter(({ leaf, size }) => leaf.attached && size > 0 && !indivisibleAttachment(leaf));
  const uploaded: Part[] = [];
  for (let left = size.mime; left > maxMime; ) {
    const next = movable[uploaded.length];
    if (!next) return { refusal: tooMuchLeft(parts.find((part) => !uploaded.includes(part))?.leaf, maxMime) };
    uploaded.push(next);
    left -= next.mime;
    const refusal = refusalOfUpload(uploaded.map(({ leaf, size }) => ({ name: leaf.name, size })));
    if (refusal) return { refusal };
  }
  return { uploaded };
}

/** The largest first. */
function knownParts(root: TreeNode, measured: readonly MeasuredPart[]): Part[] {
  const byNode = new Map(measured.map((part) => [part.node as unknown, part]));
  return leavesOf(root)
    .flatMap((leaf) => {
      const part = byNode.get(leaf.node);
      return part ? { ...part, leaf } : [];
    })
    .sort((a, b) => b.size - a.size);
}
