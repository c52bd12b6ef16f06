// A day of a small shop, for screenshots.

const people = {
  ana: { name: 'Ana Lopes', address: 'ana.lopes@example.com' },
  bo: { name: 'Bo Lindqvist', address: 'bo@example.net' },
  chidi: { name: 'Chidi Okafor', address: 'chidi@example.org' },
  dana: { name: 'Dana Weiss', address: 'dana.weiss@example.com' },
};

/** In the order in which they are sent. */
export function exampleMails(shop) {
  const from = { name: 'Contoso Bikes', address: shop };
  const page = (title, body) =>
    `<body style="margin:0;background:#eef1f5;font:15px/1.5 'Segoe UI',Arial,sans-serif;color:#1f2937">
<div style="max-width:520px;margin:24px auto;background:#fff;border-radius:12px;overflow:hidden">
<div style="padding:18px 28px;background:#134e4a;color:#fff;font-size:18px;font-weight:600">Contoso Bikes</div>
<div style="padding:24px 28px"><h1 style="margin:0 0 12px;font-size:22px">${title}</h1>${body}</div></div></body>`;
  const orders = [people.bo, people.dana].map((to, index) => ({
    from,
    to,
    subject: `Thank you for your order ${1035 + index}`,
    text: 'Hello,\n\nwe have your order and begin at once.',
  }));
  return [
    ...orders,
    { from, to: people.chidi, subject: 'Welcome to Contoso Bikes', text: 'Hello Chidi,\n\nthank you for joining us.' },
    {
      from,
      to: 'old-address@example.com',
      subject: 'We miss you',
      text: 'Hello,\n\nit has been a while.',
    },
    {
      from,
      to: people.dana,
      subject: 'Your sign-in code: 482913',
      text: 'Your code is 482913. It is good for ten minutes.',
      html: page('Your code', '<p>Enter this code to sign in:</p><p style="font-size:30px"><b>482913</b></p>'),
    },
    {
      from,
      to: people.bo,
      subject: 'Reset your password',
      text: 'Choose a new one: https://bikes.contoso.example/reset?token=5Jq2',
    },
    {
      from,
      to: people.ana,
      subject: 'Your order 1042 is on its way',
      text: 'Hello Ana,\n\nyour bike left our workshop today: https://bikes.contoso.example/track/1042',
      html: page('On its way', '<p>Hello Ana,</p><p>your bike left our workshop today.</p>'),
    },
    {
      from,
      to: people.ana,
      cc: people.bo,
      bcc: 'bookkeeping@contoso.example',
      subject: 'Invoice 1042',
      text: 'Hello Ana,\n\nplease find your invoice attached.',
      html: page('Thank you for your order', invoice()),
      attachments: [{ filename: 'invoice-1042.pdf', content: Buffer.from('%PDF-1.4\n%%EOF\n'.repeat(900)) }],
    },
    {
      from,
      to: Object.values(people),
      subject: 'Spring service: book a place in our workshop',
      text: 'The first warm day is the wrong day to find out about your brakes.',
    },
  ];
}

function invoice() {
  const rows = [
    ['City bike “Harbour”', '749.00'],
    ['Lights, front and rear', '64.00'],
    ['Assembly', '35.00'],
  ]
    .map(([what, price]) => `<tr><td style="padding:7px 0">${what}</td><td align="right">€ ${price}</td></tr>`)
    .join('');
  return `<p>Hello Ana, here is your invoice.</p><table width="100%" style="border-collapse:collapse">${rows}
<tr style="border-top:2px solid #134e4a"><td style="padding:9px 0"><b>Total</b></td><td align="right"><b>€ 848.00</b></td></tr></table>
<p style="margin:22px 0 0"><a href="https://bikes.contoso.example/invoices/1042" style="background:#0f766e;color:#fff;padding:10px 18px;border-radius:8px;text-decoration:none">View online</a></p>`;
}
