// What an assistant's tool is told of a text. Nothing here knows the editor, so that all of it can be tested without one.

/** The answer to the request scrubjay/check; its twin is the type checked of internal/lsp/check.go. */
export interface Checked {
	readonly findings: readonly { readonly rule: string; readonly class: string; readonly line: number; readonly says: string }[];
	/** With placeholders, if that was asked for. */
	readonly text?: string;
}

/** More findings than this nobody reads, and a model pays for each. */
const most = 200;

/** The parts of a tool's answer. */
export function told({ findings, text }: Checked): string[] {
	if (text !== undefined) {
		const note =
			findings.length === 0
				? 'Nothing sensitive was found, so the text is as it stands.'
				: `Values of these rules are placeholders here: ${[...new Set(findings.map((f) => f.rule))].join(', ')}. Use a placeholder as it stands; the person restores it in the editor. Do not ask for the value.`;
		return [text, note];
	}
	if (findings.length === 0) {
		return ['Nothing sensitive was found.'];
	}
	const lines = findings.slice(0, most).map((f) => `line ${f.line}: ${f.rule} (${f.class}): ${f.says}`);
	if (findings.length > most) {
		lines.push(`and ${findings.length - most} more`);
	}
	return [lines.join('\n')];
}
