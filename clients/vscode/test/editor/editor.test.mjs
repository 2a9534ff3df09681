// The extension in the real editor. Each test opens a file of its own, does what a person would, and looks.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { Code } from './code.mjs';
import { card, email, key, planted } from './values.mjs';

const placeholder = /REDACTED_[A-Z_]+_[0-9a-z]+/;

/** Has the organisation decide anew what may be done with payment data. */
function push(verdict) {
	execFileSync(process.env.PUSH, [verdict]);
}

let code;
before(async () => {
	code = await Code.start();
});
after(() => code?.stop());
afterEach(async (t) => {
	if (!t.passed) {
		await code?.shoot(`failed-${t.name.replaceAll(/\W+/g, '-')}`);
	}
});

test('a finding is underlined, listed, and counted in the status bar', async () => {
	await code.open('seen.env', `# 😀\r\nKEY=${key()}\r\nMAIL=${email()}\r\n`);
	await code.squiggles(2);
	assert.match(await code.problem('AWS access key id', 'info'), /AWS access key id: AI gets a placeholder/);
	assert.match(await code.problem('Email', 'info'), /AI gets a placeholder/);
	assert.match(
		await code.statusSays('seen.env: 2 findings'),
		/Protected: 2 values go out as placeholders.*The proxy listens on 127\.0\.0\.1:\d+.*Policy /,
	);
	await code.shoot('findings');
});

test('redact and restore behind emoji and before CRLF leave every other byte', async () => {
	const value = key();
	const text = `x = '😀é${value}' # 😀\r\ny = 1\r\n`;
	await code.open('redact.py', text);
	await code.squiggles(1);
	await code.cursor(1, 10);
	await code.act('Redact: AWS access key id', 'actions');
	await code.squiggles(0);
	const redacted = await code.saved('redact.py');
	const [name] = placeholder.exec(redacted) ?? [];
	assert.equal(redacted, text.replace(value, name));
	await code.shoot('redacted');
	await code.cursor(1, 10);
	await code.act(`Restore ${name}`);
	await code.squiggles(1);
	assert.equal(await code.saved('redact.py'), text);
});

test('redact all takes everything, equal values by one placeholder', async () => {
	const [a, b] = [key(), email()];
	const text = `é ${a} 😀 ${b}\n${a}\n`;
	await code.open('all.txt', text);
	await code.squiggles(3);
	await code.command('Scrubjay: Redact Everything in This File');
	await code.squiggles(0);
	const redacted = await code.saved('all.txt');
	const names = redacted.match(new RegExp(placeholder, 'g')) ?? [];
	assert.equal(names.length, 3);
	assert.equal(names[0], names[2]);
	assert.equal(redacted, text.replaceAll(a, names[0]).replace(b, names[1]));
});

test('a file is redacted when it is saved, if the settings ask for that', async () => {
	const value = key();
	await code.open('onsave.txt', `${value}\n`);
	await code.squiggles(1);
	code.configure({ 'editor.codeActionsOnSave': { 'source.fixAll.scrubjay': 'explicit' } });
	await code.cursor(2, 1);
	const saved = await code.eventually('the redacted file on disk', async () => {
		await code.page.keyboard.type('.'); // what has not changed is not saved
		const text = await code.saved('onsave.txt');
		return !text.includes(value) && text;
	});
	assert.match(saved, new RegExp(`^${placeholder.source}\\n\\.+$`));
	code.configure({});
});

test('not sensitive is a comment on the line', async () => {
	const value = key();
	await code.open('allow.py', `a = '${value}'\nb = 1\n`);
	await code.squiggles(1);
	await code.cursor(1, 8);
	await code.act('Not sensitive: allow aws-access-key-id on this line');
	await code.squiggles(0);
	assert.equal(await code.saved('allow.py'), `a = '${value}' # scrubjay:allow aws-access-key-id\nb = 1\n`);
});

test('a hover explains and does not show the value', async () => {
	const value = key();
	await code.open('hover.txt', `${value}\n`);
	await code.squiggles(1);
	await code.cursor(1, 5);
	await code.command('Show or Focus Hover');
	const hover = code.page.locator('.monaco-hover:visible', { hasText: 'aws-access-key-id' });
	await hover.first().waitFor();
	const said = await hover.first().innerText();
	assert.ok(!said.includes(value), 'the hover shows the value');
	await code.shoot('hover');
	await code.page.keyboard.press('Escape');
});

test('show status lists what is known and offers what can be done', async () => {
	await code.open('status.txt', `${key()}\n`);
	await code.statusSays('status.txt: 1 finding');
	await code.command('Scrubjay: Show Status');
	const rows = code.page.locator('.quick-input-list .monaco-list-row');
	await rows.filter({ hasText: 'Restart Server' }).waitFor();
	const said = (await rows.allInnerTexts()).join('\n');
	assert.match(said, /Protected: 1 value goes out as a placeholder/);
	assert.match(said, /The proxy listens on 127\.0\.0\.1:\d+/);
	assert.match(said, /Policy /);
	await code.shoot('status');
	await code.page.keyboard.press('Escape');
});

test('restart brings another server, and the findings again', async () => {
	await code.open('restart.txt', `${key()}\n`);
	await code.squiggles(1);
	await code.command('Scrubjay: Restart Server');
	const said = await code.eventually('the restart is in the output', async () => {
		const text = await code.output();
		return text.includes('start: the command Restart Server') && text;
	});
	assert.match(said, /is version /);
	await code.shoot('output');
	await code.open('again.txt', `${key()}\n`);
	await code.squiggles(1);
	await code.statusSays('again.txt: 1 finding');
});

test('a policy that is pushed is in force in a file that is open', async () => {
	await code.open('push.txt', `card ${card()} 😀\n`);
	await code.statusSays('Protected: policy lets these values go');
	push('forbid');
	await code.problem('Payment card number: stops ', 'error');
	await code.statusSays('Protected: requests with this file stop');
	await code.shoot('forbidden');
	push('allow');
	await code.statusSays('Protected: policy lets these values go');
});

test('the person is asked before an image goes to a vendor', async () => {
	await code.open('ask.txt', `${key()}\n`);
	await code.statusSays('The proxy listens on');
	const state = (name) => readFileSync(path.join(process.env.SCRUBJAY_STATE, name), 'utf8').trim();
	const data = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n\0', 'latin1'), Buffer.alloc(3500)]).toString('base64');
	const content = [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data } }];
	const answer = fetch(`http://${state('listen')}/t/${state('token')}/anthropic/v1/messages`, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content }] }),
	});
	const toast = code.page.locator('.notification-toast', { hasText: 'An image of 4 KB (image/png) is about to go to anthropic.' });
	await toast.getByText('Send once').waitFor();
	await toast.getByText('Always send images').waitFor();
	await code.shoot('ask');
	await toast.getByText('Do not send').click();
	const refused = await answer;
	assert.equal(refused.status, 403);
	assert.match(await refused.text(), /You said no to it/);
});

test('what is pasted comes with placeholders, but into .env, and a text without secrets as it is', async () => {
	const value = key();
	await code.open('paste.txt', 'a\n');
	await code.cursor(1, 2);
	await code.paste(`plain ${value} text`);
	await code.shows(placeholder);
	const pasted = await code.saved('paste.txt');
	assert.match(pasted, /^aplain REDACTED_AWS_KEY_ID_[0-9a-z]+ text\n$/);
	await code.shoot('pasted');
	await code.open('.env.local', 'A=\n');
	await code.cursor(1, 3);
	await code.paste(value);
	await code.shows(value);
	assert.equal(await code.saved('.env.local'), `A=${value}\n`);
});

test('a lens says how sensitive a file is, and a view what AI vendors would see of it', async () => {
	const value = key();
	await code.open('view.txt', `first ${value}\n`);
	await code.squiggles(1);
	await code.page.locator('.codelens-decoration', { hasText: '1 value is kept from AI: redact' }).waitFor();
	await code.cursor(1, 10);
	await code.act('Show what AI vendors would see');
	await code.page.locator('.tab.active', { hasText: 'What AI vendors see of view.txt' }).waitFor();
	await code.shows('‹AWS_KEY_ID›');
	await code.shoot('vendor-view');
});

/** Asks the vendor through the proxy, as an assistant would. */
async function ask(text) {
	const state = (name) => readFileSync(path.join(process.env.SCRUBJAY_STATE, name), 'utf8').trim();
	const answer = await fetch(`http://${state('listen')}/t/${state('token')}/anthropic/v1/messages`, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: text }] }),
	});
	assert.equal(answer.status, 200);
}

test('a lens says which lines went where, and shows the exchange', async () => {
	const value = key();
	const text = `#\nfirst_line_of_code = 1\naws_key = '${value}'\nthird_line_of_code = 3\nfourth_line_of_code = 4\n`;
	await code.open('lens.py', text);
	await code.squiggles(1);
	await ask(`What does this do?\n${text}`);
	assert.ok(!readFileSync(path.join(process.env.VENDOR, 'sent'), 'utf8').includes(value), 'the vendor got the value');
	const lens = code.page.locator('.codelens-decoration a', {
		hasText: /Lines 2-5 went to anthropic at \d\d:\d\d, 1 value as a placeholder/,
	});
	await lens.waitFor();
	await code.shoot('lens');
	await lens.click();
	await code.page.locator('.tab.active', { hasText: 'Exchange x' }).waitFor();
	await code.shows('What the vendor got');
	await code.shoot('exchange');
});

test('what is typed is completed by the model, which gets a placeholder and not the value', async () => {
	const value = key();
	await code.open('complete.py', `aws_key = '${value}'\n\n`);
	await code.cursor(2, 1);
	await code.page.keyboard.type('x = ');
	await code.shows(`use(${value})`);
	await code.shoot('completion');
	await code.page.keyboard.press('Tab');
	assert.equal(await code.saved('complete.py'), `aws_key = '${value}'\nx = use(${value})\n`);
	assert.ok(!readFileSync(path.join(process.env.VENDOR, 'sent'), 'utf8').includes(value), 'the model got the value');
});

test('Try It shows what a vendor would get of any words, and why, on a page that cannot be written in', async () => {
	await code.open('try.txt', 'nothing\n');
	await code.command('Scrubjay: Try It');
	const box = code.page.locator('.quick-input-widget', { hasText: 'What would an AI vendor get of this?' }).locator('input').first();
	await box.waitFor();
	assert.match(await box.inputValue(), /key AKIA\w{16}, charge 4111 1111 1111 1111, and write to jane@example\.com$/);
	await code.shoot('try-box');
	await code.page.keyboard.press('Enter');
	await code.page.locator('.tab.active', { hasText: 'What AI vendors would get' }).waitFor();
	for (const words of ['Deploy with the key', '‹AWS_KEY_ID›', '‹EMAIL›', 'AWS access key id*: a', 'Payment card number*: goes']) {
		await code.shows(words); // the organisation lets payment data go
	}
	assert.equal(await code.page.locator('.editor-group-container').count(), 2, 'it is not beside the file');
	await code.page.locator('.editor-instance .monaco-editor.focused').waitFor();
	await code.page.keyboard.type('x');
	await code.page.locator('.monaco-editor-overlaymessage', { hasText: 'read-only' }).waitFor();
	await code.shoot('try');

	const value = key();
	await code.command('Scrubjay: Try It');
	await box.fill(`my own ${value} of today`);
	await code.page.keyboard.press('Enter');
	await code.shows('my own ‹AWS_KEY_ID›');
	assert.equal(await code.page.locator('.editor-group-container').count(), 2, 'it is not where it was');
	assert.equal(await code.page.locator('.view-line', { hasText: value }).count(), 0, 'the page shows the value');
});

test('a theme can mark what is sensitive, and as they come nothing changes its colour', async () => {
	const pink = 'rgb(255, 0, 255)';
	const rules = { enabled: true, rules: { '*.sensitive': '#ff00ff' } };
	/** The texts of the file in front that have this colour. */
	const coloured = () =>
		code.page
			.locator('.editor-instance .view-line span span')
			.evaluateAll((all, colour) => all.filter((e) => getComputedStyle(e).color === colour).map((e) => e.textContent), pink);
	const lines = () => code.page.locator('.editor-instance .view-lines').innerHTML();
	for (const [name, before] of [
		['tokens.env', 'KEY='],
		['tokens.txt', 'é '],
	]) {
		const value = key();
		await code.open(name, `${before}${value}\n`);
		await code.squiggles(1);
		code.configure({ 'editor.semanticTokenColorCustomizations': rules });
		await code.eventually(`the colour in ${name}`, async () => (await coloured()).join() === value);
		await code.shoot(`tokens-${name}`);
		code.configure({});
		await code.eventually('no colour', async () => (await coloured()).length === 0);
		const plain = await lines();
		// The same as without such tokens at all.
		code.configure({ 'editor.semanticHighlighting.enabled': false, 'editor.lineNumbers': 'off' });
		await code.page.locator('.editor-instance .line-numbers').first().waitFor({ state: 'detached' });
		assert.equal(await lines(), plain);
		code.configure({});
		await code.page.locator('.editor-instance .line-numbers').first().waitFor();
	}
});

test('show version names extension and server', async () => {
	await code.command('Scrubjay: Show Version');
	const toast = code.page.locator('.notification-toast', { hasText: 'Scrubjay: extension' });
	assert.match(await toast.innerText(), /extension \d+\.\d+\.\d+, server: scrubjay \S+/);
	await code.clear();
});

test('a program that is not there is said with what to do, and the setting mends it', async () => {
	await code.open('missing.txt', `${key()}\n`);
	await code.squiggles(1);
	code.configure({ 'scrubjay.server.path': '/nowhere/scrubjay' });
	const toast = code.page.locator('.notification-toast', { hasText: 'Scrubjay is not running' });
	assert.match(
		await toast.innerText(),
		/scrubjay\.server\.path is \/nowhere\/scrubjay, and no program is there: correct the setting, or clear it/,
	);
	await code.statusSays('Scrubjay is not running');
	await code.shoot('missing');
	code.configure({});
	await code.statusSays('missing.txt: 1 finding');
	await code.clear();
});

test("a mistake in the person's settings is one toast, and its text is the program's own", async () => {
	const settings = readFileSync(process.env.SCRUBJAY_CONFIG, 'utf8');
	await code.open('mistaken.txt', `${key()}\n`);
	await code.squiggles(1);
	await code.clear();
	writeFileSync(process.env.SCRUBJAY_CONFIG, `providrs: {}\n${settings}`);
	await code.command('Scrubjay: Restart Server');
	const toast = code.page.locator('.notification-toast', { hasText: 'Scrubjay is not running' });
	assert.match(await toast.innerText(), /Scrubjay is not running: .*:1: no setting is called "providrs"/);
	assert.equal(await code.page.locator('.notification-toast').count(), 1);
	await code.shoot('mistaken');
	writeFileSync(process.env.SCRUBJAY_CONFIG, settings);
	await code.clear();
	await code.command('Scrubjay: Restart Server');
	await code.statusSays('mistaken.txt: 1 finding');
});

test('settings of the editor quiet it, and its trace says methods and no more', async () => {
	await code.open('quiet.txt', `${key()}\n${email()}\n`);
	await code.squiggles(2);
	code.configure({ 'scrubjay.rules.disable': ['email-address'], 'scrubjay.trace.server': 'messages' });
	await code.squiggles(1);
	await code.statusSays('quiet.txt: 1 finding');
	await code.open('traced.txt', `${key()}\n`);
	await code.squiggles(1);
	await code.eventually('the trace', async () => (await code.output()).includes("'textDocument/didOpen'"));
	code.configure({});
});

// The last, since it looks at what all the others have left.
test('no value stands in a log, in the output, or in the state', async () => {
	const shown = await code.output();
	let searched = 0; // the log of the output is among them
	const { SCRUBJAY_STATE, HOME, XDG_STATE_HOME, XDG_CACHE_HOME } = process.env;
	for (const directory of [SCRUBJAY_STATE, path.join(HOME, 'code'), XDG_STATE_HOME, XDG_CACHE_HOME]) {
		for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
			if (!entry.isFile()) {
				continue;
			}
			const text = readFileSync(path.join(entry.parentPath, entry.name), 'latin1');
			searched++;
			for (const value of planted) {
				assert.ok(!text.includes(value), `a value stands in ${path.join(entry.parentPath, entry.name)}`);
			}
		}
	}
	assert.ok(
		searched > 3 && shown.includes('textDocument/didOpen'),
		'there is next to nothing to search: the test looks in the wrong place',
	);
});
