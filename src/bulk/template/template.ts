import type { SendMailOptions } from 'nodemailer';
import { BulkInputError, quote } from '../common/errors.js';
import { headerTextProblem } from '../common/header-safety.js';
import type { Row } from '../common/row.js';
import { TemplateEngine, TemplatePartError } from './engine.js';
import { type Escaping, htmlEscaping, subjectEscaping, textEscaping } from './escaping.js';

export interface TemplateAttachment {
  filename: string;
  content: Buffer;
  /** Given when the HTML shows it as `cid:…`. */
  cid?: string;
  contentDisposition: 'inline' | 'attachment';
}

/** Handlebars source. At least one of `html` and `text` is needed. */
export interface TemplateSource {
  subject: string;
  html?: string | undefined;
  text?: string | undefined;
  partials?: Readonly<Record<string, string>>;
  attachments?: readonly TemplateAttachment[];
  /** Errors tell of the files `html.hbs` and `partials/name.hbs`, and not of the parts that a program gave. */
  inFiles?: boolean;
}

interface RenderedMail {
  subject: string;
  html?: string;
  text?: string;
}

/** What `sendMail` takes, without what a run decides: every mail has one recipient, the `email` of its row. */
export type TemplateMessage = Omit<SendMailOptions, 'to' | 'envelope' | 'messageId' | 'date' | 'raw' | 'graph'>;

/** A template that is ready to be filled in. */
export interface Template {
  /** Those that go with every mail. */
  readonly attachments: readonly Readonly<TemplateAttachment>[];
  /** Of every source, partial and attachment, hexadecimal; undefined for a function, which cannot be compared. */
  readonly sha256: string | undefined;
  /**
   * The message for one row. Attachments may be shared with other messages.
   * @throws BulkInputError that names part, name and line
   */
  render(row: Row): Promise<TemplateMessage>;
}

interface CompiledTemplate {
  readonly attachments: readonly Readonly<TemplateAttachment>[];
  /** Fills the template in for one row; an unknown name anywhere is a `BulkInputError`. */
  render(row: Pick<Row, 'line' | 'values'>): RenderedMail;
}

/** Compiles Handlebars sources once, to be filled in for many rows. */
export function compileTemplate(source: TemplateSource): CompiledTemplate {
  const { subject, html, text, partials = {}, attachments = [], inFiles = false } = source;
  if (html === undefined && text === undefined) {
    throw new BulkInputError('A template needs a body: html, text, or both');
  }
  const compile = (part: string, body: string, escaping: Escaping) =>
    inFiles
      ? new TemplateEngine(partials, escaping, (name) => `partials/${name}.hbs`).compile(`${part}.hbs`, body)
      : new TemplateEngine(partials, escaping).compile(part, body);
  return explained(undefined, () => {
    const renderSubject = compile('subject', subject, subjectEscaping);
    const renderHtml = html === undefined ? undefined : compile('html', html, htmlEscaping);
    const renderText = text === undefined ? undefined : compile('text', text, textEscaping);
    return {
      attachments,
      render: (row) =>
        explained(row.line, () => ({
          subject: checkedSubject(renderSubject(row.values)),
          ...(renderHtml && { html: renderHtml(row.values) }),
          ...(renderText && { text: renderText(row.values) }),
        })),
    };
  });
}

/** Rows cannot bring line breaks into a subject; those of the template's own layout are spaces. */
function checkedSubject(rendered: string): string {
  const lines = rendered.split(/[\r\n]+/).map((line) => line.trim());
  const subject = lines.filter((line) => line !== '').join(' ');
  // Only now, since two values can make an encoded word between them.
  const problem = headerTextProblem(subject);
  if (problem) throw new TemplatePartError(`subject: ${quote(subject)} ${problem}`);
  return subject;
}

function explained<T>(line: number | undefined, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (!(cause instanceof TemplatePartError)) throw cause;
    const where = line === undefined ? '' : ` (recipients, line ${line})`;
    throw new BulkInputError(`Template ${cause.message}${where}`, { line, cause });
  }
}
