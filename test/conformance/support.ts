import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { SendMailOptions, Transporter } from 'nodemailer';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import type { GraphMailError, GraphSentMessageInfo, GraphTransport } from '../../src/index.js';
import { type Sandbox, type SandboxMessage, type SandboxOptions, startSandbox } from '../../src/sandbox/index.js';

export type Mailer = Transporter<GraphSentMessageInfo>;
export type Message = SendMailOptions & Record<string, unknown>;

/** One Nodemailer with one build of this package. */
export interface Edition {
  name: string;
  /** Of Nodemailer. */
  major: number;
  /** The package name that this Nodemailer has here. */
  nodemailer: string;
  build: 'ESM' | 'CommonJS';
  createTransport(transport: unknown, defaults?: Message): Mailer;
  graphTransport(options: object): GraphTransport;
  isGraphMailError(error: unknown): error is GraphMailError;
}

type Loaded = Pick<Edition, 'createTransport' | 'graphTransport' | 'isGraphMailError'>;
const load = createRequire(import.meta.url)('./editions.cjs') as {
  asModule(name: string): Promise<Loaded>;
  asCommonJs(name: string): Loaded;
};

const majors = [
  [7, 'nodemailer7'],
  [8, 'nodemailer8'],
  [9, 'nodemailer9'],
  [10, 'nodemailer'],
] as const;

/** Every Nodemailer that the package says it works with, and both builds. */
export const editions: Edition[] = (
  await Promise.all(
    majors.map(async ([major, nodemailer]) => [
      {
        name: `Nodemailer ${major}, ESM`,
        major,
        nodemailer,
        build: 'ESM' as const,
        ...(await load.asModule(nodemailer)),
      },
      {
        name: `Nodemailer ${major}, CommonJS`,
        major,
        nodemailer,
        build: 'CommonJS' as const,
        ...load.asCommonJs(nodemailer),
      },
    ]),
  )
).flat();

/** One sandbox for all tests of a file. */
export function sandboxOfFile(options: SandboxOptions = {}): () => Sandbox {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox(options);
  });
  afterAll(() => sandbox.close());
  return () => sandbox;
}

/** A transport for one test, and a transporter on top of it. */
export function openTransport(
  edition: Edition,
  sandbox: Sandbox,
  options: object = {},
  defaults?: Message,
): { transport: GraphTransport; transporter: Mailer } {
  const transport = edition.graphTransport({ ...sandbox.options, ...options });
  onTestFinished(() => transport.close());
  return { transport, transporter: edition.createTransport(transport, defaults) };
}

/** A small message; `changes` are laid over it. */
export function mail(changes: Message = {}): Message {
  return { from: 'noreply@contoso.example', to: 'ana@example.com', subject: 'Hello', text: 'Hello Ana', ...changes };
}

/** Sends, and gives what arrived. */
export async function sendAndRead(transporter: Mailer, sandbox: Sandbox, message: Message): Promise<SandboxMessage> {
  const { messageId } = await transporter.sendMail(message);
  const [arrived, ...more] = await sandbox.messages({ messageId });
  if (!arrived || more.length > 0)
    throw new Error(`expected one message ${messageId}, found ${more.length + (arrived ? 1 : 0)}`);
  return arrived;
}

/** The error that a send or `verify()` ends with. */
export async function failureOf({ isGraphMailError }: Edition, promise: Promise<unknown>): Promise<GraphMailError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(isGraphMailError(error), `expected a GraphMailError, but got ${String(error)}`).toBe(true);
  return error as GraphMailError;
}

/** The value of a header field of an arrived message, without folding; `undefined` when there is none. */
export function header(message: SandboxMessage, name: string): string | undefined {
  return message.headers.find((field) => field.name.toLowerCase() === name.toLowerCase())?.value;
}

/** Waits until `holds()`; the test's own time limit ends it otherwise. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A web server for one test, which answers every request with `content`. */
export async function serveContent(content: string | Buffer): Promise<string> {
  const server = createServer((_request, response) => response.end(content)).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
