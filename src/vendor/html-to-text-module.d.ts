// html-to-text ships no types: those of its options that are used here.
declare module 'html-to-text' {
  export interface HtmlToTextSelector {
    selector: string;
    format?: string;
    options?: {
      leadingLineBreaks?: number;
      trailingLineBreaks?: number;
      hideLinkHrefIfSameAsText?: boolean;
      uppercase?: boolean;
      itemPrefix?: string;
    };
  }
  export type HtmlToTextFormatter = (
    element: { attribs?: Record<string, string> },
    walk: unknown,
    builder: { addInline(text: string): void },
  ) => void;
  export interface HtmlToTextOptions {
    formatters?: Record<string, HtmlToTextFormatter>;
    wordwrap?: number | false;
    limits?: { maxInputLength?: number };
    selectors?: HtmlToTextSelector[];
  }
  export function compile(options: HtmlToTextOptions): (html: string) => string;
}
