import { makeCertificate } from './certificates.js';

export const tenantId = '11111111-2222-3333-4444-555555555555';
export const clientId = '66666666-7777-8888-9999-aaaaaaaaaaaa';
export const mailbox = 'noreply@contoso.com';

/** The application's certificate, made once for each test file. */
export const appCertificate = makeCertificate({ subject: 'graph-mailer' });

/** The smallest complete set of options. */
export const baseOptions = { tenantId, clientId, certificate: appCertificate.pem, mailbox } as const;

/** The smallest message. */
export const smallMail = { from: mailbox, to: 'ana@example.com', subject: 'Hello', text: 'Hello Ana' } as const;

/** How long a property test may search, in fast-check's terms; what it finds it prints with its seed. */
export const forAWhile = (ms = 2_000) => ({ numRuns: 5_000, interruptAfterTimeLimit: ms }) as const;
