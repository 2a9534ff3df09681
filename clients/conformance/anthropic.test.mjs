import Anthropic from "@anthropic-ai/sdk";
import { feature, picture, question, tools } from "./bench.mjs";

const client = (c) => new Anthropic({ baseURL: c.base, apiKey: "the-vendor-key", defaultHeaders: c.headers });

const ask = (content = question, more = {}) => ({ model: "m", max_tokens: 99, messages: [{ role: "user", content }], ...more });
const withTools = { tools: tools.map((name) => ({ name, input_schema: { type: "object" } })) };

const hear = (c, message) => {
	c.hear("end", message.stop_reason);
	for (const block of message.content) {
		if (block.type === "text") c.hear("text", block.text);
		// What the vendor has signed stays as it was signed.
		if (block.type === "thinking") c.hear("withheld thinking", block.thinking);
		if (block.type === "tool_use") c.tool(block.name, block.input);
	}
};

const streamed = (params) => async (c) => hear(c, await client(c).messages.stream(params).finalMessage());

const refused = (text) => (c) =>
	c.fails(
		() => client(c).messages.create(ask(text)),
		(e) => `${e.constructor.name} ${e.status} ${JSON.stringify(e.error?.error)}`,
	);

const image = [
	{ type: "image", source: { type: "base64", media_type: "image/png", data: picture } },
	{ type: "text", text: question },
];

for (const [name, run, options] of [
	["messages", async (c) => hear(c, await client(c).messages.create(ask()))],
	["messages, streamed", streamed(ask())],
	["tools", async (c) => hear(c, await client(c).messages.create(ask(question, withTools)))],
	["tools, streamed", streamed(ask(question, withTools))],
	["image", streamed(ask(image))],
	["error", refused(`fail: ${question}`)],
	["retry", streamed(ask()), { trouble: "busy", once: true }],
	["no retry", refused(question), { trouble: "refuse", once: true }],
	[
		"abort",
		async (c) => {
			const stream = client(c).messages.stream(ask());
			stream.on("streamEvent", () => stream.abort());
			await c.fails(
				() => stream.finalMessage(),
				(e) => e.constructor.name,
			);
		},
		{ trouble: "hang", once: true },
	],
	[
		"broken off",
		(c) =>
			c.fails(
				() => client(c).messages.stream(ask()).finalMessage(),
				() => "yes",
			),
		{ trouble: "cut", once: true },
	],
	["count", async (c) => c.hear("counted", String((await client(c).messages.countTokens({ model: "m", messages: ask().messages })).input_tokens > 0))],
]) {
	feature("@anthropic-ai/sdk", "anthropic", name, run, options);
}
