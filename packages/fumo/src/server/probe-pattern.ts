/**
 * The pattern of a version probe: what of a node's value is the version. It comes with a package and meets what a device
 * says, so it is matched in time linear in both (RE2's syntax: no look-around, no back-references).
 */
import { RE2JS } from 're2js';
import { MAX_PROBE_PATTERN } from './limits.ts';

/** Compiled patterns kept: those of the packages that are rolled out at a time. */
const MAX_COMPILED = 64;
const compiled = new Map<string, RE2JS | string>();

/** Why it is none; undefined: it can be used. */
export function probePatternFault(pattern: string): string | undefined {
  const made = compile(pattern);
  return typeof made === 'string' ? made : undefined;
}

/** The pattern's first group in a text, or all that it matched; undefined: it does not match, or is none. */
export function matchProbe(pattern: string, text: string): string | undefined {
  const made = compile(pattern);
  if (typeof made === 'string') return undefined;
  const match = made.matcher(text);
  if (!match.find()) return undefined;
  return (match.groupCount() > 0 ? match.group(1) : null) ?? match.group(0) ?? undefined;
}

function compile(pattern: string): RE2JS | string {
  const kept = compiled.get(pattern);
  if (kept !== undefined) return kept;
  const made = compileAnew(pattern);
  if (compiled.size >= MAX_COMPILED) compiled.clear();
  compiled.set(pattern, made);
  return made;
}

function compileAnew(pattern: string): RE2JS | string {
  if (pattern.length > MAX_PROBE_PATTERN) return `it is longer than ${MAX_PROBE_PATTERN} characters`;
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
