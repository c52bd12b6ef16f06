import { setImmediate } from '../common/timers.js';
import { checkMail } from './check-mail.js';
import { errorText, finding, type PreflightEntry, verdictOf } from './finding.js';
import type { PreflightMail } from './mail-view.js';
import { withFiles } from './message-size.js';
import { type GraphPreflightOptions, settlePreflightOptions } from './options.js';
import { type PreflightSummary, SummaryTally } from './summary.js';

/** The plugin that {@link graphPreflight} makes. */
export interface GraphPreflight {
  (mail: PreflightMail, callback: (error?: Error | null) => void): void;
  /** What was found in all mails so far. */
  summary(): PreflightSummary;
}

/**
 * Makes a Nodemailer plugin for the SMTP transporter of today, `transporter.use('stream', graphPreflight(options))`, that
 * tells what Microsoft Graph would refuse or send otherwise. It sends nothing and changes nothing, and no failure in it
 * touches a mail. Add it after other stream plugins, so that it sees what they make of a mail.
 * @throws GraphMailError `ECONFIG` for an option that is missing, unknown or contradictory
 */
export function graphPreflight(options: GraphPreflightOptions): GraphPreflight {
  const settings = settlePreflightOptions(options);
  const tally = new SummaryTally(settings.examples);

  const record = (entry: PreflightEntry): void => {
    tally.add(entry);
    const failed = () => {
      tally.reportFailures++;
    };
    try {
      // An async function is a function, too, and its rejection would end the process.
      Promise.resolve(settings.report?.(entry) as unknown).catch(failed);
    } catch {
      failed();
    }
  };

  /** Checks and records; gives a promise only where there are files to ask for. */
  const check = (mail: PreflightMail): Promise<void> | undefined => {
    try {
      const { size, entry } = checkMail(mail, settings);
      if (size.files.length > 0)
        return withFiles(size)
          .then((complete) => record(entry(complete)))
          .catch((error: unknown) => record(failedEntry(error)));
      record(entry(size));
    } catch (error) {
      record(failedEntry(error));
    }
    return undefined;
  };

  const plugin = (mail: PreflightMail, callback: (error?: Error | null) => void): void => {
    const pending = check(mail);
    // Outside of everything that catches: what follows in Nodemailer may throw, and that is not for this plugin to hide.
    if (!pending) callback();
    else {
      const goOn = () => setImmediate(() => callback());
      pending.then(goOn, goOn);
    }
  };
  return Object.assign(plugin, { summary: () => tally.summary() });
}

function failedEntry(error: unknown): PreflightEntry {
  let reason = 'for an unknown reason';
  try {
    reason = errorText(error);
  } catch {
    // Something was thrown that cannot even be read.
  }
  const findings = [
    finding(
      'preflight-failed',
      `This mail could not be checked: ${reason}. It was sent as ever; please report this with the mail's options.`,
    ),
  ];
  return {
    messageId: undefined,
    subject: undefined,
    from: undefined,
    mailbox: undefined,
    recipients: undefined,
    size: undefined,
    verdict: verdictOf(findings),
    findings,
  };
}
