import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createMistral } from "@ai-sdk/mistral";
import { createOpenAI } from "@ai-sdk/openai";
import { embed, generateText, jsonSchema, streamText, tool } from "ai";
import { feature, picture, question, tools } from "./bench.mjs";

const options = (c, version) => ({ baseURL: c.base + version, apiKey: "the-vendor-key", headers: c.headers });

// sealed are the models whose thoughts the vendor signs: they stay as they were said.
const models = {
	"openai chat": { format: "openai", make: (c) => createOpenAI(options(c, "/v1")).chat("m") },
	"openai responses": { format: "openai", make: (c) => createOpenAI(options(c, "/v1")).responses("m"), sealed: true },
	anthropic: { format: "anthropic", make: (c) => createAnthropic(options(c, "/v1"))("m"), sealed: true },
	google: { format: "gemini", make: (c) => createGoogleGenerativeAI(options(c, "/v1beta"))("m"), sealed: true },
	mistral: { format: "mistral", make: (c) => createMistral(options(c, "/v1"))("m") },
};

const offered = Object.fromEntries(
	tools.map((name) => [
		name,
		tool({
			inputSchema: jsonSchema({ type: "object", properties: { path: { type: "string" }, content: { type: "string" }, command: { type: "string" } } }),
		}),
	]),
);

const image = [
	{
		role: "user",
		content: [
			{ type: "file", data: picture, mediaType: "image/png" },
			{ type: "text", text: question },
		],
	},
];

const hear = (c, sealed, { text, reasoningText, finishReason, toolCalls }) => {
	c.hear("text", text);
	c.hear(sealed ? "withheld reasoning" : "reasoning", reasoningText);
	c.hear("end", finishReason);
	for (const call of toolCalls) c.tool(call.toolName, call.input);
};

for (const [name, { format, make, sealed }] of Object.entries(models)) {
	const ask = (c, more) => ({ model: make(c), maxRetries: 0, prompt: question, ...more });
	const whole = (more) => async (c) => hear(c, sealed, await generateText(ask(c, more)));
	const streamed = (more) => async (c) => {
		let problem;
		const r = streamText({ ...ask(c, more), onError: ({ error }) => (problem = error) });
		await r.consumeStream();
		if (problem) throw problem;
		hear(c, sealed, { text: await r.text, reasoningText: await r.reasoningText, finishReason: await r.finishReason, toolCalls: await r.toolCalls });
	};
	for (const [what, run, trouble] of [
		["text", whole()],
		["text, streamed", streamed()],
		["tools", whole({ tools: offered })],
		["tools, streamed", streamed({ tools: offered })],
		["image", whole({ prompt: undefined, messages: image })],
		[
			"error",
			(c) =>
				c.fails(
					() => generateText(ask(c, { prompt: `fail: ${question}` })),
					(e) => `${e.statusCode} ${e.message}`,
				),
		],
		["retry", whole({ maxRetries: 1 }), { trouble: "busy", once: true }],
	]) {
		feature(`ai ${name}`, format, what, run, trouble);
	}
}

feature("ai openai", "openai", "embeddings", async (c) => {
	const { embedding } = await embed({ model: createOpenAI(options(c, "/v1")).embedding("m"), value: question });
	c.hear("vector", JSON.stringify(embedding));
});
