/** Columns that text takes in a terminal. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u;
const NOTHING = /[\p{Mn}\p{Me}\p{Cf}]/u;

export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  if (NOTHING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** Text in at most so many columns, an ellipsis for the rest. */
export function cut(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  return `${head(text, columns - 1)}…`;
}

export function padded(text: string, left: number): string {
  return `${' '.repeat(left)}${text}`;
}

/** Lines of at most so many columns, broken at blanks; a word longer than a line is broken anywhere. Later lines have two columns less. */
export function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest !== '') {
    const room = Math.max(8, columns - (lines.length > 0 ? 2 : 0));
    if (textWidth(rest) <= room) return [...lines, rest];
    const fits = head(rest, room);
    const blank = rest[fits.length] === ' ' ? fits.length : fits.lastIndexOf(' ');
    // a line of one short word and a long one behind it would leave most of the line empty
    const end = blank > room / 3 ? blank : fits.length;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return lines;
}

/** The longest start that takes at most so many columns. */
function head(text: string, columns: number): string {
  let width = 0;
  let end = 0;
  for (const character of text) {
    width += characterWidth(character);
    if (width > columns) break;
    end += character.length;
  }
  return text.slice(0, Math.max(end, 1));
}
