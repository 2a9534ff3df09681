// What a tool answered, as the text that a model reads.

interface Node {
	readonly text?: string;
	readonly lineBreakBefore?: boolean | number;
	readonly children?: readonly Node[];
}

/** The parts of an answer, of which VS Code knows texts, data of a kind, and trees of @vscode/prompt-tsx. */
export function resultText(content: readonly unknown[]): string {
	return content.map(textIn).join('');
}

function textIn(part: unknown): string {
	if (typeof part !== 'object' || part === null) {
		return '';
	}
	const { value, mimeType, data } = part as { value?: unknown; mimeType?: string; data?: unknown };
	if (typeof value === 'string') {
		return value;
	}
	if (data instanceof Uint8Array && mimeType !== undefined) {
		return /^text\/|json$/.test(mimeType) ? new TextDecoder().decode(data) : `[${mimeType}, which this model was not given]`;
	}
	const { node } = (value ?? {}) as { node?: Node };
	return node === undefined ? '' : written(node);
}

function written({ text, lineBreakBefore, children }: Node): string {
	return (lineBreakBefore ? '\n' : '') + (text ?? '') + (children ?? []).map(written).join('');
}
