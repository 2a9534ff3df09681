// A person in the Chat view, with the editor's own agent and no account: the model is listed and chosen, and neither what they
// type nor what a tool reads goes out as it is.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
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
	await code.page.keyboard.type(text);
	const asked = code.page.locator('.interactive-session .interactive-request', { hasText: text });
	// The view does not send while it is still busy with the model that was chosen.
	await code.eventually('the request', async () => {
		await code.page.keyboard.press('Enter');
		return (await asked.count()) > 0;
	});
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
	assert.match(await answered('no such key'), /Forget the API Keys of Models lets you enter another key/);
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

test('the agent calls tools for the model, which reads a file with placeholders', async () => {
	const value = key();
	const file = path.join(code.folder, 'notes.txt');
	writeFileSync(file, `use ${value}\n`);
	await say(`look into ${file}`);
	await answered(value);
	await code.shoot('chat-tools');
	assert.ok(!sent().includes(value), 'the vendor got the value');
	const { messages } = JSON.parse(sent().trim().split('\n').at(-1).replace(/^\S+ /, ''));
	const [read, checked] = messages.slice(-2);
	assert.equal(read.tool_call_id, 'call_0');
	assert.match(read.content, /use AWS_KEY_ID_[a-z0-9]{6}/);
	assert.equal(checked.tool_call_id, 'call_1');
	assert.match(checked.content, /line 1: aws-access-key-id/);
});
