// What assistants in the editor get and cannot get: tools, models, MCP servers; and the pause, which is the person's alone.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { Code } from './code.mjs';
import { card, email, key } from './values.mjs';

const placeholder = /REDACTED_[A-Z_]+_[0-9a-z]+/g;

let code;
before(async () => {
	code = await Code.start({ settings: { 'chat.disableAIFeatures': false } });
	await code.open('start.txt', 'nothing\n');
	await code.statusSays('The proxy listens on');
});
after(() => code?.stop());
afterEach(async (t) => {
	if (!t.passed) {
		await code?.shoot(`failed-agent-${t.name.replaceAll(/\W+/g, '-')}`);
	}
});

/** What the vendor was sent since. */
function sent() {
	const file = path.join(process.env.VENDOR, 'sent');
	let text = '';
	try {
		text = readFileSync(file, 'utf8');
	} catch {
		// nothing yet
	}
	return text;
}

async function assistantSays(text) {
	const state = (name) => readFileSync(path.join(process.env.SCRUBJAY_STATE, name), 'utf8').trim();
	const answer = await fetch(`http://${state('listen')}/t/${state('token')}/anthropic/v1/messages`, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: text }] }),
	});
	assert.equal(answer.status, 200, `it answers ${answer.status}`);
}

test('an assistant is told what is sensitive in a file, and gets it with placeholders, and never a value', async () => {
	const [a, b] = [key(), email()];
	writeFileSync(path.join(code.folder, 'tool.env'), `A=1\nKEY=${a} # scrubjay:allow\nMAIL=${b}\n`);
	assert.deepEqual((await code.asked('tools')).answer.filter((name) => name.startsWith('scrubjay')).sort(), [
		'scrubjay_check',
		'scrubjay_redact',
	]);
	const check = JSON.stringify(await code.asked('tool', { name: 'scrubjay_check', input: { path: 'tool.env' } }));
	assert.match(check, /line 2: aws-access-key-id \(credential\): AWS access key id: AI gets a placeholder\\nline 3: email-address \(pii\)/);
	const redact = JSON.stringify(await code.asked('tool', { name: 'scrubjay_redact', input: { path: path.join(code.folder, 'tool.env') } }));
	assert.equal(redact.match(placeholder)?.length, 2);
	assert.match(redact, /A=1\\nKEY=REDACTED_AWS_KEY_ID_/);
	const text = JSON.stringify(await code.asked('tool', { name: 'scrubjay_redact', input: { text: `use ${a}` } }));
	assert.match(text, /use REDACTED_AWS_KEY_ID_/);
	for (const said of [check, redact, text]) {
		assert.ok(!said.includes(a) && !said.includes(b), 'a tool says a value');
	}
	const outside = await code.asked('tool', { name: 'scrubjay_redact', input: { path: '../config.yaml' } });
	assert.match(outside.error, /is no file of a folder that is open/);
});

test('a model of the setting gets a placeholder, and its answer has the value', async () => {
	const value = key();
	code.configure({ 'scrubjay.models': [{ provider: 'completer', model: 'stand-in', name: 'Stand-in' }] });
	const answer = await code.eventually(
		'the model',
		async () => (await code.asked('model', { vendor: 'scrubjay', text: `my key is ${value}` })).answer,
	);
	assert.equal(answer, `you said ${value}`);
	assert.ok(/AWS_KEY_ID_[a-z0-9]{6}/.test(sent()) && !sent().includes(value), 'the vendor got the value');
});

/** What a notification says; it is closed. */
async function notified(text) {
	const toast = code.page.locator('.notification-toast', { hasText: text });
	await toast.first().waitFor();
	const said = await toast.first().innerText();
	await code.clear();
	return said;
}

test('an organisation that does not say so lets nobody pause, and that is explained', async () => {
	await code.open('refused.txt', `${key()}\n`);
	await code.statusSays('Protected: 1 value goes out as a placeholder');
	await code.command('Scrubjay: Pause for Ten Minutes');
	assert.match(await notified('nothing is paused'), /your organisation does not let scrubbing be paused/);
	await code.command('Scrubjay: Show Status');
	const row = code.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Pause for Ten Minutes' });
	await code.page.locator('.quick-input-widget input').fill('Pause');
	await row.waitFor();
	assert.match(await row.innerText(), /your organisation does not let scrubbing be paused/);
	await code.page.locator('.quick-input-widget input').fill('verdicts');
	assert.match(
		await code.page.locator('.quick-input-list .monaco-list-row').first().innerText(),
		/verdicts\.pci: public: allow\s+Set by your organisation: bundle settings/,
	);
	await code.page.locator('.quick-input-widget input').fill('');
	await code.shoot('organisation');
	await code.page.keyboard.press('Escape');
});

test('a person pauses, whoever calls the command is asked, and what is forbidden stops all the same', async () => {
	execFileSync(process.env.PUSH, ['forbid', 'delegate: [pause]']);
	const [value, number] = [key(), card()];
	await code.open('pause.txt', `key ${value}\ncard ${number}\n`);
	await code.statusSays('Protected: requests with this file stop');
	const dialog = code.page.locator('.monaco-dialog-box');
	// An extension that runs the command gets no further than the dialog.
	const unasked = await code.eventually('the dialog', async () => {
		const wait = await code.asks('command', { name: 'scrubjay.pause' });
		return dialog.waitFor({ timeout: 3000 }).then(
			() => wait,
			() => undefined, // the policy had not come yet
		);
	});
	assert.match(await dialog.innerText(), /Let AI vendors see what is sensitive, for ten minutes\?/);
	await code.shoot('pause');
	await code.page.keyboard.press('Escape');
	await unasked();
	assert.match(await code.status(), /Protected: requests with this file stop/);

	await code.command('Scrubjay: Pause for Ten Minutes');
	await dialog.locator('.monaco-button', { hasText: 'Pause for Ten Minutes' }).click();
	await code.statusSays('Not protected: paused until ');
	await code.shoot('paused');
	await assistantSays(`pausing, my key is ${value}`);
	assert.ok(sent().includes(`pausing, my key is ${value}`), 'the value was kept back');
	await assert.rejects(assistantSays(`my card is ${number}`), /403/);
	assert.ok(!sent().includes(number), 'what is forbidden went');
	const redact = JSON.stringify(await code.asked('tool', { name: 'scrubjay_redact', input: { path: 'pause.txt' } }));
	assert.ok(!redact.includes(value), 'a tool says a value');

	await code.command('Scrubjay: Resume');
	await code.statusSays('Protected: requests with this file stop');
	await assistantSays(`resumed, my key is ${value}`);
	assert.ok(/resumed, my key is AWS_KEY_ID_/.test(sent()));
	const ledger = execFileSync(process.env.SCRUBJAY_BIN, ['audit', 'show', '--json'], { encoding: 'utf8' });
	assert.match(ledger, /"kind":"pause".*"authorisations":\["paused by .* until .*"\].*"note":"begun"/);
	assert.match(ledger, /"kind":"pause".*ended it/);
	assert.match(ledger, /"kind":"exchange".*"verdict":"allow".*"authorisations":\["paused by /);
	execFileSync(process.env.PUSH, ['allow']);
	await code.clear();
});

test('a false positive is reported from the palette: its shape is copied, and the repository allows it', async () => {
	const value = key();
	await code.open('report.txt', `made up ${value}\n`);
	await code.squiggles(1);
	await code.cursor(1, 12);
	await code.command('Scrubjay: Report a False Positive');
	assert.match(await notified('A report without the value is in the clipboard'), /Not shown any more in this folder/);
	await code.squiggles(0);
	const report = await code.page.evaluate(() => navigator.clipboard.readText());
	assert.match(report, /Rule aws-access-key-id.*\n {4}made up XXXX[X0]{16}\n/);
	const allowed = readFileSync(path.join(code.folder, '.scrubjay.yaml'), 'utf8');
	assert.match(allowed, /rule: aws-access-key-id\n\s+path: \/report\.txt\n\s+fingerprint: r:[0-9a-f]{32}/);
	assert.ok(!report.includes(value) && !allowed.includes(value));
});

test('a server of the setting is started behind scrubjay mcp, and what it says comes with placeholders', async () => {
	const value = key();
	const file = path.join(process.env.HOME, 'read.txt');
	writeFileSync(file, `the key is ${value}\n`);
	const server = path.join(import.meta.dirname, 'mcpserver.mjs');
	code.configure({ 'scrubjay.mcpServers': [{ name: 'files', command: process.env.NODE, args: [server, file] }] });
	const row = code.page.locator('.quick-input-list .monaco-list-row');
	await code.eventually('the server is listed', async () => {
		await code.command('MCP: List Servers');
		const listed = await row
			.filter({ hasText: 'files' })
			.first()
			.waitFor({ timeout: 2000 })
			.then(
				() => true,
				() => false,
			);
		if (!listed) {
			await code.page.keyboard.press('Escape');
		}
		return listed;
	});
	await code.shoot('mcp-servers');
	await row.filter({ hasText: 'files' }).first().click();
	await row.filter({ hasText: 'Start Server' }).first().click();
	await code.page.locator('.output-view .view-line', { hasText: 'Discovered' }).first().waitFor();
	const name = await code.eventually('the tool of the server', async () =>
		(await code.asked('tools')).answer.find((tool) => tool.includes('read') && tool.startsWith('mcp_')),
	);
	const wait = await code.asks('tool', { name, input: {} });
	await code.page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Yes' }).click();
	const said = JSON.stringify(await wait());
	assert.match(said, /the key is AWS_KEY_ID_[a-z0-9]{6}/);
	assert.ok(!said.includes(value), 'the server says a value');
});

test("the folder's own servers are put behind scrubjay once the person has seen the change, and can be taken back", async () => {
	const text = '{\n\t// ours\n\t"servers": {\n\t\t"files": { "command": "npx", "args": ["-y", "x"] }\n\t}\n}\n';
	mkdirSync(path.join(code.folder, '.vscode'), { recursive: true });
	const file = path.join(code.folder, '.vscode/mcp.json');
	writeFileSync(file, text);
	await code.command("Scrubjay: Scrub What This Folder's MCP Servers Say");
	const apply = code.page.locator('.refactor-preview .monaco-button, .monaco-button', { hasText: 'Apply' });
	await apply.first().waitFor();
	await code.shoot('mcp-preview');
	assert.equal(readFileSync(file, 'utf8'), text);
	await code.page
		.locator(
			'.refactor-preview .monaco-list-row .edit-checkbox, .refactor-preview-panel .monaco-list-row input[type=checkbox], .monaco-list-row .edit-checkbox',
		)
		.first()
		.click();
	await apply.first().click();
	await code.page.locator('.tab.active.dirty', { hasText: 'mcp.json' }).waitFor();
	await code.shoot('mcp-changed');
	await code.page.keyboard.press('Control+Z');
	await code.shows('npx');
	assert.equal(await code.saved('.vscode/mcp.json'), text);
	await code.page.keyboard.press('Control+Shift+Z');
	const wrapped = await code.saved('.vscode/mcp.json');
	assert.match(wrapped.replaceAll(/\s+/g, ''), /\/\/ours.*"command":"scrubjay","args":\["mcp","--name","files","--","npx","-y","x"\]/);
});

test('each command is found by its name with the keyboard alone', async () => {
	const { contributes } = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../package.json'), 'utf8'));
	const known = (await code.asked('commands')).answer;
	for (const { command, title } of contributes.commands) {
		assert.ok(known.includes(command), `${command} does nothing`);
		const hidden = contributes.menus.commandPalette.some((m) => m.command === command && m.when === 'scrubjay.paused');
		if (!hidden) {
			await code.picks('F1', `>Scrubjay: ${title}`, '.quick-input-list .monaco-list-row[aria-label^="Scrubjay"]', title);
			await code.page.keyboard.press('Escape');
		}
	}
});

/** Whether something stands within a few seconds. */
function stands(locator) {
	return locator.waitFor({ timeout: 3000 }).then(
		() => true,
		() => false,
	);
}

test('what is shown can be told apart in every theme, and is said to who does not see it', async () => {
	await code.open('themes.txt', `${key()}\n`);
	await code.statusSays('Protected: 1 value goes out as a placeholder');
	const rows = code.page.locator('.quick-input-list .monaco-list-row', { visible: true });
	for (const [theme, kind] of [
		['Default Dark Modern', 'vs-dark'],
		['Default High Contrast', 'hc-black'],
		['Default High Contrast Light', 'hc-light'],
	]) {
		await code.eventually(`the theme ${theme}`, async () => {
			code.configure({ 'workbench.colorTheme': theme });
			return stands(code.page.locator(`.monaco-workbench.${kind}`));
		});
		const labels = await code.eventually('the status', async () => {
			await code.command('Scrubjay: Show Status'); // the box closes when the theme comes late
			if (!(await stands(rows.filter({ hasText: 'Protected' }).first()))) {
				return false;
			}
			const all = await rows.evaluateAll((drawn) => drawn.map((row) => row.getAttribute('aria-label') ?? ''));
			return all.some((label) => label.includes('Protected')) && all; // a row is drawn before it is labelled
		});
		assert.deepEqual(
			labels.filter((label) => !/[a-z]{3}/.test(label)),
			[],
			'a row says nothing',
		);
		await code.shoot(`theme-${kind}`);
		await code.page.keyboard.press('Escape');
	}
	code.configure({});
});
