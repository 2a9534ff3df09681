// What vendors stream, each in its own format and all that it has: thinking and what has to come back of it, text, several calls at
// once, usage, the end. The vendors' own clients judge it in vendors.test.ts; the stand-in vendor of the editors' tests speaks it.
// Node runs this as it stands, so it has only types that can be left out.

/** An answer. Its texts and arguments are sent in pieces of a few letters, where the format can. */
export interface Said {
	readonly thinking?: string;
	readonly text?: string;
	readonly calls?: readonly { readonly id?: string; readonly name: string; readonly input: object }[];
	/** Why it ends, in the vendor's words, if not because it is whole. */
	readonly end?: string;
}

/** The last turn of a request, as the vendor reads it. */
export interface Heard {
	readonly prompt: string;
	readonly results: { id?: string; name?: string; text: string }[];
}

export interface Wire {
	readonly path: RegExp;
	/** The vendor's header for a key, and what stands before the key. */
	readonly key?: readonly [string, string];
	readonly type: string;
	stream(said: Said): string;
	hear(body: Body): Heard;
	/** What of the thinking of an answer has to be in the next request, as it was. */
	kept(said: Said): object;
}

// biome-ignore lint/suspicious/noExplicitAny: a request of any format
type Body = any;

/** What signs a thought: base64, as the vendors' clients want it. */
export const signature = 'c2lnbmF0dXJl';

const sse = (pieces: object[]) => pieces.map((piece) => `data: ${JSON.stringify(piece)}\n\n`).join('');
const cut = (text: string) => text.match(/[\s\S]{1,5}/g) ?? [];
const usage = { prompt_tokens: 9, completion_tokens: 9, total_tokens: 18 };

/** Pieces of several texts that take turns. */
function* turns(texts: string[]): Generator<[number, string]> {
	const all = texts.map(cut);
	for (let i = 0; all.some((pieces) => i < pieces.length); i++) {
		yield* all.flatMap((pieces, at): [number, string][] => (pieces[i] === undefined ? [] : [[at, pieces[i] as string]]));
	}
}

const chunk = (delta: object, more: object = {}) => ({
	id: 'chatcmpl-1',
	object: 'chat.completion.chunk',
	created: 1,
	model: 'm',
	choices: [{ index: 0, delta, finish_reason: null, ...more }],
});

const finish = ({ calls, end }: Said) => ({ finish_reason: end ?? (calls === undefined ? 'stop' : 'tool_calls') });

function heardChat({ messages }: Body): Heard {
	const last = messages.findLastIndex(({ role }: Body) => role !== 'tool');
	return {
		prompt: messages[last].role === 'user' ? messages[last].content : '',
		results: messages
			.slice(last + 1)
			.map(({ tool_call_id: id, tool_name: name, content: text }: Body) => ({ ...(id && { id }), ...(name && { name }), text })),
	};
}

const openai: Wire = {
	path: /^\/v1\/chat\/completions$/,
	key: ['authorization', 'Bearer '],
	type: 'text/event-stream',
	/** As OpenAI says it, and its reasoning as those do who show it. */
	stream(said) {
		const calls = said.calls ?? [];
		return `${sse([
			chunk({ role: 'assistant', content: '', refusal: null }),
			...cut(said.thinking ?? '').map((reasoning_content) => chunk({ reasoning_content })),
			...cut(said.text ?? '').map((content) => chunk({ content })),
			...calls.map(({ id, name }, index) => chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] })),
			...[...turns(calls.map(({ input }) => JSON.stringify(input)))].map(([index, more]) =>
				chunk({ tool_calls: [{ index, function: { arguments: more } }] }),
			),
			chunk({}, finish(said)),
			{ ...chunk({}), choices: [], usage },
		])}data: [DONE]\n\n`;
	},
	hear: heardChat,
	kept: ({ thinking }) => ({ reasoning_content: thinking }),
};

const mistral: Wire = {
	...openai,
	stream(said) {
		const thinking = (text: string, more = {}) =>
			chunk({ content: [{ type: 'thinking', thinking: text === '' ? [] : [{ type: 'text', text }], ...more }] });
		const calls = said.calls?.map(({ id, name, input }, index) => ({ index, id, function: { name, arguments: JSON.stringify(input) } }));
		return `${sse([
			chunk({ role: 'assistant', content: '' }),
			...(said.thinking === undefined ? [] : [...cut(said.thinking).map((text) => thinking(text)), thinking('', { signature })]),
			...cut(said.text ?? '').map((content) => chunk({ content })),
			{ ...chunk({ content: '', ...(calls && { tool_calls: calls }) }, finish(said)), usage },
		])}data: [DONE]\n\n`;
	},
	kept: ({ thinking }) => ({ type: 'thinking', thinking: [{ type: 'text', text: thinking }], signature }),
};

const anthropic: Wire = {
	path: /^\/v1\/messages$/,
	key: ['x-api-key', ''],
	type: 'text/event-stream',
	stream({ thinking, text, calls = [], end }) {
		const blocks: [object, object[]][] = [];
		if (thinking !== undefined) {
			blocks.push(
				[
					{ type: 'thinking', thinking: '', signature: '' },
					[...cut(thinking).map((more) => ({ type: 'thinking_delta', thinking: more })), { type: 'signature_delta', signature }],
				],
				[{ type: 'redacted_thinking', data: signature }, []],
			);
		}
		if (text !== undefined) {
			blocks.push([{ type: 'text', text: '' }, cut(text).map((more) => ({ type: 'text_delta', text: more }))]);
		}
		for (const { id, name, input } of calls) {
			const json = Object.keys(input).length === 0 ? '' : JSON.stringify(input); // a call without arguments has no JSON at all
			blocks.push([
				{ type: 'tool_use', id, name, input: {} },
				['', ...cut(json)].map((partial_json) => ({ type: 'input_json_delta', partial_json })),
			]);
		}
		const events: { type: string; [field: string]: unknown }[] = [
			{
				type: 'message_start',
				message: {
					id: 'msg_1',
					type: 'message',
					role: 'assistant',
					model: 'm',
					content: [],
					stop_reason: null,
					stop_sequence: null,
					usage: { input_tokens: 9, output_tokens: 1 },
				},
			},
			{ type: 'ping' },
			...blocks.flatMap(([content_block, deltas], index) => [
				{ type: 'content_block_start', index, content_block },
				...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
				{ type: 'content_block_stop', index },
			]),
			{
				type: 'message_delta',
				delta: { stop_reason: end ?? (calls.length > 0 ? 'tool_use' : 'end_turn'), stop_sequence: null },
				usage: { output_tokens: 9 },
			},
			{ type: 'message_stop' },
		];
		return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
	},
	hear({ messages }) {
		const { content } = messages.at(-1);
		const parts: Body[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
		return {
			prompt: parts.flatMap(({ type, text }) => (type === 'text' ? [text] : [])).join(''),
			results: parts.flatMap((part) => (part.type === 'tool_result' ? [{ id: part.tool_use_id, text: part.content }] : [])),
		};
	},
	kept: ({ thinking }) => ({ type: 'thinking', thinking, signature }),
};

const gemini: Wire = {
	path: /^\/v1beta\/models\/[^/]+:streamGenerateContent\?alt=sse$/,
	key: ['x-goog-api-key', ''],
	type: 'text/event-stream',
	stream({ thinking, text, calls = [], end }) {
		const piece = (parts: object[], more: object = {}) => ({
			candidates: [{ content: { role: 'model', parts }, index: 0, ...more }],
			usageMetadata: { promptTokenCount: 9, totalTokenCount: 9 },
			modelVersion: 'm',
			responseId: 'r',
		});
		return sse([
			...(thinking === undefined ? [] : [piece([{ text: thinking, thought: true }])]),
			...cut(text ?? '').map((more) => piece([{ text: more }])),
			...(calls.length === 0
				? []
				: [
						piece(
							calls.map(({ id, name, input }, i) => ({
								functionCall: { ...(id && { id }), name, args: input },
								...(i === 0 && thinking !== undefined && { thoughtSignature: signature }), // of several calls the first is signed
							})),
						),
					]),
			piece([{ text: '' }], { finishReason: end ?? 'STOP' }),
		]).replaceAll('\n', '\r\n');
	},
	hear({ contents }) {
		const { parts } = contents.at(-1);
		return {
			prompt: parts.map(({ text }: Body) => text ?? '').join(''),
			results: parts.flatMap(({ functionResponse: f }: Body) =>
				f === undefined ? [] : [{ ...(f.id && { id: f.id }), name: f.name, text: f.response.output ?? f.response.error }],
			),
		};
	},
	kept: () => ({ thoughtSignature: signature }),
};

const ollama: Wire = {
	path: /^\/api\/chat$/,
	type: 'application/x-ndjson',
	stream({ thinking, text, calls, end }) {
		const said = (message: object, more: object = { done: false }) => ({
			model: 'm',
			created_at: '2026-11-30T00:00:00Z',
			message: { role: 'assistant', content: '', ...message },
			...more,
		});
		const called = calls?.map(({ id, name, input }, index) => ({ ...(id && { id }), function: { index, name, arguments: input } }));
		return [
			...cut(thinking ?? '').map((more) => said({ thinking: more })),
			...cut(text ?? '').map((content) => said({ content })),
			...(called === undefined ? [] : [said({ tool_calls: called })]),
			said({}, { done: true, done_reason: end ?? 'stop', eval_count: 9 }),
		]
			.map((line) => `${JSON.stringify(line)}\n`)
			.join('');
	},
	hear: heardChat,
	kept: ({ thinking }) => ({ thinking }),
};

export const wires: Readonly<Record<string, Wire>> = { openai, mistral, anthropic, gemini, ollama };
