// Tools for assistants in the Chat view: what is sensitive in a file, and its text with placeholders. No value is ever in an
// answer. Nothing here pauses, restores or allows anything: that is the person's.

import * as vscode from 'vscode';
import { told } from './check';
import type { Server } from './server';

/** What both tools are given: a file of the workspace, or a text. */
interface Input {
	readonly path?: string;
	readonly text?: string;
}

class Tool implements vscode.LanguageModelTool<Input> {
	constructor(
		private readonly server: Server,
		private readonly redact: boolean,
	) {}

	prepareInvocation({ input }: vscode.LanguageModelToolInvocationPrepareOptions<Input>): vscode.PreparedToolInvocation {
		const what = input.path ?? 'a text';
		return { invocationMessage: this.redact ? `Redacting ${what} with Scrubjay` : `Looking for what is sensitive in ${what}` };
	}

	async invoke(
		{ input }: vscode.LanguageModelToolInvocationOptions<Input>,
		token: vscode.CancellationToken,
	): Promise<vscode.LanguageModelToolResult> {
		const { uri, language, text } = await given(input);
		const answer = await this.server.check({ uri, language, text, redact: this.redact }, token);
		return new vscode.LanguageModelToolResult(told(answer).map((part) => new vscode.LanguageModelTextPart(part)));
	}
}

async function given(input: Input): Promise<{ uri: vscode.Uri; language: string; text: string }> {
	if (input.path === undefined) {
		return { uri: vscode.Uri.parse('untitled:given'), language: 'plaintext', text: input.text ?? '' };
	}
	const document = await vscode.workspace.openTextDocument(await fileOf(input.path));
	return { uri: document.uri, language: document.languageId, text: document.getText() };
}

/** A file of the workspace, and no other: a tool is not to read the rest of the disk. */
async function fileOf(path: string): Promise<vscode.Uri> {
	const folders = vscode.workspace.workspaceFolders ?? [];
	const absolute = /^([/\\]|[A-Za-z]:)/.test(path);
	for (const { uri: folder } of folders) {
		const uri = absolute ? folder.with({ path: vscode.Uri.file(path).path }) : vscode.Uri.joinPath(folder, path);
		if (vscode.workspace.getWorkspaceFolder(uri) === undefined) {
			continue;
		}
		try {
			await vscode.workspace.fs.stat(uri);
			return uri;
		} catch {
			// it may be in another folder
		}
	}
	throw new Error(`${path} is no file of a folder that is open`);
}

export function registerTools(server: Server): vscode.Disposable {
	return vscode.Disposable.from(
		vscode.lm.registerTool('scrubjay_check', new Tool(server, false)),
		vscode.lm.registerTool('scrubjay_redact', new Tool(server, true)),
	);
}
