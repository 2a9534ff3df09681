// What each vendor's format has to say, and what all of them share.

import type { Ask, Call, Text } from './turns';

export interface Format {
	request(ask: Ask): { readonly path: string; readonly body: object };
	/** How the key is sent; undefined for those that want none. */
	readonly credentials?: (key: string) => Record<string, string>;
	/** Begins to read an answer. */
	answer(): Answer;
}

/** An answer that comes in pieces. */
export interface Answer {
	/** What a piece adds to it. A vendor's word that there will be no more is an error. */
	take(piece: Piece): (Text | Call)[];
	/** What it held back until its end. */
	end(): Call[];
}

/** JSON of a vendor's, of which nothing is certain. */
// biome-ignore lint/suspicious/noExplicitAny: each format reads its own fields with ?. and checks what it finds
export type Piece = any;

/** Words of the model, if there are any. */
export function words(text: unknown): Text[] {
	return typeof text === 'string' && text !== '' ? [{ kind: 'text', text }] : [];
}

/** A call whose arguments came as text, maybe in pieces. */
export function called(id: string, name: string, json: string): Call {
	let input: unknown;
	try {
		input = json.trim() === '' ? {} : JSON.parse(json);
	} catch {
		// said below
	}
	if (typeof input !== 'object' || input === null) {
		throw new Error(`the model broke off as it called ${name}: ask again, or ask for less at once`);
	}
	return { kind: 'call', id, name, input };
}

const made = 'made_';

/** An id for a call to which its vendor gave none. */
export function newId(): string {
	return made + crypto.randomUUID();
}

/** The vendor's own id of a call, which it shall find again. */
export function ownId(id: string): { id?: string } {
	return id.startsWith(made) ? {} : { id };
}

/** Why there is no answer, in the words of whoever refused. */
export function refusalOf(piece: Piece): string | undefined {
	const error = piece?.error ?? (piece?.object === 'error' ? piece : undefined);
	return typeof error === 'string' ? error : (error?.message ?? (error === undefined ? undefined : JSON.stringify(error)));
}

/** The pieces of JSON in a body that comes line by line, as server-sent events or bare. */
export async function* piecesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Piece> {
	const decoder = new TextDecoder();
	let rest = '';
	for await (const chunk of body) {
		rest += decoder.decode(chunk, { stream: true });
		const lines = rest.split('\n');
		rest = lines.pop() ?? '';
		yield* lines.flatMap(pieceOf);
	}
	yield* pieceOf(rest + decoder.decode());
}

function pieceOf(line: string): Piece[] {
	const json = line.startsWith('data:') ? line.slice('data:'.length).trim() : line.trim();
	if (!json.startsWith('{')) {
		return [];
	}
	try {
		return [JSON.parse(json)];
	} catch {
		return []; // half a line at a stream's end
	}
}

/** Reads an answer to its end. */
export async function* partsOf(format: Format, body: AsyncIterable<Uint8Array>): AsyncGenerator<Text | Call> {
	const answer = format.answer();
	for await (const piece of piecesOf(body)) {
		const refused = refusalOf(piece);
		if (refused !== undefined) {
			throw new Error(refused);
		}
		yield* answer.take(piece);
	}
	yield* answer.end();
}
