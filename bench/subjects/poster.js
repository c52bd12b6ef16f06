// The least that posts a MIME body to Graph: node:https with connections kept alive, four unless the task says more.
import { Agent, request } from 'node:https';
import { mailbox } from '../mails.js';
import { signIn } from './sign-in.js';

export async function createPoster(task) {
  const { port, connections = 4 } = task;
  const token = await signIn(task);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const path = `/v1.0/users/${encodeURIComponent(mailbox)}/sendMail`;
  const post = (body) =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${token}`,
        'content-type': 'text/plain',
        'content-length': body.length,
      };
      const outgoing = request({ host: 'localhost', port, path, method: 'POST', headers, agent }, (incoming) => {
        incoming.resume().on('end', () => {
          if (incoming.statusCode === 202) resolve();
          else reject(new Error(`answered ${incoming.statusCode}`));
        });
      });
      outgoing.on('error', reject).end(body);
    });
  return { post, close: () => agent.destroy() };
}
