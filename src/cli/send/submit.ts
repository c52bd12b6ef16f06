import type { SendMailOptions } from 'nodemailer';
import type { GraphTransportOptions } from '../../options/types.js';
import type { GraphSentMessageInfo } from '../../transport/send-message.js';
import { onInterruptions } from '../common/interruption.js';
import type { Terminal } from '../common/terminal.js';
import { type MailOnItsWay, reportSent, type SendReport } from './send-report.js';

/**
 * Sends the mail. The first interruption lets a request that is under way come to its end, the second gives it up, and the
 * third is left to the system.
 * @param way is told how far the mail came
 * @throws GraphMailError
 */
export async function submit(
  mail: SendMailOptions,
  options: GraphTransportOptions,
  way: MailOnItsWay,
  terminal: Terminal,
): Promise<SendReport> {
  const transporter = terminal.connect(options);
  const giveUp = new AbortController();
  const release = onInterruptions(
    [
      () => {
        way.interrupted = true;
        if (way.messageId !== undefined) terminal.stderr.write(waiting);
        transporter.close();
      },
      () => giveUp.abort(),
    ],
    terminal.signals,
  );
  try {
    const onAttempt = ({ messageId }: { messageId: string }) => {
      way.messageId = messageId;
    };
    const info = await transporter.sendMail({ ...mail, signal: giveUp.signal, graph: { onAttempt } });
    return reportSent(info as unknown as GraphSentMessageInfo, way);
  } finally {
    release();
    transporter.close();
  }
}

const waiting = `Interrupted. Waiting for the answer to what is under way, if anything is.
Ctrl-C again gives it up; it is then not known whether the mail was sent.
`;
