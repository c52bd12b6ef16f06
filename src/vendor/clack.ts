export { cancel, confirm, intro, isCancel, multiselect, select, text } from '@clack/prompts';
