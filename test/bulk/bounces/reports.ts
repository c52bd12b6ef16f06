// Delivery reports as mail servers write them, with names of our own.

export const original = '<0a1b2c3d4e5f60718293a4b5c6d7e8f9@contoso.example>';

export interface Parts {
  headers?: readonly string[];
  text?: string;
  /** The message/delivery-status part. */
  status?: string;
  /** The mail, or its header. */
  returned?: string;
  returnedType?: string;
}

const frame = [
  'From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@contoso.example>',
  'To: <news@contoso.example>',
  'Date: Mon, 23 Nov 2026 13:05:00 +0000',
  'Subject: Undeliverable: News',
  'Message-ID: <ndr@contoso.example>',
  'MIME-Version: 1.0',
];

export const returnedHeader = [
  'Received: from a by b; Mon, 23 Nov 2026 13:00:00 +0000',
  'From: News <news@contoso.example>',
  'To: "Doe, Jo" <jo@customer.example>',
  `Message-ID: ${original}`,
  'Subject: News',
].join('\r\n');

/** A multipart/report. */
export function report({
  headers = [],
  text = 'It failed.',
  status,
  returned,
  returnedType = 'text/rfc822-headers',
}: Parts) {
  const part = (type: string, body: string) => ['--frontier', `Content-Type: ${type}`, '', body, ''];
  return [
    ...frame,
    ...headers,
    'Content-Type: multipart/report; report-type=delivery-status; boundary="frontier"',
    '',
    ...part('text/plain; charset=utf-8', text),
    ...(status === undefined ? [] : part('message/delivery-status', status)),
    ...(returned === undefined ? [] : part(returnedType, returned)),
    '--frontier--',
    '',
  ].join('\r\n');
}

/** A mail of one part. */
export function plainMail(headers: readonly string[], text: string): string {
  return [
    ...frame.filter((line) => !headers.some((own) => own.split(':')[0] === line.split(':')[0])),
    ...headers,
    '',
    text,
  ].join('\r\n');
}

/** A message/delivery-status part about one recipient. */
export function deliveryStatus(...fields: readonly string[]): string {
  return ['Reporting-MTA: dns;mail.contoso.example', '', ...fields, ''].join('\r\n');
}
