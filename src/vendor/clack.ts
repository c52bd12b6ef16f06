export { cancel, confirm, intro, isCancel, note, outro, password, select, text } from '@clack/prompts';
