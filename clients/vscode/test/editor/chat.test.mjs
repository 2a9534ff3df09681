// A person in the Chat view, with the editor's own agent and no account: the model is listed and chosen, and neither what they
// type nor what a tool reads goes out as it is.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { wires } from '../wire.mts';
import { Code } from './code.mjs';
import { key } from './values.mjs';

let code;
before(async () => {
	code = await Code.start({ settings: { 'chat.disableAIFeatures': false } });
	await code.open('start.txt', 'nothing\n');
	await code.statusSays('The proxy listens on');
});
after(() => code?.stop());
afterEach(async (t) => {
	if (!t.passed) {
		await code?.shoot(`failed-chat-${t.name.replaceAll(/\W+/g, '-')}`);
	}
});

/** What the vendor was sent. */
const sent = () => readFileSync(path.join(process.env.VENDOR, 'sent'), 'utf8');

/** Answers the box that asks for a thing. */
async function answerBox(what, text) {
	const box = code.page.locator('.quick-input-widget', { hasText: what, visible: true });
	await box.waitFor();
	if (text !== undefined) {
		await box.locator('input').first().fill(text);
	}
	await code.page.keyboard.press('Enter');
}

/** Types into the Chat view, and sends it. */
async function say(text) {
	await code.page.locator('.interactive-input-part .native-edit-context').focus();
	await code.page.locator('.interactive-input-part .monaco-editor.focused').waitFor();
	await code.page.keyboard.press('Control+A'); // the view keeps drafts
	await code.page.keyboard.type(text);
	const asked = code.page.locator('.interactive-session .interactive-request', { hasText: text });
	// The view does not send while it is still busy with the model that was chosen.
	await code.eventually('the request', async () => {
		await code.page.keyboard.press('Enter');
		return (await asked.count()) > 0;
	});
}

/** Chooses a model in the picker of the Chat view, which is opened until the model is in it, and folds those that are not used. */
async function choose(name) {
	const { page } = code;
	const picker = page.locator('.action-widget.action-widget-dropdown');
	const row = picker.locator('.monaco-list-row', { hasText: name }).first();
	await code.eventually(`the model ${name}`, async () => {
		await page.locator('.model-picker-name').click();
		try {
			await picker.locator('input').fill(name, { timeout: 3000 });
			await row.click({ timeout: 3000 });
			return true;
		} catch {
			await page.keyboard.press('Escape');
			return false;
		}
	});
	await page.locator(`.model-picker-name[aria-label*="${name}"]`).waitFor();
	await picker.waitFor({ state: 'hidden' });
}

/** Waits until the newest answer says so much. */
async function answered(word) {
	const answer = code.page.locator('.interactive-session .interactive-response', { hasText: word }).last();
	await answer.waitFor();
	return answer.innerText();
}

test('a model is added to the editor’s own list, and can be chosen for the agent', async () => {
	await code.command('Chat: Manage Language Models');
	await code.page.locator('.monaco-button', { hasText: 'Add Models' }).first().click();
	await code.page.locator('.monaco-menu .action-item', { hasText: 'Scrubjay' }).first().click();
	await answerBox('Group Name');
	await answerBox('Scrubjay: Provider', 'house');
	await answerBox('Scrubjay: Model', 'stand-in');
	await code.page.locator('.models-table-container, .models-table-viewport', { hasText: 'stand-in' }).first().waitFor();
	await code.shoot('chat-models');
	await code.page.keyboard.press('Escape');
	await code.command('Chat: Open Chat');
	await code.page.locator('.chat-input-picker-label', { hasText: 'Agent' }).waitFor();
	await code.page.locator('.model-picker-name').click();
	const row = code.page.locator('.action-widget .monaco-list-row', { hasText: 'stand-in' }).first();
	await row.waitFor();
	assert.match(await row.innerText(), /house, via Scrubjay/);
	await code.shoot('chat-picker');
	await row.click();
	await code.page.locator('.model-picker-name[aria-label*="stand-in"]').waitFor();
});

test('a key that the vendor refuses is said to be refused, and another can be entered', async () => {
	await say('hello');
	await answerBox('API key of house', 'wrong');
	const why = await answered('no such key');
	assert.match(why, /Forget the API Keys of Models lets you enter another key/);
	assert.doesNotMatch(why, /extension\.js/, 'a stack is nothing for a person');
	await code.command('Scrubjay: Forget the API Keys of Models');
});

test('what a person types goes out as a placeholder, and the answer has the value', async () => {
	const value = key();
	await say(`my key is ${value}, is it valid?`);
	await answerBox('API key of house', 'made-up');
	await answered(`you said ${value}`);
	await code.shoot('chat-answer');
	assert.match(sent(), /my key is AWS_KEY_ID_[a-z0-9]{6}, is it valid/);
	assert.ok(!sent().includes(value), 'the vendor got the value');
});

/** The requests of a conversation, newest last, and where each went. */
function requests() {
	const lines = sent().trim().split('\n');
	return lines.map((line) => ({ url: line.slice(0, line.indexOf(' ')), body: JSON.parse(line.slice(line.indexOf(' ') + 1)) }));
}

/** A provider of each format, and its model. The first is the one that was added above. */
const models = {
	openai: ['house', 'stand-in'],
	mistral: ['mistral', 'a-mistral'],
	anthropic: ['anthropic', 'a-claude'],
	gemini: ['gemini', 'a-gemini'],
	ollama: ['completer', 'a-llama'],
};

describe('one conversation', () => {
	before(async () => {
		const others = Object.values(models).slice(1);
		await code.addModels(others.map(([provider, model]) => ({ vendor: 'scrubjay', name: provider, provider, model })));
		await code.statusSays('The proxy listens on');
		await code.command('Chat: Open Chat');
	});

	for (const [format, wire] of Object.entries(wires)) {
		test(`a model of ${format}’s format reads a file with placeholders, and writes one with the values`, async () => {
			const [provider, model] = models[format];
			await choose(model);
			const value = key();
			const file = path.join(code.folder, `${format}.txt`);
			writeFileSync(file, `use ${value}\n`);
			await say(`look into ${file}`);
			if (wire.key !== undefined) {
				// The web edition forgets its secrets when it is loaded anew.
				await answerBox(`API key of ${provider}`, 'made-up');
			}
			await answered(new RegExp(`you said .*${value}`));
			await code.shoot(`chat-tools-${format}`);
			assert.equal(readFileSync(`${file}.copy`, 'utf8'), `use "${value}"\n`);
			assert.ok(!sent().includes(value), 'the vendor got the value');

			const [read, wrote] = requests().slice(-2);
			for (const { url } of [read, wrote]) {
				assert.match(url.replace(/^\/mistral/, ''), wire.path);
			}
			const results = [read, wrote].map(({ body }) => wire.hear(body).results.map(({ text }) => text));
			assert.match(results[0][0], /use AWS_KEY_ID_[a-z0-9]{6}/);
			assert.match(results[0][1], /line 1: aws-access-key-id/);
			assert.equal(results[1].length, 3, 'a call without arguments is a call');
			const said = JSON.stringify(wrote.body);
			for (const thinking of [`what is in ${file}?`, 'a copy of it']) {
				const kept = JSON.stringify(wire.kept({ thinking })).slice(1, -1);
				assert.ok(said.includes(kept), `the model is not given back ${kept}`);
			}
		});
	}
});
