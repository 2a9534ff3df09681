// Ollama's own chat.

import type { ChatRequest, Message, Tool } from 'ollama';
import { type Answer, type Format, newId, overLimit, ownId, type Piece, words } from './format';
import { type Call, callsOf, keptOf, resultsOf, type Turn, textOf } from './turns';

/** What a model thought before it called, which its template shows it again. */
type Kept = Required<Pick<Message, 'thinking'>>;

/** Newer servers than the types know by which call a result is. */
type Said = Message & { tool_call_id?: string };

export const ollama: Format = {
	request: ({ model, system, turns, tools }) => ({
		path: '/api/chat',
		body: {
			model,
			stream: true,
			messages: [...(system === '' ? [] : [{ role: 'system', content: system }]), ...turns.flatMap(messagesOf)],
			// Nothing says that a tool must be called: the model is free.
			...(tools.length > 0 && {
				tools: tools.map(
					({ name, description, schema }): Tool => ({ type: 'function', function: { name, description, parameters: schema } }),
				),
			}),
		} satisfies ChatRequest,
	}),
	answer,
};

function messagesOf({ role, parts }: Turn): Said[] {
	const text = textOf(parts);
	const calls = callsOf(parts).map(({ id, name, input }) => ({ ...ownId(id), function: { name, arguments: input } }));
	const thinking = keptOf<Kept>(parts)
		.map((kept) => kept.thinking)
		.join('\n\n');
	return [
		...resultsOf(parts).map(({ id, name, text: content }) => {
			const { id: tool_call_id } = ownId(id);
			return { role: 'tool', tool_name: name, ...(tool_call_id !== undefined && { tool_call_id }), content };
		}),
		...(text === '' && calls.length === 0
			? []
			: [{ role, content: text, ...(thinking !== '' && { thinking }), ...(calls.length > 0 && { tool_calls: calls }) }]),
	];
}

/** A call comes whole. */
function answer(): Answer {
	const calls: Call[] = [];
	let thinking = '';
	let cut = false;
	return {
		take({ message, done_reason }: Piece) {
			thinking += message?.thinking ?? '';
			cut ||= done_reason === 'length';
			for (const { id, function: f } of message?.tool_calls ?? []) {
				calls.push({ kind: 'call', id: id || newId(), name: f?.name, input: f?.arguments ?? {} });
			}
			return words(message?.content);
		},
		end() {
			if (cut) {
				throw overLimit();
			}
			return calls.map((call, i) => (i === 0 && thinking !== '' ? { ...call, kept: { thinking } satisfies Kept } : call));
		},
	};
}
