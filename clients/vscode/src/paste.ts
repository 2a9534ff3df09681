// Redact on paste: a text with secrets is pasted with placeholders, and the original is one key away in the paste widget.

import * as vscode from 'vscode';
import type { Server } from './server';

const kind = vscode.DocumentDropOrPasteEditKind.Text.append('scrubjay', 'redacted');

/** The longest text that is looked at: pasting must not be felt. */
const longest = 1 << 20;

class RedactedPaste implements vscode.DocumentPasteEditProvider {
	constructor(private readonly server: Server) {}

	async provideDocumentPasteEdits(
		document: vscode.TextDocument,
		_ranges: readonly vscode.Range[],
		data: vscode.DataTransfer,
		_context: vscode.DocumentPasteEditContext,
		token: vscode.CancellationToken,
	): Promise<vscode.DocumentPasteEdit[] | undefined> {
		if (!vscode.workspace.getConfiguration('scrubjay', document).get<boolean>('redactOnPaste', true)) {
			return undefined;
		}
		const text = await data.get('text/plain')?.asString();
		if (text === undefined || text === '' || text.length > longest || token.isCancellationRequested) {
			return undefined;
		}
		const redacted = await this.server.redactText(document, text, token);
		return redacted === undefined ? undefined : [new vscode.DocumentPasteEdit(redacted, 'Paste with placeholders (Scrubjay)', kind)];
	}
}

export function registerPaste(server: Server, selector: vscode.DocumentSelector): vscode.Disposable {
	return vscode.languages.registerDocumentPasteEditProvider(selector, new RedactedPaste(server), {
		providedPasteEditKinds: [kind],
		pasteMimeTypes: ['text/plain'],
	});
}
