import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** What an SMTP server does at one step, instead of going on: answers so, breaks the connection off, or says nothing. */
export type SmtpFault = { reply: string } | 'close' | 'reset' | 'silence';

export type SmtpStep = 'greeting' | 'EHLO' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'content' | 'end';

export interface SmtpServer {
  port: number;
  /** Messages whose end it has seen. */
  readonly received: number;
  close(): Promise<void>;
}

/** A server that goes wrong at one step. `content`: in the middle of a message; `end`: after all of it. */
export async function startSmtp(faultAt: Partial<Record<SmtpStep, SmtpFault>>): Promise<SmtpServer> {
  let received = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let inContent = false;
    let text = '';
    const step = (name: SmtpStep, usual: string) => {
      const fault = faultAt[name];
      if (fault === 'close') socket.end();
      else if (fault === 'reset') socket.resetAndDestroy();
      else if (fault !== 'silence') socket.write(`${fault?.reply ?? usual}\r\n`);
      return fault === undefined;
    };
    step('greeting', '220 test');
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (;;) {
        if (inContent) {
          if (faultAt.content && text.length > 0) {
            text = '';
            step('content', '');
            return;
          }
          const end = text.indexOf('\r\n.\r\n');
          if (end < 0) return;
          text = text.slice(end + 5);
          inContent = false;
          received++;
          step('end', '250 taken');
          continue;
        }
        const line = /^(.*)\r\n/.exec(text);
        if (!line) return;
        text = text.slice(line[0].length);
        const verb = (line[1] ?? '').slice(0, 4).toUpperCase();
        if (verb === 'EHLO' || verb === 'HELO') step('EHLO', faultAt.AUTH ? '250-test\r\n250 AUTH PLAIN' : '250 test');
        else if (verb === 'AUTH') step('AUTH', '235 welcome');
        else if (verb === 'MAIL') step('MAIL', '250 OK');
        else if (verb === 'RCPT') step('RCPT', '250 OK');
        else if (verb === 'DATA') inContent = step('DATA', '354 go on');
        else socket.write('250 OK\r\n');
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get received() {
      return received;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
