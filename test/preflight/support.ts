import { createRequire } from 'node:module';
import { buffer } from 'node:stream/consumers';
import type { SendMailOptions, Transporter } from 'nodemailer';
import { expect } from 'vitest';
import type { PreflightEntry, PreflightFinding, PreflightKind } from '../../src/preflight/finding.js';
import type { GraphPreflightOptions } from '../../src/preflight/options.js';
import { type GraphPreflight, graphPreflight } from '../../src/preflight/preflight.js';

export type Message = SendMailOptions & Record<string, unknown>;
export const mailbox = 'noreply@contoso.example';

/** A message that nothing is to be said about. */
export const plain: Message = { from: mailbox, to: 'ana@example.com', subject: 'Hello', text: 'Hello Ana' };

interface Nodemailer {
  createTransport(transport: unknown, defaults?: Message): Transporter;
}

/** The Nodemailers that are installed here. */
export const nodemailers = ['nodemailer', 'nodemailer7', 'nodemailer8', 'nodemailer9'].flatMap((name) => {
  const require = createRequire(import.meta.url);
  try {
    const { version } = require(`${name}/package.json`) as { version: string };
    return [{ name: `nodemailer ${version}`, nodemailer: require(name) as Nodemailer }];
  } catch {
    return [];
  }
});

export const [newest] = nodemailers as [(typeof nodemailers)[0]];

/** What a transport was given: envelope and bytes, as SMTP would put them on the wire. */
export interface Recorded {
  envelope: unknown;
  bytes: string;
  keepBcc: boolean;
  messageId: string;
}

/** A transport that reads each message as the SMTP transport does, and sends nothing. */
export function recorder(): { recorded: Recorded[]; transport: object } {
  const recorded: Recorded[] = [];
  return {
    recorded,
    transport: {
      name: 'Recorder',
      version: '1.0.0',
      send(mail: { message: never }, callback: (error: unknown, info?: unknown) => void) {
        const message = mail.message as {
          keepBcc: boolean;
          getEnvelope(): object;
          messageId(): string;
          createReadStream(): NodeJS.ReadableStream;
        };
        const { keepBcc } = message;
        const envelope = structuredClone(message.getEnvelope());
        const messageId = message.messageId();
        buffer(message.createReadStream()).then(
          (bytes) => {
            recorded.push({ envelope, bytes: bytes.toString('latin1'), keepBcc, messageId });
            setImmediate(() => callback(null, { envelope, messageId }));
          },
          (error) => setImmediate(() => callback(error)),
        );
      },
    },
  };
}

/** A transport that does not even read the messages. */
export const discard = {
  name: 'Null',
  version: '1',
  send: (_: unknown, done: (error: null, info: object) => void) => done(null, {}),
};

/** A transporter with the plugin, whose mails go nowhere. */
export function preflighted(
  options: Partial<GraphPreflightOptions> = {},
  transport: object = { streamTransport: true, buffer: true },
  { nodemailer } = newest,
): { transporter: Transporter; entries: PreflightEntry[]; preflight: GraphPreflight } {
  const entries: PreflightEntry[] = [];
  const preflight = graphPreflight({ mailbox, report: (entry) => void entries.push(entry), ...options });
  const transporter = nodemailer.createTransport(transport);
  transporter.use('stream', preflight);
  return { transporter, entries, preflight };
}

/** What is reported about one message. */
export async function entryOf(
  message: Message,
  options: Partial<GraphPreflightOptions> = {},
  transport: object = recorder().transport,
): Promise<PreflightEntry> {
  const { transporter, entries } = preflighted(options, transport);
  // What becomes of the mail does not matter here: some of them cannot be sent by anything.
  await transporter.sendMail(message).catch(() => {});
  expect(entries).toHaveLength(1);
  return entries[0] as PreflightEntry;
}

export const kindsOf = ({ findings }: PreflightEntry): PreflightKind[] => findings.map(({ kind }) => kind);

/** The one finding of that kind. */
export function findingOf<Kind extends PreflightKind>(
  entry: PreflightEntry,
  kind: Kind,
): Extract<PreflightFinding, { kind: Kind }> {
  const found = entry.findings.filter((finding) => finding.kind === kind);
  expect(found, `${kind} among ${kindsOf(entry).join(', ')}`).toHaveLength(1);
  return found[0] as Extract<PreflightFinding, { kind: Kind }>;
}
