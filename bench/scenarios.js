// What is measured: which mails, what delay, how many of them. Counts are chosen so that a run takes about two seconds.
import { mails } from './mails.js';

const scenario = (mail, delay, count, warmUp) => ({
  name: `${mail}-${delay}`,
  title: `${mails[mail].title}, ${delay} ms`,
  mail,
  delay,
  count,
  warmUp,
});

export const scenarios = [
  scenario('small', 20, 400, 1500),
  scenario('small', 0, 3000, 1500),
  scenario('large', 20, 360, 60),
  scenario('own', 20, 360, 60),
  scenario('large', 0, 150, 20),
];
