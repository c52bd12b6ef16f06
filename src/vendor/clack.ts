export { cancel, confirm, intro, isCancel, multiselect, note, outro, password, select, text } from '@clack/prompts';
