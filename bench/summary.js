// From single runs to one figure each: medians over the rounds, and ratios within a round, where both sides met the same
// machine.

export const bound = 'bare-post';

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const total = (runs, field) => runs.reduce((sum, run) => sum + run[field], 0);

/** Per scenario, one row per subject that took part. */
export function summarise(runs, scenarios, subjects) {
  return scenarios.map(({ name, title, mail, delay }) => {
    const here = runs.filter((run) => run.scenario === name);
    const of = (subject) => here.filter((run) => run.subject === subject);
    /** Median over the rounds of a figure of `subject`, divided by that of `other`. */
    const ratio = (field, subject, other) => {
      const others = new Map(of(other).map((run) => [run.round, run[field]]));
      return median(of(subject).map((run) => run[field] / others.get(run.round)));
    };
    const rows = subjects
      .filter((subject) => of(subject.name).length > 0)
      .map((subject) => ({
        ...subject,
        mailsPerSecond: median(of(subject.name).map((run) => run.mailsPerSecond)),
        cpu: median(of(subject.name).map((run) => run.cpu)),
        memory: median(of(subject.name).map((run) => run.memory)),
        ofBound: ratio('mailsPerSecond', subject.name, bound),
        accepted: total(of(subject.name), 'accepted'),
        failed: total(of(subject.name), 'failed'),
        lost: total(of(subject.name), 'lost'),
        duplicated: total(of(subject.name), 'duplicated'),
      }));
    return { name, title, mail, delay, rows, ratio };
  });
}
