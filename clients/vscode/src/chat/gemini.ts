// Gemini's generateContent.

import { type Answer, type Format, newId, ownId, type Piece, words } from './format';
import type { Part } from './turns';

export const gemini: Format = {
	request: ({ model, system, turns, tools, must, maxOutputTokens }) => ({
		path: `/v1beta/models/${encodeURIComponent(model.replace(/^models\//, ''))}:streamGenerateContent?alt=sse`,
		body: {
			...(system !== '' && { systemInstruction: { parts: [{ text: system }] } }),
			contents: turns.map(({ role, parts }) => ({ role: role === 'assistant' ? 'model' : 'user', parts: parts.map(partOf) })),
			generationConfig: { maxOutputTokens },
			...(tools.length > 0 && {
				tools: [
					{
						functionDeclarations: tools.map(({ name, description, schema }) => ({ name, description, parametersJsonSchema: schema })),
					},
				],
				toolConfig: { functionCallingConfig: { mode: must ? 'ANY' : 'AUTO' } },
			}),
		},
	}),
	credentials: (key) => ({ 'x-goog-api-key': key }),
	answer,
};

function partOf(part: Part): object {
	switch (part.kind) {
		case 'text':
			return { text: part.text };
		case 'call':
			return {
				functionCall: { ...ownId(part.id), name: part.name, args: part.input },
				...(part.signature !== undefined && { thoughtSignature: part.signature }),
			};
		case 'result':
			return {
				functionResponse: { ...ownId(part.id), name: part.name, response: part.failed ? { error: part.text } : { output: part.text } },
			};
	}
}

/** How an answer ends of which nothing is missing, or only what was over the limit. */
const ends = ['STOP', 'MAX_TOKENS', 'FINISH_REASON_UNSPECIFIED'];

/** A call comes whole, and with what has to come back with it. */
function answer(): Answer {
	return {
		take({ promptFeedback, candidates }: Piece) {
			const { content, finishReason } = candidates?.[0] ?? {};
			const why = promptFeedback?.blockReason ?? (ends.includes(finishReason ?? 'STOP') ? undefined : finishReason);
			if (why !== undefined) {
				throw new Error(`the model does not answer, and its vendor gives the reason ${why}`);
			}
			return (content?.parts ?? []).flatMap((part: Piece) => {
				const { functionCall: call, text, thought, thoughtSignature: signature } = part;
				if (call !== undefined) {
					return [{ kind: 'call', id: call.id || newId(), name: call.name, input: call.args ?? {}, ...(signature && { signature }) }];
				}
				return thought === true ? [] : words(text);
			});
		},
		end: () => [],
	};
}
