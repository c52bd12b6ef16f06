import { fieldValue, type HeaderField } from './header-fields.js';

/** From `Importance`, or from `X-Priority` without one ([MS-OXCMAIL]). */
export function importanceOf(fields: readonly HeaderField[]): 'low' | 'normal' | 'high' {
  const importance = fieldValue(fields, 'importance')?.toLowerCase();
  if (importance === 'low' || importance === 'normal' || importance === 'high') return importance;
  const priority = Number.parseInt(fieldValue(fields, 'x-priority') ?? '', 10);
  if (priority === 1 || priority === 2) return 'high';
  return priority === 4 || priority === 5 ? 'low' : 'normal';
}
