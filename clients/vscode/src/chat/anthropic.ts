// Anthropic's messages.

import type { ContentBlockParam, MessageCreateParamsStreaming, Tool } from '@anthropic-ai/sdk/resources/messages';
import { type Answer, called, type Format, newId, overLimit, type Piece, withheld, words } from './format';
import { type Call, keptOf, type Part } from './turns';

/** What a model thought before it called: blocks that are refused if they are missing, changed or in another order. */
interface Kept {
	readonly thinking: Extract<ContentBlockParam, { type: 'thinking' | 'redacted_thinking' }>[];
}

export const anthropic: Format = {
	request: ({ model, system, turns, tools, must, maxOutputTokens }) => ({
		path: '/v1/messages',
		body: {
			model,
			max_tokens: maxOutputTokens,
			stream: true,
			...(system !== '' && { system }),
			messages: turns.map(({ role, parts }) => ({
				role,
				content: [...keptOf<Kept>(parts).flatMap(({ thinking }) => thinking), ...parts.map(blockOf)],
			})),
			...(tools.length > 0 && {
				tools: tools.map(({ name, description, schema }) => ({ name, description, input_schema: schema as Tool.InputSchema })),
				tool_choice: { type: must ? 'any' : 'auto' },
			}),
		} satisfies MessageCreateParamsStreaming,
	}),
	credentials: (key) => ({ 'x-api-key': key, 'anthropic-version': '2023-06-01' }),
	answer,
};

function blockOf(part: Part): ContentBlockParam {
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

/** A block's first piece says what it is; why the answer ends is said behind them all. */
function answer(): Answer {
	const blocks = new Map<unknown, Piece>();
	let why: Error | undefined;
	return {
		take({ type, index, content_block: started, delta }: Piece) {
			switch (type) {
				case 'content_block_start':
					blocks.set(index, { ...started, json: '' });
					return words(started?.text);
				case 'content_block_delta': {
					const block = blocks.get(index);
					if (block !== undefined) {
						block.json += delta?.partial_json ?? '';
						block.thinking = (block.thinking ?? '') + (delta?.thinking ?? '');
						block.signature = delta?.signature ?? block.signature;
					}
					return words(delta?.text);
				}
				case 'message_delta':
					why = whyOf(delta) ?? why;
					return [];
				default:
					return [];
			}
		},
		end() {
			if (why !== undefined) {
				throw why;
			}
			const all = [...blocks.values()];
			const thinking = all.flatMap(thoughtOf);
			const calls = all
				.filter((block) => block.type === 'tool_use')
				.map((block): Call => called(block.id ?? newId(), block.name, block.json || JSON.stringify(block.input ?? {})));
			return calls.map((call, i) => (i === 0 && thinking.length > 0 ? { ...call, kept: { thinking } satisfies Kept } : call));
		},
	};
}

function thoughtOf({ type, thinking, signature, data }: Piece): Kept['thinking'] {
	switch (type) {
		case 'thinking':
			return [{ type, thinking, signature }];
		case 'redacted_thinking':
			return [{ type, data }];
		default:
			return [];
	}
}

/** Why an answer is not whole. */
function whyOf({ stop_reason, stop_details }: Piece): Error | undefined {
	switch (stop_reason) {
		case 'max_tokens':
		case 'model_context_window_exceeded':
			return overLimit();
		case 'refusal':
			return withheld(stop_details?.explanation ?? stop_details?.category ?? stop_reason);
		default:
			return undefined;
	}
}
