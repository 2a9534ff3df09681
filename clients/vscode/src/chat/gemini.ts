// Gemini's generateContent.

import type { Content, FunctionCallingConfigMode, Part as GeminiPart, GenerateContentParameters, ToolListUnion } from '@google/genai';
import { type Answer, type Format, newId, overLimit, ownId, type Piece, withheld, words } from './format';
import type { Part } from './turns';

/** A signature without which a call that was thought about is refused. */
type Kept = Pick<GeminiPart, 'thoughtSignature'>;

/** The request as it is sent. The vendor's own client is asked with some of its fields a level deeper, and moves them. */
type Body = Pick<GenerateContentParameters, 'contents'> &
	Pick<NonNullable<GenerateContentParameters['config']>, 'toolConfig'> & { systemInstruction?: Content; tools?: ToolListUnion };

export const gemini: Format = {
	request: ({ model, system, turns, tools, must }) => ({
		path: `/v1beta/models/${encodeURIComponent(model.replace(/^models\//, ''))}:streamGenerateContent?alt=sse`,
		// How long an answer may be is left to the vendor: what a model thinks counts, too.
		body: {
			...(system !== '' && { systemInstruction: { parts: [{ text: system }] } }),
			contents: turns.map(({ role, parts }) => ({ role: role === 'assistant' ? 'model' : 'user', parts: parts.map(partOf) })),
			...(tools.length > 0 && {
				tools: [
					{
						functionDeclarations: tools.map(({ name, description, schema }) => ({ name, description, parametersJsonSchema: schema })),
					},
				],
				toolConfig: { functionCallingConfig: { mode: (must ? 'ANY' : 'AUTO') as FunctionCallingConfigMode } },
			}),
		} satisfies Body,
	}),
	credentials: (key) => ({ 'x-goog-api-key': key }),
	answer,
};

function partOf(part: Part): GeminiPart {
	switch (part.kind) {
		case 'text':
			return { text: part.text };
		case 'call':
			return {
				functionCall: { ...ownId(part.id), name: part.name, args: part.input as Record<string, unknown> },
				...(part.kept as Kept | undefined),
			};
		case 'result':
			return {
				functionResponse: { ...ownId(part.id), name: part.name, response: part.failed ? { error: part.text } : { output: part.text } },
			};
	}
}

/** A call comes whole, and with what has to come back with it. */
function answer(): Answer {
	let why: Error | undefined;
	return {
		take({ promptFeedback, candidates }: Piece) {
			const { content, finishReason, finishMessage } = candidates?.[0] ?? {};
			if (promptFeedback?.blockReason) {
				why = withheld(promptFeedback.blockReasonMessage || promptFeedback.blockReason);
			}
			why = whyOf(finishReason, finishMessage) ?? why;
			return (content?.parts ?? []).flatMap((part: Piece) => {
				const { functionCall: call, text, thought, thoughtSignature } = part;
				if (call !== undefined) {
					const kept: Kept | undefined = thoughtSignature && { thoughtSignature };
					return [{ kind: 'call', id: call.id || newId(), name: call.name, input: call.args ?? {}, ...(kept && { kept }) }];
				}
				return thought === true ? [] : words(text);
			});
		},
		end() {
			if (why !== undefined) {
				throw why;
			}
			return [];
		},
	};
}

/** Why an answer is not whole. */
function whyOf(reason: string | undefined, message: string | undefined): Error | undefined {
	switch (reason) {
		case undefined:
		case 'STOP':
		case 'FINISH_REASON_UNSPECIFIED':
			return undefined;
		case 'MAX_TOKENS':
		case 'CONTINUATION':
			return overLimit();
		default:
			return withheld(message || reason);
	}
}
