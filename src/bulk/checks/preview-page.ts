import { Handlebars } from '../../vendor/handlebars.js';

/** One mail as the page shows it. */
export interface PreviewedMail {
  number: number;
  line: number;
  /** Header fields that people look at, in order. */
  fields: readonly (readonly [name: string, value: string])[];
  /** With its images in it. */
  html?: string | undefined;
  text?: string | undefined;
  attachments: readonly string[];
  bytes: number;
  /** Names of its files in the folder, without an ending. */
  file: string;
}

/** A row that makes no mail. */
export interface PreviewedFault {
  number: number;
  line: number;
  message: string;
}

/**
 * Nothing is loaded from elsewhere and nothing runs: what looks at a preview must not count as opening the mail, and the
 * HTML may hold what somebody wrote into a form. A frame with `srcdoc` is under the same policy.
 */
const policy =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'";

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; padding: 0 1rem; max-width: 60rem; }
h1 { font-size: 1.3rem; }
h2 { font-size: 1.05rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8884; overflow-wrap: anywhere; }
th { font-weight: 600; white-space: nowrap; width: 1%; }
iframe { width: 100%; height: 75vh; border: 1px solid #8884; background: #fff; color-scheme: light; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 1rem; border: 1px solid #8884; }
.fault { color: #c02626; }
@media (prefers-color-scheme: dark) { .fault { color: #ff8080; } }
`;

/** The page of one mail: what its header says, its HTML in a frame without rights, its text, its attachments. */
export function mailPage(mail: PreviewedMail): string {
  const fields = mail.fields.map(([name, value]) => `<tr><th>${escaped(name)}</th><td>${escaped(value)}</td></tr>`);
  const attachments = mail.attachments.map((name) => `<li>${escaped(name)}</li>`);
  // Without a right to run scripts, to move the page, or to follow a refresh.
  const html =
    mail.html === undefined
      ? ''
      : `<h2>HTML</h2><iframe sandbox="" title="HTML" srcdoc="${escaped(mail.html)}"></iframe>`;
  const text = mail.text === undefined ? '' : `<h2>Text</h2><pre>${escaped(mail.text)}</pre>`;
  return page(
    `Mail ${mail.number}`,
    `<p><a href="index.html">All mails</a> · <a href="${escaped(mail.file)}.eml">the message itself</a>, ${mail.bytes.toLocaleString('en-US')} bytes · line ${mail.line}</p>
<table>${fields.join('')}</table>
${attachments.length === 0 ? '' : `<h2>Attachments</h2><ul>${attachments.join('')}</ul>`}
${html}
${text}
<p>Images from the web are not loaded here.</p>`,
  );
}

/** The page that leads to the others. */
export function indexPage(mails: readonly PreviewedMail[], faults: readonly PreviewedFault[]): string {
  const fieldOf = (mail: PreviewedMail, field: string) => mail.fields.find(([name]) => name === field)?.[1] ?? '';
  const rows = mails.map(
    (mail) =>
      `<tr><td>${mail.line}</td><td>${escaped(fieldOf(mail, 'To'))}</td><td><a href="${escaped(mail.file)}.html">${escaped(fieldOf(mail, 'Subject')) || '(no subject)'}</a></td><td><a href="${escaped(mail.file)}.eml">.eml</a></td></tr>`,
  );
  const faulty = faults.map((fault) => `<li class="fault">${escaped(fault.message)}</li>`);
  return page(
    'Preview',
    `<p>Nothing has been sent.</p>
<table><tr><th>Line</th><th>To</th><th>Subject</th><th></th></tr>${rows.join('')}</table>
${faulty.length === 0 ? '' : `<h2>Rows that make no mail</h2><ul>${faulty.join('')}</ul>`}`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<h1>${title}</h1>
${body}
</body>
</html>
`;
}

/** A lone half of a character cannot be written in UTF-8. */
function escaped(text: string): string {
  return Handlebars.Utils.escapeExpression(text).replace(/\p{Cs}/gu, '\uFFFD');
}
