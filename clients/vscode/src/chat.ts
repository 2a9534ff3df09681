// How vendors are asked to chat. Nothing here knows the editor, so that all of it can be tested without one.

export type ChatFormat = 'openai' | 'anthropic' | 'ollama';

export interface Turn {
	readonly role: 'user' | 'assistant';
	readonly text: string;
}

/** How a provider of a format is asked: in its own language for those who have one, else in the one that all others speak. */
export function formatOf(format: string): ChatFormat {
	return format === 'anthropic' || format === 'ollama' ? format : 'openai';
}

/** VS Code numbers its roles: 1 is the person, 2 the model. Turns of the same role in a row are one. */
export function turnsOf(messages: readonly { readonly role: number; readonly text: string }[]): Turn[] {
	const turns: Turn[] = [];
	for (const { role, text } of messages) {
		const turn: Turn = { role: role === 2 ? 'assistant' : 'user', text };
		const last = turns.at(-1);
		if (text === '') {
			continue;
		}
		if (last?.role === turn.role) {
			turns[turns.length - 1] = { role: turn.role, text: `${last.text}\n\n${text}` };
		} else {
			turns.push(turn);
		}
	}
	return turns;
}

export function requestFor(format: ChatFormat, model: string, turns: readonly Turn[]): { path: string; body: object } {
	const messages = turns.map(({ role, text }) => ({ role, content: text }));
	switch (format) {
		case 'anthropic':
			return { path: '/v1/messages', body: { model, max_tokens: 8192, stream: true, messages } };
		case 'ollama':
			return { path: '/api/chat', body: { model, stream: true, messages } };
		default:
			return { path: '/v1/chat/completions', body: { model, stream: true, messages } };
	}
}

/** The text in a line of an answer: an event's data, or a line of JSON. */
export function deltaOf(format: ChatFormat, line: string): string {
	const json = line.startsWith('data:') ? line.slice('data:'.length).trim() : line.trim();
	if (!json.startsWith('{')) {
		return '';
	}
	let piece: {
		choices?: { delta?: { content?: string | null } }[];
		delta?: { text?: string };
		message?: { content?: string };
	};
	try {
		piece = JSON.parse(json);
	} catch {
		return ''; // half a line at a stream's end
	}
	switch (format) {
		case 'anthropic':
			return piece.delta?.text ?? '';
		case 'ollama':
			return piece.message?.content ?? '';
		default:
			return piece.choices?.[0]?.delta?.content ?? '';
	}
}
