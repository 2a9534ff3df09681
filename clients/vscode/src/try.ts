// The first thing to try: any words, and what a vendor would get of them. Nothing of it is sent, kept or recorded.

import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import * as vscode from 'vscode';
import type { Parts } from './commands';

const scheme = 'scrubjay-try';
const page = vscode.Uri.from({ scheme, path: '/What AI vendors would get' });

/** Documented examples, which are nobody's. The key is put together here, so that nobody's scan takes it for one. */
const example = `Deploy with the key ${['AK', 'IAIOSFODNN7EXAMPLE'].join('')}, charge 4111 1111 1111 1111, and write to jane@example.com`;

/** A page that cannot be written in. */
class Pages implements vscode.TextDocumentContentProvider {
	private readonly changed = new vscode.EventEmitter<vscode.Uri>();
	readonly onDidChange = this.changed.event;
	private said = '';

	provideTextDocumentContent(): string {
		return this.said;
	}

	async show(said: string): Promise<void> {
		this.said = said;
		this.changed.fire(page);
		// As Markdown long lines are wrapped.
		const document = await vscode.languages.setTextDocumentLanguage(await vscode.workspace.openTextDocument(page), 'markdown');
		const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
		await vscode.window.showTextDocument(document, { viewColumn: shown?.viewColumn ?? vscode.ViewColumn.Beside });
	}
}

const pages = new Pages();

export function registerTry(): vscode.Disposable {
	return vscode.workspace.registerTextDocumentContentProvider(scheme, pages);
}

export async function tryIt({ server }: Parts): Promise<void> {
	const words = await vscode.window.showInputBox({
		title: 'What would an AI vendor get of this?',
		prompt: 'Write or paste what you might type to an assistant. Nothing is sent, kept or recorded',
		value: example,
		ignoreFocusOut: true,
	});
	if (words !== undefined && words.trim() !== '') {
		await pages.show(await said(server.program, words));
	}
}

/** What the program says of a text, which it is given on its standard input: arguments can be read by everybody. */
async function said(program: string, words: string): Promise<string> {
	const child = spawn(program, ['try'], { stdio: 'pipe' });
	const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
	child.stdin.on('error', () => {}); // it has ended, and says why
	child.stdin.end(words);
	const [code, out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
	return code === 0 ? out : `It could not be tried: ${err.trim()}\n`;
}
