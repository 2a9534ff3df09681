// OpenAI's chat completions, which most vendors speak, and Mistral's, which differ in a call's id.

import { createHash } from 'node:crypto';
import { type Answer, called, type Format, newId, type Piece, words } from './format';
import { callsOf, resultsOf, type Turn, textOf } from './turns';

function speaking(idOf: (id: string) => string): Format {
	return {
		request: ({ model, system, turns, tools, must }) => ({
			path: '/v1/chat/completions',
			body: {
				model,
				stream: true,
				messages: [...(system === '' ? [] : [{ role: 'system', content: system }]), ...turns.flatMap((turn) => messagesOf(turn, idOf))],
				...(tools.length > 0 && {
					tools: tools.map(({ name, description, schema }) => ({
						type: 'function',
						function: { name, description, parameters: schema },
					})),
					tool_choice: must ? 'required' : 'auto',
				}),
			},
		}),
		credentials: (key) => ({ Authorization: `Bearer ${key}` }),
		answer,
	};
}

export const openai = speaking((id) => id);

/** Mistral takes ids of nine letters and digits, and refuses those that a call of another vendor's model has. */
export const mistral = speaking((id) => (/^[A-Za-z0-9]{9}$/.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 9)));

function messagesOf({ role, parts }: Turn, idOf: (id: string) => string): object[] {
	const text = textOf(parts);
	const calls = callsOf(parts);
	const results = resultsOf(parts).map((part) => ({ role: 'tool', tool_call_id: idOf(part.id), content: part.text }));
	if (calls.length === 0) {
		return [...results, ...(text === '' ? [] : [{ role, content: text }])];
	}
	return [
		{
			role,
			content: text === '' ? null : text,
			tool_calls: calls.map(({ id, name, input }) => ({
				id: idOf(id),
				type: 'function',
				function: { name, arguments: JSON.stringify(input) },
			})),
		},
	];
}

/** Calls come in pieces that may take turns, and are whole at the end. */
function answer(): Answer {
	const calls: { at: unknown; id: string; name: string; json: string }[] = [];
	return {
		take(piece: Piece) {
			const delta = piece.choices?.[0]?.delta;
			for (const { index, id, function: f } of delta?.tool_calls ?? []) {
				// Some vendors give every call the same index, or none.
				let call = calls.findLast((c) => index === undefined || c.at === index);
				if (call === undefined || (id && id !== call.id)) {
					call = { at: index, id: id || newId(), name: '', json: '' };
					calls.push(call);
				}
				call.name += f?.name ?? '';
				call.json += typeof f?.arguments === 'object' ? JSON.stringify(f.arguments) : (f?.arguments ?? '');
			}
			const content = delta?.content;
			const said = Array.isArray(content) ? content.flatMap((chunk: Piece) => words(chunk?.text)) : words(content);
			return [...said, ...words(delta?.refusal)];
		},
		end: () => calls.map(({ id, name, json }) => called(id, name, json)),
	};
}
