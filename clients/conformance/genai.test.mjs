import { GoogleGenAI } from "@google/genai";
import { feature, picture, question, tools } from "./bench.mjs";

const models = (c) => new GoogleGenAI({ apiKey: "the-vendor-key", httpOptions: { baseUrl: c.base, headers: c.headers } }).models;

const ask = (contents = question, config = {}) => ({ model: "m", contents, config });
const withTools = { tools: [{ functionDeclarations: tools.map((name) => ({ name })) }] };

const hear = (c, { candidates }) => {
	for (const { content, finishReason } of candidates) {
		c.hear("end", finishReason);
		for (const part of content?.parts ?? []) {
			if (part.functionCall) c.tool(part.functionCall.name, part.functionCall.args);
			c.hear(part.thought ? "withheld thoughts" : "text", part.text);
			c.hear("signature", part.thoughtSignature);
		}
	}
};

const streamed = (params) => async (c) => {
	for await (const chunk of await models(c).generateContentStream(params)) hear(c, chunk);
};

const image = [{ role: "user", parts: [{ inlineData: { mimeType: "image/png", data: picture } }, { text: question }] }];

for (const [name, run, options] of [
	["generate", async (c) => hear(c, await models(c).generateContent(ask()))],
	["generate, streamed", streamed(ask())],
	["tools", async (c) => hear(c, await models(c).generateContent(ask(question, withTools)))],
	["tools, streamed", streamed(ask(question, withTools))],
	["image", streamed(ask(image))],
	[
		"error",
		(c) =>
			c.fails(
				() => models(c).generateContent(ask(`fail: ${question}`)),
				(e) => `${e.status} ${e.message}`,
			),
	],
	[
		"abort",
		async (c) => {
			const abort = new AbortController();
			const leaving = { ...c, hear: () => abort.abort(), tool() {} };
			await streamed(ask(question, { abortSignal: abort.signal }))(leaving).catch(() => {});
			c.hear("left", String(abort.signal.aborted));
		},
		{ trouble: "hang", once: true },
	],
	[
		"broken off",
		(c) =>
			c.fails(
				() => streamed(ask())({ ...c, hear() {}, tool() {} }),
				() => "yes",
			),
		{ trouble: "cut", once: true },
	],
	["embeddings", async (c) => c.hear("vectors", JSON.stringify((await models(c).embedContent({ model: "m", contents: question })).embeddings))],
	["count", async (c) => c.hear("counted", String((await models(c).countTokens({ model: "m", contents: question })).totalTokens > 0))],
]) {
	feature("@google/genai", "gemini", name, run, options);
}
