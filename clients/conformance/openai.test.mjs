import OpenAI from "openai";
import { feature, picture, question, tools } from "./bench.mjs";

const client = (c) => new OpenAI({ baseURL: `${c.base}/v1`, apiKey: "the-vendor-key", defaultHeaders: c.headers });

const ask = (content = question, more = {}) => ({ model: "m", messages: [{ role: "user", content }], ...more });
const withTools = { tools: tools.map((name) => ({ type: "function", function: { name } })) };

const whole = (more) => async (c) => {
	const { choices } = await client(c).chat.completions.create(ask(question, more));
	for (const { index, message, finish_reason } of choices) {
		c.hear(`${index} text`, message.content);
		c.hear(`${index} end`, finish_reason);
		for (const call of message.tool_calls ?? []) c.tool(call.function.name, call.function.arguments);
	}
};

const streamed = (params) => async (c, options) => {
	const names = {};
	for await (const chunk of await client(c).chat.completions.create({ ...params, stream: true }, options)) {
		for (const { index, delta, finish_reason } of chunk.choices) {
			c.hear(`${index} text`, delta.content);
			c.hear(`${index} end`, finish_reason);
			for (const call of delta.tool_calls ?? []) {
				names[call.index] ??= call.function.name;
				c.tool(names[call.index], call.function.arguments);
			}
		}
	}
};

const image = [
	{ type: "image_url", image_url: { url: `data:image/png;base64,${picture}` } },
	{ type: "text", text: question },
];

const refused = (text) => (c) =>
	c.fails(
		() => client(c).chat.completions.create(ask(text)),
		(e) => `${e.constructor.name} ${e.status} ${e.message}`,
	);

const broken = async (c) => {
	const silent = { ...c, hear() {}, tool() {} };
	await c.fails(
		() => streamed(ask())(silent),
		() => "yes",
	);
};

const aborted = async (c) => {
	const abort = new AbortController();
	const leaving = { ...c, hear: () => abort.abort(), tool() {} };
	await streamed(ask())(leaving, { signal: abort.signal }).catch(() => {});
	c.hear("left", String(abort.signal.aborted));
};

const responses = { model: "m", input: question, tools: tools.map((name) => ({ type: "function", name, parameters: {}, strict: false })) };

const hearResponse = (c, at, { output }) => {
	for (const item of output) {
		if (item.type === "message") c.hear(`${at} text`, item.content[0].text);
		if (item.type === "function_call") c.tool(item.name, item.arguments);
		if (item.type === "reasoning") c.hear(`withheld ${at} summary`, item.summary[0].text);
	}
};

const features = (format, more) => {
	for (const [name, run, options] of more) feature("openai (npm)", format, name, run, options);
};

features("openai", [
	["chat", whole()],
	["chat, two choices, streamed", streamed(ask(question, { n: 2 }))],
	["tools", whole(withTools)],
	["tools, streamed", streamed(ask(question, withTools))],
	["image", streamed(ask(image))],
	["error", refused(`fail: ${question}`)],
	["retry", whole(), { trouble: "busy", once: true }],
	["no retry", refused(question), { trouble: "refuse", once: true }],
	["abort", aborted, { trouble: "hang", once: true }],
	["broken off", broken, { trouble: "cut", once: true }],
	[
		"embeddings",
		async (c) => c.hear("vectors", JSON.stringify((await client(c).embeddings.create({ model: "m", input: [question], encoding_format: "float" })).data)),
	],
	[
		"completions, streamed",
		async (c) => {
			for await (const chunk of await client(c).completions.create({ model: "m", prompt: question, suffix: "\n", stream: true })) {
				for (const choice of chunk.choices) c.hear("text", choice.text);
			}
		},
	],
	["responses", async (c) => hearResponse(c, "answer", await client(c).responses.create(responses))],
	[
		"responses, streamed",
		async (c) => {
			for await (const e of await client(c).responses.create({ ...responses, stream: true })) {
				if (e.type === "response.output_text.delta") c.hear("delta", e.delta);
				if (e.type === "response.output_text.done") c.hear("done", e.text);
				if (e.type === "response.completed") hearResponse(c, "completed", e.response);
			}
		},
	],
]);
