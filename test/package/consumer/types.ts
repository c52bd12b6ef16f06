// Compiled, not run: with the types of several Nodemailer majors, as an ES module and as CommonJS, skipLibCheck off.
import { createTransport, type Transporter } from 'nodemailer';
import {
  createGraphTransporter,
  formatPreflight,
  type GraphSentMessageInfo,
  type GraphTransport,
  type GraphTransportOptions,
  graphPreflight,
  graphTransport,
  isGraphMailError,
} from 'nodemailer-graph-transport';
import { type BulkResult, type BulkSummary, sendBulk } from 'nodemailer-graph-transport/bulk';
import { type Sandbox, startSandbox } from 'nodemailer-graph-transport/sandbox';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <_T extends true>(): void => {};

const options: GraphTransportOptions = { certificatePath: 'mailer.pem', mailbox: 'a@contoso.example' };
const transport: GraphTransport = graphTransport(options);

// createTransport infers what sendMail gives, and the factory says it everywhere.
const transporter = createTransport(transport);
const typed: Transporter<GraphSentMessageInfo> = transporter;
const made: Transporter<GraphSentMessageInfo> = createGraphTransporter(options, { from: 'a@contoso.example' });

// What is any stays what it was, and is not taken for a Graph transporter.
// biome-ignore lint/suspicious/noExplicitAny: it is what this is about
declare const anything: any;
const other = createTransport(anything);
type OtherInfo = Awaited<ReturnType<typeof other.sendMail>>;
holds<Equal<Equal<OtherInfo, GraphSentMessageInfo>, false>>();

export async function send(): Promise<string | undefined> {
  const info = await transporter.sendMail({ to: 'ana@example.com', graph: { mailbox: 'b@contoso.example' } });
  holds<Equal<typeof info, GraphSentMessageInfo>>();
  const attempts: number = (await made.sendMail({ to: 'ana@example.com' })).attempts;
  try {
    const verified: true = await transport.verify();
    transport.verify((error: Error | null) => error);
    if (!verified) return undefined;
  } catch (error) {
    if (isGraphMailError(error) && error.code === 'EAUTH') return error.hint;
  }
  const preflight = graphPreflight({ mailbox: 'a@contoso.example' });
  typed.use('stream', preflight);
  const sandbox: Sandbox = await startSandbox();
  return `${info.requestId} ${attempts} ${sandbox.inboxUrl} ${formatPreflight(preflight.summary())} ${transport.certificate?.subject}`;
}

export async function newsletter(): Promise<number> {
  const run = sendBulk({
    transporter: made,
    recipients: [{ email: 'ana@example.com', name: 'Ana' }],
    template: (row, { line }) => ({ subject: `Hello ${String(row.name)}`, text: `Line ${line}` }),
    from: [{ name: 'News', address: 'a@contoso.example' }, 'b@contoso.example'],
    maxErrors: '5%',
  });
  run.on('progress', ({ sent, timeLeft }) => sent + (timeLeft ?? 0));
  const results: BulkResult[] = [];
  for await (const result of run) results.push(result);
  const { left, ended }: BulkSummary = await run.finished;
  return ended === 'complete' ? left : results.length;
}

// @ts-expect-error a transporter is needed
sendBulk({ recipients: 'customers.csv', template: 'newsletter', from: 'a@contoso.example' });

// @ts-expect-error an option that does not exist
graphTransport({ mailboxx: 'a@contoso.example' });
