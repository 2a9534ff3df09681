// What a client hears through the proxy must be what it hears without it. The Go test beside the proxy starts both
// vendors and the proxy, and says in SCRUBJAY_CONFORMANCE where they are, what to ask, and at which cuts:
//
//   {"direct": {"openai": URL, ...}, "proxied": {...}, "cuts": ["", "each", "at-7", "random-1", ...],
//    "planted": {"question", "key", "mail", "pem", "picture"}, "results": FILE}
//
// A line of JSON for each feature is appended to the results.
import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import test from "node:test";

const { direct, proxied, cuts, planted, results } = JSON.parse(process.env.SCRUBJAY_CONFORMANCE);
export const { question, picture } = planted;
export const tools = ["write_file", "bash"];

const placeholder = /[A-Z]+(?:_[A-Z]+)*_[2-9a-z]{6}\b/g;

// Call is one run of a feature: where the vendor is, what headers to send, and what was heard.
class Call {
	constructor(base, trouble, cut) {
		this.base = base;
		this.headers = {};
		if (cut) this.headers["x-standin-cut"] = cut;
		if (trouble) this.headers["x-standin-trouble"] = `${trouble}/${Math.random()}`;
		this.heard = {};
	}

	hear(name, text) {
		this.heard[name] = (this.heard[name] ?? "") + (text ?? "");
	}

	// tool hears of a call: no value comes back into what runs a command.
	tool(name, args) {
		const text = typeof args === "string" ? args : JSON.stringify(args);
		this.hear(name === "bash" ? `withheld ${name}` : name, text);
	}

	// fails hears that something is refused, and how.
	async fails(what, how) {
		const problem = await what().then(
			() => undefined,
			(e) => e,
		);
		assert.ok(problem, "the client reports no error");
		this.hear("failed", how(problem));
	}
}

function same(want, got) {
	assert.notDeepEqual(want, {}, "the client heard nothing");
	for (const name of new Set([...Object.keys(want), ...Object.keys(got)])) {
		let [a, b] = [want[name], got[name]];
		if (name.startsWith("withheld ")) {
			assert.ok(!b?.includes(planted.key), `${name} holds a value`);
			[a, b] = [a?.replaceAll(planted.key, "*"), b?.replaceAll(placeholder, "*")];
		}
		assert.equal(b, a, name);
	}
}

// feature compares at every cut. once is for what has no answer that could be cut.
export function feature(client, format, name, run, { trouble = "", once = false } = {}) {
	test(`${client}/${format}/${name}`, async () => {
		const row = { client, format, feature: name, whole: 0, none: 0, each: 0, at: 0, random: 0, failed: "" };
		let cut = "";
		try {
			const expected = new Call(direct[format], trouble, "");
			await run(expected);
			for (cut of once ? [""] : cuts) {
				const call = new Call(proxied[format], trouble, cut);
				await run(call);
				same(expected.heard, call.heard);
				row[cut.split("-")[0] || "whole"]++;
			}
		} catch (e) {
			row.failed = `at cut "${cut}"`;
			throw e;
		} finally {
			appendFileSync(results, `${JSON.stringify(row)}\n`);
		}
	});
}
