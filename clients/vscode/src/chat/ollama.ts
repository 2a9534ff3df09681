// Ollama's own chat.

import { type Answer, type Format, newId, ownId, type Piece, words } from './format';
import { callsOf, resultsOf, type Turn, textOf } from './turns';

export const ollama: Format = {
	request: ({ model, system, turns, tools }) => ({
		path: '/api/chat',
		body: {
			model,
			stream: true,
			messages: [...(system === '' ? [] : [{ role: 'system', content: system }]), ...turns.flatMap(messagesOf)],
			// Nothing says that a tool must be called: the model is free.
			...(tools.length > 0 && {
				tools: tools.map(({ name, description, schema }) => ({ type: 'function', function: { name, description, parameters: schema } })),
			}),
		},
	}),
	answer,
};

function messagesOf({ role, parts }: Turn): object[] {
	const text = textOf(parts);
	const calls = callsOf(parts).map(({ id, name, input }) => ({ ...ownId(id), function: { name, arguments: input } }));
	return [
		...resultsOf(parts).map(({ id, name, text: content }) => {
			const { id: tool_call_id } = ownId(id);
			return { role: 'tool', tool_name: name, ...(tool_call_id !== undefined && { tool_call_id }), content };
		}),
		...(text === '' && calls.length === 0 ? [] : [{ role, content: text, ...(calls.length > 0 && { tool_calls: calls }) }]),
	];
}

function answer(): Answer {
	return {
		take: ({ message }: Piece) => [
			...words(message?.content),
			...(message?.tool_calls ?? []).map(({ id, function: f }: Piece) => ({
				kind: 'call',
				id: id || newId(),
				name: f?.name,
				input: f?.arguments ?? {},
			})),
		],
		end: () => [],
	};
}
