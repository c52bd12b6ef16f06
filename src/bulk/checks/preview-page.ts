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
 * HTML may hold what a stranger wrote into a form. A frame with `srcdoc` is under the same policy.
 */
const policy =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'";

/** By it an index.html is known as one of ours. */
export const previewMark = '<meta name="generator" content="nodemailer-graph-transport bulk preview">';

const style = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2024; --quiet: #5b6470; --line: #dfe3e8; --bad: #b42318; --link: #1f5fbf; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171a; --ink: #e8eaed; --quiet: #9aa4b0; --line: #2c333b; --bad: #ff8a7f; --link: #8ab4f8; } }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 60rem; background: var(--paper); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.05rem; margin: 1.8rem 0 .6rem; }
a { color: var(--link); }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .45rem .9rem .45rem 0; border-bottom: 1px solid var(--line); unicode-bidi: isolate; }
th { font-weight: 600; white-space: nowrap; }
.fields th { width: 1%; padding-right: 1.4rem; color: var(--quiet); font-weight: 400; }
.mails td:first-child, .mails td:last-child { width: 1%; white-space: nowrap; color: var(--quiet); font-variant-numeric: tabular-nums; }
.quiet { color: var(--quiet); }
iframe { display: block; box-sizing: border-box; width: 100%; height: 75vh; resize: vertical; border: 1px solid var(--line); border-radius: 6px; background: #fff; color-scheme: light; }
pre { margin: 0; white-space: pre-wrap; padding: 1rem; border: 1px solid var(--line); border-radius: 6px; }
.fault { color: var(--bad); }
@media (max-width: 34rem) {
  .fields tr, .mails tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--line); }
  .fields th, .fields td, .mails td { display: block; width: auto; border: 0; padding: 0; white-space: normal; }
  .mails tr:first-child { display: none; }
}
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
    `<p class="quiet"><a href="index.html">All mails</a> · <a href="${escaped(mail.file)}.eml">the message itself</a>, ${mail.bytes.toLocaleString('en-US')} bytes · line ${mail.line}</p>
<table class="fields">${fields.join('')}</table>
${attachments.length === 0 ? '' : `<h2>Attachments</h2><ul>${attachments.join('')}</ul>`}
${html}
${text}
<p class="quiet">Images from the web are not loaded here.</p>`,
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
    `<p class="quiet">Nothing has been sent.</p>
<table class="mails"><tr><th>Line</th><th>To</th><th>Subject</th><th></th></tr>${rows.join('')}</table>
${faulty.length === 0 ? '' : `<h2>Rows that make no mail</h2><ul>${faulty.join('')}</ul>`}`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
${previewMark}
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
