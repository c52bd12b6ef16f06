import { createRequire } from 'node:module';

/**
 * The nodemailer that is installed beside this package, loaded when it is first needed. Here and nowhere else: a message
 * may come from another copy, so nothing of it may be relied upon. The build writes the CommonJS form of this file.
 */
export function loadNodemailer(): typeof import('nodemailer') {
  // biome-ignore lint/suspicious/noTsIgnore: an error in the CommonJS build alone, whose form of this file is another
  // @ts-ignore import.meta is for the ES module build alone
  return createRequire(import.meta.url)('nodemailer');
}
