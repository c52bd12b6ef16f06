import { createTransport } from 'nodemailer';
import {
  type GraphSentMessageInfo,
  type GraphTransport,
  graphTransport,
  isGraphMailError,
} from 'nodemailer-graph-transport';
import { type Sandbox, startSandbox } from 'nodemailer-graph-transport/sandbox';

const transport: GraphTransport = graphTransport({
  tenantId: '',
  clientId: '',
  certificatePath: '',
  mailbox: 'a@contoso.example',
});
const transporter = createTransport(transport);
export async function send(): Promise<string | undefined> {
  const info: GraphSentMessageInfo = await transporter.sendMail({ to: 'ana@example.com' });
  try {
    await transport.verify();
  } catch (error) {
    if (isGraphMailError(error)) return error.hint;
  }
  const sandbox: Sandbox = await startSandbox();
  return `${info.messageId} ${sandbox.inboxUrl}`;
}
