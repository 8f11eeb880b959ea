import type { OptionWarning } from './generation-request.ts';
import type { InputIssue } from './user-errors.ts';

const maxTextCharacters = 10_000;

/** Gathers what is wrong with a request, and what cannot be done of it. */
export interface RequestCheck {
  readonly issues: readonly InputIssue[];
  readonly warnings: readonly OptionWarning[];
  /** `path` is that inside of the input. */
  refuse(path: readonly string[], message: string): void;
  warn(option: string, message: string): void;
}

export function createRequestCheck(): RequestCheck {
  const issues: InputIssue[] = [];
  const warnings: OptionWarning[] = [];
  return {
    issues,
    warnings,
    refuse: (path, message) => void issues.push({ path: ['input', ...path], message }),
    warn: (option, message) => void warnings.push({ option, message }),
  };
}

export function checkText(check: RequestCheck, option: string, text: string): void {
  // Counted as people count: an emoji outside the basic plane is one character.
  if (text.length > maxTextCharacters && [...text].length > maxTextCharacters) {
    check.refuse([option], `At most ${maxTextCharacters} characters are taken here.`);
  }
  if (!text.isWellFormed()) check.refuse([option], 'The text holds half of a surrogate pair, which is no character.');
  if (text.includes('\0')) check.refuse([option], 'The text holds a NUL character.');
}
