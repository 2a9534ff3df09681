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
	/** What a piece adds to it. */
	take(piece: Piece): (Text | Call)[];
	/** What it held back until its end. That it is not whole is an error: half a text looks like all of it, and half a call does harm. */
	end(): Call[];
}

/** The model has written as much as it may. */
export function overLimit(): Error {
	return new Error('the model stopped in the middle, at the length that an answer may have: ask it to go on, or ask for less at once');
}

/** The model, or who watches it, refuses. */
export function withheld(reason: string): Error {
	return new Error(`the model does not answer, and its vendor gives the reason ${reason}`);
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

/** Why a request was refused: Mistral's servers, and others', also say it without the word error. */
export function reasonOf(body: Piece): string | undefined {
	const { message, detail } = body ?? {};
	const said = Array.isArray(detail)
		? detail.map(({ loc, msg }: Piece) => `${(loc ?? []).join('.')}: ${msg}`).join('; ')
		: (detail ?? message);
	return refusalOf(body) ?? (typeof said === 'string' && said !== '' ? said : undefined);
}

/**
 * The pieces of JSON in a body that comes line by line, as server-sent events or bare. Gemini breaks off its events with an error
 * that is bare, and written over several lines.
 */
export async function* piecesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Piece> {
	const decoder = new TextDecoder();
	const read = reader();
	let rest = '';
	for await (const chunk of body) {
		rest += decoder.decode(chunk, { stream: true });
		const lines = rest.split('\n');
		rest = lines.pop() ?? '';
		yield* lines.flatMap(read);
	}
	yield* read(rest + decoder.decode());
}

/** Takes line by line, and answers with the piece that a line ends. */
function reader(): (line: string) => Piece[] {
	let bare = '';
	return (line) => {
		const data = line.startsWith('data:');
		bare = data ? line.slice('data:'.length).trim() : `${bare}${line.trim()}`;
		if (!bare.startsWith('{')) {
			bare = '';
			return [];
		}
		try {
			const piece = JSON.parse(bare);
			bare = '';
			return [piece];
		} catch {
			bare = data ? '' : bare; // half a line at a stream's end, or the first of several
			return [];
		}
	};
}

/** Reads an answer to its end. */
export async function* partsOf(format: Format, body: AsyncIterable<Uint8Array>): AsyncGenerator<Text | Call> {
	const answer = format.answer();
	const calls: Call[] = [];
	for await (const piece of piecesOf(body)) {
		const refused = refusalOf(piece);
		if (refused !== undefined) {
			throw new Error(refused);
		}
		for (const part of answer.take(piece)) {
			if (part.kind === 'text') {
				yield part;
			} else {
				calls.push(part);
			}
		}
	}
	yield* [...calls, ...answer.end()]; // none is made for an answer that is not whole
}
