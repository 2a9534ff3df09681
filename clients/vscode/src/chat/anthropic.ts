// Anthropic's messages.

import { type Answer, called, type Format, newId, type Piece, words } from './format';
import type { Call, Part } from './turns';

export const anthropic: Format = {
	request: ({ model, system, turns, tools, must, maxOutputTokens }) => ({
		path: '/v1/messages',
		body: {
			model,
			max_tokens: maxOutputTokens,
			stream: true,
			...(system !== '' && { system }),
			messages: turns.map(({ role, parts }) => ({ role, content: parts.map(blockOf) })),
			...(tools.length > 0 && {
				tools: tools.map(({ name, description, schema }) => ({ name, description, input_schema: schema })),
				tool_choice: { type: must ? 'any' : 'auto' },
			}),
		},
	}),
	credentials: (key) => ({ 'x-api-key': key, 'anthropic-version': '2023-06-01' }),
	answer,
};

function blockOf(part: Part): object {
	switch (part.kind) {
		case 'text':
			return { type: 'text', text: part.text };
		case 'call':
			return { type: 'tool_use', id: idOf(part.id), name: part.name, input: part.input };
		case 'result':
			return {
				type: 'tool_result',
				tool_use_id: idOf(part.id),
				content: part.text,
				...(part.failed && { is_error: true }),
			};
	}
}

/** Other vendors' ids may have letters that Anthropic refuses. */
function idOf(id: string): string {
	return id.replaceAll(/[^A-Za-z0-9_-]/g, '_');
}

/** A call is whole when its block stops. */
function answer(): Answer {
	const open = new Map<unknown, { id: string; name: string; json: string; input: unknown }>();
	const close = (at: unknown): Call[] => {
		const call = open.get(at);
		open.delete(at);
		return call === undefined ? [] : [called(call.id, call.name, call.json || JSON.stringify(call.input ?? {}))];
	};
	return {
		take({ type, index, content_block: block, delta }: Piece) {
			switch (type) {
				case 'content_block_start':
					if (block?.type === 'tool_use') {
						open.set(index, { id: block.id ?? newId(), name: block.name, json: '', input: block.input });
					}
					return words(block?.text);
				case 'content_block_delta': {
					const call = open.get(index);
					if (call !== undefined) {
						call.json += delta?.partial_json ?? '';
					}
					return words(delta?.text);
				}
				case 'content_block_stop':
					return close(index);
				default:
					return [];
			}
		},
		end: () => [...open.keys()].flatMap(close),
	};
}
