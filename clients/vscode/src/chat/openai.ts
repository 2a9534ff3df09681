// OpenAI's chat completions, which most vendors speak.

import type {
	ChatCompletionAssistantMessageParam,
	ChatCompletionCreateParamsStreaming,
	ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import { type Answer, called, type Format, newId, overLimit, type Piece, withheld, words } from './format';
import { callsOf, keptOf, resultsOf, type Turn, textOf } from './turns';

/** In what a vendor differs from OpenAI. */
interface Dialect {
	/** The id of a call, as this vendor takes it. */
	idOf(id: string): string;
	/** What has to stand between a tool's result and the person's words. */
	readonly between: ChatCompletionMessageParam[];
}

/** What a model thought before it called: a text, as DeepSeek and others say it and want it back, or Mistral's chunk, which may be signed. */
interface Kept {
	reasoning_content?: string;
	thinking?: { type: 'thinking'; thinking: { type: 'text'; text: string }[]; signature?: string };
}

export function speaking(dialect: Dialect): Format {
	return {
		request: ({ model, system, turns, tools, must }) => ({
			path: '/v1/chat/completions',
			body: {
				model,
				stream: true,
				messages: [
					...(system === '' ? [] : [{ role: 'system' as const, content: system }]),
					...turns.flatMap((turn) => messagesOf(turn, dialect)),
				],
				...(tools.length > 0 && {
					tools: tools.map(({ name, description, schema }) => ({
						type: 'function',
						function: { name, description, parameters: schema as Record<string, unknown> },
					})),
					tool_choice: must ? 'required' : 'auto',
				}),
			} satisfies ChatCompletionCreateParamsStreaming,
		}),
		credentials: (key) => ({ Authorization: `Bearer ${key}` }),
		answer,
	};
}

export const openai = speaking({ idOf: (id) => id, between: [] });

function messagesOf({ role, parts }: Turn, { idOf, between }: Dialect): ChatCompletionMessageParam[] {
	const text = textOf(parts);
	if (role === 'user') {
		const results = resultsOf(parts).map((part) => ({ role: 'tool' as const, tool_call_id: idOf(part.id), content: part.text }));
		return [...results, ...(text === '' ? [] : [...(results.length > 0 ? between : []), { role, content: text }])];
	}
	const calls = callsOf(parts).map(({ id, name, input }) => ({
		id: idOf(id),
		type: 'function' as const,
		function: { name, arguments: JSON.stringify(input) },
	}));
	const { thinking, ...kept }: Kept = Object.assign({}, ...keptOf<Kept>(parts));
	const said = text === '' && calls.length > 0 ? null : text;
	const content = thinking === undefined ? said : [thinking, ...(text === '' ? [] : [{ type: 'text', text }])];
	return [
		{
			role,
			content: content as ChatCompletionAssistantMessageParam['content'] & {},
			...(calls.length > 0 && { tool_calls: calls }),
			...kept,
		},
	];
}

/** Calls come in pieces that may take turns, and are whole at the end. */
function answer(): Answer {
	const calls: { at: unknown; id: string; name: string; json: string }[] = [];
	const kept: Kept = {};
	let why: Error | undefined;
	return {
		take(piece: Piece) {
			const { delta, finish_reason } = piece.choices?.[0] ?? {};
			why = whyOf(finish_reason) ?? why;
			for (const { index, id, function: f } of delta?.tool_calls ?? []) {
				// Some vendors give every call the same index, or none.
				let call = calls.findLast((c) => index === undefined || c.at === index);
				if (call === undefined || (id && id !== call.id)) {
					call = { at: index, id: id || newId(), name: '', json: '' };
					calls.push(call);
				}
				call.name = f?.name || call.name; // some say it with every piece
				call.json += typeof f?.arguments === 'object' ? JSON.stringify(f.arguments) : (f?.arguments ?? '');
			}
			if (delta?.reasoning_content) {
				kept.reasoning_content = (kept.reasoning_content ?? '') + delta.reasoning_content;
			}
			const content = delta?.content;
			if (!Array.isArray(content)) {
				return [...words(content), ...words(delta?.refusal)];
			}
			return content.flatMap((chunk: Piece) => {
				if (chunk?.type === 'thinking') {
					think(kept, chunk);
				}
				return words(chunk?.text);
			});
		},
		end() {
			if (why !== undefined) {
				throw why;
			}
			const thought = Object.keys(kept).length > 0;
			return calls.map(({ id, name, json }, i) => ({ ...called(id, name, json), ...(i === 0 && thought && { kept }) }));
		},
	};
}

/** A chunk goes on with the one before it. */
function think(kept: Kept, { thinking, signature }: Piece): void {
	const text = (thinking ?? []).map((part: Piece) => part?.text ?? '').join('');
	const before = kept.thinking?.thinking[0]?.text ?? '';
	kept.thinking = {
		...kept.thinking,
		type: 'thinking',
		thinking: [{ type: 'text', text: before + text }],
		...(signature && { signature }),
	};
}

/** Why an answer is not whole. */
function whyOf(reason: unknown): Error | undefined {
	switch (reason) {
		case 'length':
		case 'model_length':
			return overLimit();
		case 'content_filter':
		case 'error':
			return withheld(reason);
		default:
			return undefined;
	}
}
