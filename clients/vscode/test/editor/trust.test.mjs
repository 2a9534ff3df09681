// A folder that is not trusted: files are judged, and what the folder says about that is not followed.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, test } from 'node:test';
import { Code } from './code.mjs';
import { email, key } from './values.mjs';

let code;
after(() => code?.stop());
afterEach(async (t) => {
	if (!t.passed) {
		await code?.shoot('failed-trust');
	}
});

test('a folder that is not trusted can neither name a program nor quiet a finding, and a trusted one can quiet it', async () => {
	const folder = path.join(process.env.FOLDER, 'untrusted');
	mkdirSync(path.join(folder, '.vscode'), { recursive: true });
	writeFileSync(
		path.join(folder, '.vscode/settings.json'),
		JSON.stringify({ 'scrubjay.server.path': '/nowhere/scrubjay', 'scrubjay.rules.disable': ['aws-access-key-id'] }),
	);
	writeFileSync(path.join(folder, '.scrubjay.yaml'), 'rules: {disable: [email-address]}\n');
	code = await Code.start({ folder, trusted: false });
	await code.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
	await code.open('untrusted.txt', `${key()} scrubjay:allow\n${email()}\n`);
	await code.squiggles(2);
	await code.statusSays('untrusted.txt: 2 findings');
	await code.shoot('untrusted');
	await code.command('Workspaces: Manage Workspace Trust');
	await code.page.locator('.workspace-trust-editor .monaco-button', { hasText: 'Trust' }).first().click();
	await code.squiggles(0);
});
