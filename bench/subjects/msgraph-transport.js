// nodemailer-msgraph-transport as its README says, with a token fetched beforehand, four mails at a time. It sends JSON
// and leaves attachments out, so it takes part with text mails only. Its hosts are fixed, so connections to them are led
// to the local server underneath.
import tls from 'node:tls';
import { createTransport } from 'nodemailer';
import MsGraphTransport from 'nodemailer-msgraph-transport';
import { mailbox } from '../mails.js';
import { clientId, tenantId } from './sign-in.js';

export const title = 'nodemailer-msgraph-transport';
export const peer = true;
export const mails = ['small'];

export async function open({ port }) {
  leadToLocalhost(['graph.microsoft.com', 'login.microsoftonline.com'], port);
  const transport = new MsGraphTransport({
    clientId,
    tenantId,
    clientSecret: 'secret',
    userPrincipalName: mailbox,
    saveToSentItems: true,
  });
  await transport.getAccessToken();
  const transporter = createTransport(transport);
  return { pending: 4, send: (mail) => transporter.sendMail(mail), close: () => transporter.close() };
}

function leadToLocalhost(hosts, port) {
  const { connect } = tls;
  tls.connect = (options, ...rest) => {
    if (!hosts.includes(options.servername ?? options.host)) throw new Error(`A connection to ${options.host}`);
    return connect.call(
      tls,
      { ...options, servername: options.servername ?? options.host, host: '127.0.0.1', port },
      ...rest,
    );
  };
}
