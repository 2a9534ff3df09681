// A conversation, as every vendor's format takes it from here. Nothing in this directory knows the editor, so that all of it can
// be tested without one.

export interface Text {
	readonly kind: 'text';
	readonly text: string;
}

/** A tool that the model wants called. */
export interface Call {
	readonly kind: 'call';
	readonly id: string;
	readonly name: string;
	readonly input: object;
	/** What its vendor wants back with it, as it was: what the model thought, and signatures. Only the format reads it. */
	readonly kept?: object;
}

/** What a tool answered. */
export interface Result {
	readonly kind: 'result';
	readonly id: string;
	/** The tool's, which VS Code does not say again. */
	readonly name: string;
	readonly text: string;
	readonly failed: boolean;
}

export type Part = Text | Call | Result;

export interface Turn {
	readonly role: 'user' | 'assistant';
	readonly parts: readonly Part[];
}

export interface Tool {
	readonly name: string;
	readonly description: string;
	readonly schema: object;
}

/** All that a vendor is asked. */
export interface Ask {
	readonly model: string;
	readonly system: string;
	readonly turns: readonly Turn[];
	readonly tools: readonly Tool[];
	/** Whether the model must call a tool. */
	readonly must: boolean;
	readonly maxOutputTokens: number;
}

/** What the editor hands over: a message in parts, of which it may say a result's tool by its id alone. */
export interface Message {
	readonly role: number;
	readonly parts: readonly (Text | Call | Omit<Result, 'name'>)[];
}

/**
 * VS Code numbers its roles: 1 is the person, 2 the model, 3 the system. Turns of the same role in a row are one, as vendors want
 * them, and a turn begins with the results of the calls before it.
 */
export function turnsOf(messages: readonly Message[]): { system: string; turns: Turn[] } {
	const system: string[] = [];
	const turns: { role: Turn['role']; parts: Part[] }[] = [];
	const names = new Map<string, string>();
	for (const message of messages) {
		const parts = whole(message.parts)
			.filter((part) => part.kind !== 'text' || part.text.trim() !== '')
			.map((part) => named(part, names));
		if (message.role === 3) {
			system.push(textOf(parts));
			continue;
		}
		const role = message.role === 2 ? 'assistant' : 'user';
		const last = turns.at(-1);
		if (last?.role === role) {
			last.parts.push(...parts);
		} else if (parts.length > 0) {
			turns.push({ role, parts });
		}
	}
	const first = (part: Part) => (part.kind === 'result' ? 0 : 1);
	return {
		system: system.filter((text) => text !== '').join('\n\n'),
		turns: turns.map(({ role, parts }) => ({ role, parts: parts.toSorted((a, b) => first(a) - first(b)) })),
	};
}

/** A text that came in pieces is one. */
function whole(parts: Message['parts']): Message['parts'][number][] {
	const all: Message['parts'][number][] = [];
	for (const part of parts) {
		const last = all.at(-1);
		if (part.kind === 'text' && last?.kind === 'text') {
			all[all.length - 1] = { kind: 'text', text: last.text + part.text };
		} else {
			all.push(part);
		}
	}
	return all;
}

function named(part: Message['parts'][number], names: Map<string, string>): Part {
	if (part.kind === 'call') {
		names.set(part.id, part.name);
	}
	return part.kind === 'result' ? { ...part, name: names.get(part.id) ?? 'unknown' } : part;
}

export function textOf(parts: readonly Part[]): string {
	return parts.flatMap((part) => (part.kind === 'text' ? [part.text] : [])).join('\n\n');
}

export function callsOf(parts: readonly Part[]): Call[] {
	return parts.filter((part) => part.kind === 'call');
}

export function resultsOf(parts: readonly Part[]): Result[] {
	return parts.filter((part) => part.kind === 'result');
}

/** A tool's own schema, or that of one that takes nothing. OpenAI refuses objects of which no properties are said. */
export function schemaOf(given: object | undefined): object {
	return { type: 'object', properties: {}, ...given };
}

/** What went along with the calls of a turn. */
export function keptOf<Kept extends object>(parts: readonly Part[]): Kept[] {
	return callsOf(parts).flatMap(({ kept }) => (kept === undefined ? [] : [kept as Kept]));
}

/** About four letters a token, as vendors count English and code. */
export function tokensOf(text: string): number {
	return Math.ceil(text.length / 4);
}

/** What parts are worth in tokens: a tool's arguments and answer are sent like any text. */
export function tokensOfParts(parts: Message['parts']): number {
	return tokensOf(parts.map((part) => (part.kind === 'call' ? part.name + JSON.stringify(part.input) : part.text)).join(''));
}
