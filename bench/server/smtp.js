// An SMTP server with nothing behind it: reads the message, waits, answers 250.
import { SMTPServer } from 'smtp-server';
import { afterDelay, identity, serve, submissions } from './serve.js';
import { headLimit } from './submissions.js';

const smtp = new SMTPServer({
  ...identity,
  secure: true,
  authOptional: true,
  disableReverseLookup: true,
  onData(stream, _session, callback) {
    let head = '';
    stream.on('data', (chunk) => {
      if (head.length < headLimit) head += chunk.toString('latin1', 0, headLimit - head.length);
    });
    stream.on('end', () =>
      afterDelay(() => {
        submissions.add(head);
        callback();
      }),
    );
  },
});
smtp.on('error', () => {});
serve(smtp.server);
